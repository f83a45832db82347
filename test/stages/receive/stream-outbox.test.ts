import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { sha256Of } from '../../../src/base/digest.ts';
import { Stopped } from '../../../src/domain/errors.ts';
import { TOPICS } from '../../../src/domain/messages.ts';
import { imageKey } from '../../../src/domain/object-keys.ts';
import type { Report } from '../../../src/domain/reports.ts';
import { png } from '../../support/pictures.ts';
import { newImage } from '../../support/samples.ts';
import { type TestPipeline, testPipeline } from '../../support/test-pipeline.ts';

const GREY = png([100, 100, 100]);

/** Adds pending rows, with or without their incoming pictures, as an interrupted receive leaves them. */
async function pending(pipeline: TestPipeline, hasPicture: readonly boolean[], stream = 'default') {
  const rows = hasPicture.map(() =>
    newImage({ stream, incoming: `${stream}/${randomUUID()}.png`, format: 'png', sha256: sha256Of(GREY) }),
  );
  const written = await pipeline.addPictures(catalog, rows);
  await pipeline.store.putIncoming(
    rows.flatMap(({ incoming }, index) => (hasPicture[index] ? [{ name: incoming, bytes: GREY }] : [])),
  );
  return written;
}

/** Stream and number of each message in the topic, in order. */
async function published({ bus }: TestPipeline): Promise<string[]> {
  const names: string[] = [];
  await bus.consume({
    topic: TOPICS.imageAnalysis,
    group: `reader ${Math.random()}`,
    signal: new AbortController().signal,
    drain: true,
    onChunk: async (chunk) => {
      names.push(...chunk.messages.map(({ headers }) => headers['ce_id'] ?? ''));
      await chunk.commit(Number(chunk.messages.at(-1)?.position.offset) + 1);
    },
  });
  return names;
}

describe('the outbox', () => {
  it('promotes pending images, publishes them by number and records their positions', async () => {
    const pipeline = await testPipeline();
    const rows = await pending(pipeline, [true, true, true]);
    expect(await (await pipeline.outbox()).publish()).toBe(3);
    expect(await published(pipeline)).toEqual(['default/1', 'default/2', 'default/3']);
    const after = await pipeline.catalog.images(rows);
    expect(after.map((row) => [row?.state, row?.position?.offset])).toEqual([
      ['ready', 0],
      ['ready', 1],
      ['ready', 2],
    ]);
    for (const row of rows) expect(await pipeline.store.get(imageKey(row))).toBeDefined();
    expect(await pipeline.store.listIncoming('default')).toEqual([]);
  });

  it('publishes more than one batch, and nothing twice', async () => {
    const pipeline = await testPipeline();
    await pending(
      pipeline,
      Array.from({ length: 130 }, () => true),
    );
    const outbox = await pipeline.outbox();
    expect(await outbox.publish()).toBe(130);
    expect(await outbox.publish()).toBe(0);
    expect(await published(pipeline)).toEqual(Array.from({ length: 130 }, (_, index) => `default/${index + 1}`));
  });

  it('publishes nothing twice if it is called twice concurrently', async () => {
    const pipeline = await testPipeline();
    await pending(pipeline, [true, true]);
    const outbox = await pipeline.outbox();
    await Promise.all([outbox.publish(), outbox.publish()]);
    expect(await published(pipeline)).toEqual(['default/1', 'default/2']);
  });

  it('publishes after an earlier call has failed', async () => {
    const pipeline = await testPipeline();
    const [row = newImage()] = await pending(pipeline, [false]);
    const outbox = await pipeline.outbox();
    await expect(outbox.publish()).rejects.toMatchObject({ code: 'object_missing' });
    await pipeline.store.putIncoming([{ name: row.incoming, bytes: GREY }]);
    expect(await outbox.publish()).toBe(1);
  });

  it('waits for a bus that does not answer only until it is stopped', async () => {
    const pipeline = await testPipeline();
    await pending(pipeline, [true]);
    const stop = new AbortController();
    const publish = () => {
      stop.abort();
      return new Promise<never>(() => {});
    };
    const outbox = await pipeline.outbox('default', { bus: { ...pipeline.bus, publish }, signal: stop.signal });
    await expect(outbox.publish()).rejects.toBeInstanceOf(Stopped);
    expect(await (await pipeline.outbox()).publish()).toBe(1);
  });

  it('stops at the first image that it cannot promote: no later one overtakes it', async () => {
    const pipeline = await testPipeline();
    await pending(pipeline, [true]);
    const outbox = await pipeline.outbox();
    await outbox.publish();
    const [lost = newImage()] = await pending(pipeline, [false, true]);
    await expect(outbox.publish()).rejects.toMatchObject({ code: 'object_missing' });
    expect(await published(pipeline)).toEqual(['default/1']);
    await pipeline.store.putIncoming([{ name: lost.incoming, bytes: GREY }]);
    await outbox.publish();
    expect(await published(pipeline)).toEqual(['default/1', 'default/2', 'default/3']);
  });

  it('publishes an image again if it waits for an outcome and its message is not in the log', async () => {
    const pipeline = await testPipeline();
    await pipeline.receive([GREY, GREY, GREY]);
    await pipeline.work(await pipeline.analyzeStage(), { onStep: () => {} });
    await pipeline.receive([GREY, GREY]);
    pipeline.bus.faults.loseMessages(TOPICS.imageAnalysis, [0, 4]);
    const outbox = await pipeline.outbox();
    await outbox.recover();
    expect(await published(pipeline)).toEqual(['default/2', 'default/3', 'default/4', 'default/5']);
    expect(pipeline.reported('recovered')).toEqual([{ kind: 'recovered', stream: 'default', images: 1 }]);
    await pipeline.work(await pipeline.analyzeStage());
    expect(await pipeline.firstOpen(5)).toBeUndefined();
  });

  it('publishes an image again if its message is on another bus', async () => {
    const pipeline = await testPipeline();
    await pipeline.receive([GREY]);
    const bus = { ...pipeline.bus, id: 'kafka cluster-1' };
    await (await pipeline.outbox('default', { bus })).recover();
    expect(await published(pipeline)).toEqual(['default/1', 'default/1']);
  });

  it('removes incoming pictures without a row, in its own stream only', async () => {
    const pipeline = await testPipeline();
    await pipeline.store.putIncoming(['default/stray.png', 'sky/stray.png'].map((name) => ({ name, bytes: GREY })));
    await pending(pipeline, [true]);
    await (await pipeline.outbox()).recover();
    expect(await pipeline.store.listIncoming('default')).toEqual([]);
    expect(await pipeline.store.listIncoming('sky')).toEqual(['sky/stray.png']);
    expect(await published(pipeline)).toEqual(['default/1']);
  });

  it('reports a stream whose picture is missing once, and recovers the others', async () => {
    const pipeline = await testPipeline();
    await pending(pipeline, [false], 'broken');
    await pending(pipeline, [true], 'orphaned');
    const stop = new AbortController();
    const reports: Report[] = [];
    const onReport = (report: Report) => {
      reports.push(report);
      if (report.kind === 'recovered') stop.abort();
    };
    await pipeline.recoverStreams('mine', { signal: stop.signal, onReport });
    expect(reports.map((report) => [report.kind, 'stream' in report ? report.stream : ''])).toEqual([
      ['blocked', 'broken'],
      ['recovered', 'orphaned'],
    ]);
  });

  it('recovers the streams that no process holds, and no others', async () => {
    const pipeline = await testPipeline();
    for (const stream of ['mine', 'held', 'orphaned']) await pending(pipeline, [true], stream);
    const held = await pipeline.catalog.lock('stream-held', 'another receiver');
    const stop = new AbortController();
    const reports: Report[] = [];
    const onReport = (report: Report) => {
      reports.push(report);
      stop.abort();
    };
    await pipeline.recoverStreams('mine', { signal: stop.signal, onReport });
    expect(reports).toEqual([{ kind: 'recovered', stream: 'orphaned', images: 1 }]);
    expect(await published(pipeline)).toEqual(['orphaned/1']);
    if ('lock' in held) await held.lock.release();
    expect(await pipeline.catalog.lock('stream-orphaned', 'the next')).toHaveProperty('lock');
  });
});
