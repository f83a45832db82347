import { describe, expect, it } from 'vitest';
import { sha256Of } from '../../src/base/digest.ts';
import { Stopped } from '../../src/domain/errors.ts';
import { TOPICS } from '../../src/domain/messages.ts';
import { imageKey } from '../../src/domain/object-keys.ts';
import type { Report } from '../../src/domain/reports.ts';
import { png } from '../support/pictures.ts';
import { newImage } from '../support/samples.ts';
import { type TestPipeline, testPipeline } from '../support/test-pipeline.ts';

const GREY = png([100, 100, 100]);

/** Rows for images, with their pictures in incoming/ or not: as an interrupted receive leaves them. */
async function pending(shop: TestPipeline, staged: readonly boolean[], stream = 'default') {
  const rows = staged.map((_, index) =>
    newImage({ stream, incoming: `${stream}/${index}.png`, format: 'png', sha256: sha256Of(GREY) }),
  );
  const written = await shop.catalog.addImages(rows);
  await shop.store.putIncoming(
    rows.flatMap(({ incoming }, index) => (staged[index] ? [{ name: incoming, bytes: GREY }] : [])),
  );
  return written;
}

/** Stream and number of each message in the topic, in its order. */
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
  it('finishes what is pending, publishes in the order of the numbers and notes the places', async () => {
    const shop = await testPipeline();
    const rows = await pending(shop, [true, true, true]);
    expect(await (await shop.outbox()).publish()).toBe(3);
    expect(await published(shop)).toEqual(['default/1', 'default/2', 'default/3']);
    const after = await shop.catalog.images(rows);
    expect(after.map((row) => [row?.state, row?.position?.offset])).toEqual([
      ['ready', 0],
      ['ready', 1],
      ['ready', 2],
    ]);
    for (const row of rows) expect(await shop.store.get(imageKey(row))).toBeDefined();
    expect(await shop.store.listIncoming('default')).toEqual([]);
  });

  it('publishes more than one batch, and nothing twice', async () => {
    const shop = await testPipeline();
    await pending(
      shop,
      Array.from({ length: 130 }, () => true),
    );
    const outbox = await shop.outbox();
    expect(await outbox.publish()).toBe(130);
    expect(await outbox.publish()).toBe(0);
    expect(await published(shop)).toEqual(Array.from({ length: 130 }, (_, index) => `default/${index + 1}`));
  });

  it('publishes nothing twice where it is asked twice at once', async () => {
    const shop = await testPipeline();
    await pending(shop, [true, true]);
    const outbox = await shop.outbox();
    await Promise.all([outbox.publish(), outbox.publish()]);
    expect(await published(shop)).toEqual(['default/1', 'default/2']);
  });

  it('publishes again where an earlier time has failed', async () => {
    const shop = await testPipeline();
    const [row = newImage()] = await pending(shop, [false]);
    const outbox = await shop.outbox();
    await expect(outbox.publish()).rejects.toMatchObject({ code: 'object_missing' });
    await shop.store.putIncoming([{ name: row.incoming, bytes: GREY }]);
    expect(await outbox.publish()).toBe(1);
  });

  it('waits no longer for a bus that does not answer once it is told to stop', async () => {
    const shop = await testPipeline();
    await pending(shop, [true]);
    const stop = new AbortController();
    const publish = () => {
      stop.abort();
      return new Promise<never>(() => {});
    };
    const outbox = await shop.outbox('default', { bus: { ...shop.bus, publish }, signal: stop.signal });
    await expect(outbox.publish()).rejects.toBeInstanceOf(Stopped);
    expect(await (await shop.outbox()).publish()).toBe(1);
  });

  it('stops at the first image that it cannot finish: none after it overtakes it', async () => {
    const shop = await testPipeline();
    await pending(shop, [true]);
    const outbox = await shop.outbox();
    await outbox.publish();
    const [lost = newImage()] = await pendingMore(shop, [false, true]);
    await expect(outbox.publish()).rejects.toMatchObject({ code: 'object_missing' });
    expect(await published(shop)).toEqual(['default/1']);
    await shop.store.putIncoming([{ name: lost.incoming, bytes: GREY }]);
    await outbox.publish();
    expect(await published(shop)).toEqual(['default/1', 'default/2', 'default/3']);
  });

  it('publishes again what lies outside of the log and waits for an outcome', async () => {
    const shop = await testPipeline();
    await shop.receive([GREY, GREY, GREY]);
    await shop.work(await shop.analyzeStage(), { onStep: () => {} });
    await shop.receive([GREY, GREY]);
    await shop.tamper('DELETE FROM bus_message WHERE "offset" IN (0, 4)');
    const outbox = await shop.outbox();
    await outbox.recover();
    expect(await published(shop)).toEqual(['default/2', 'default/3', 'default/4', 'default/5']);
    expect(shop.reported('recovered')).toEqual([{ kind: 'recovered', stream: 'default', images: 1 }]);
    await shop.work(await shop.analyzeStage());
    expect((await shop.catalog.audit('l2@1')).openImages).toEqual([]);
  });

  it('publishes again what was on another bus', async () => {
    const shop = await testPipeline();
    await shop.receive([GREY]);
    await shop.tamper("UPDATE image SET place_bus = 'kafka cluster-1'");
    await (await shop.outbox()).recover();
    expect(await published(shop)).toEqual(['default/1', 'default/1']);
  });

  it('sweeps what no row names, in its own stream alone', async () => {
    const shop = await testPipeline();
    await shop.store.putIncoming(['default/stray.png', 'sky/stray.png'].map((name) => ({ name, bytes: GREY })));
    await pending(shop, [true]);
    await (await shop.outbox()).recover();
    expect(await shop.store.listIncoming('default')).toEqual([]);
    expect(await shop.store.listIncoming('sky')).toEqual(['sky/stray.png']);
    expect(await published(shop)).toEqual(['default/1']);
  });

  it('tells once of a stream whose picture is gone, and looks after the others all the same', async () => {
    const shop = await testPipeline();
    await pending(shop, [false], 'broken');
    await pending(shop, [true], 'orphaned');
    const stop = new AbortController();
    const reports: Report[] = [];
    const onReport = (report: Report) => {
      reports.push(report);
      if (report.kind === 'recovered') stop.abort();
    };
    await shop.recoverStreams('mine', { signal: stop.signal, onReport });
    expect(reports.map((report) => [report.kind, 'stream' in report ? report.stream : ''])).toEqual([
      ['blocked', 'broken'],
      ['recovered', 'orphaned'],
    ]);
  });

  it('looks after the streams that nobody holds, and no others', async () => {
    const shop = await testPipeline();
    for (const stream of ['mine', 'held', 'orphaned']) await pending(shop, [true], stream);
    const held = await shop.catalog.lock('stream-held', 'another receiver');
    const stop = new AbortController();
    const reports: Report[] = [];
    const onReport = (report: Report) => {
      reports.push(report);
      stop.abort();
    };
    await shop.recoverStreams('mine', { signal: stop.signal, onReport });
    expect(reports).toEqual([{ kind: 'recovered', stream: 'orphaned', images: 1 }]);
    expect(await published(shop)).toEqual(['orphaned/1']);
    if ('lock' in held) await held.lock.release();
    expect(await shop.catalog.lock('stream-orphaned', 'the next')).toHaveProperty('lock');
  });
});

async function pendingMore(shop: TestPipeline, staged: readonly boolean[]) {
  const rows = staged.map((_, index) =>
    newImage({ incoming: `default/more-${index}.png`, format: 'png', sha256: sha256Of(GREY) }),
  );
  await shop.catalog.addImages(rows);
  await shop.store.putIncoming(
    rows.flatMap(({ incoming }, index) => (staged[index] ? [{ name: incoming, bytes: GREY }] : [])),
  );
  return rows;
}
