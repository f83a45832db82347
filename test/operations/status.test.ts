import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ImgpipeError } from '../../src/domain/errors.ts';
import { type Status, status } from '../../src/operations/status.ts';
import { cutPng, png } from '../support/pictures.ts';
import { levels } from '../support/samples.ts';
import { type DurableTestPipeline, testPipeline } from '../support/test-pipeline.ts';

const GREY = png([100, 100, 100]);
const OTHER = png([100, 100, 101]);

function statusOf({ catalog, store, broker }: DurableTestPipeline, check = true): Promise<Status> {
  return status({ data: store.address, catalog, store, broker, defaultTechnique: 'l2@2' }, { check });
}

async function faultKeys(pipeline: DurableTestPipeline): Promise<string[]> {
  return (await statusOf(pipeline)).faults.map(({ key }) => key);
}

/** The status of a group without lag, on the one partition of the embedded bus. */
function lagOf(topic: string, group: string, { end, committed }: { end: number; committed: number }) {
  return { topic, group, members: [], lag: 0, partitions: [{ partition: 0, start: 0, end, committed, lag: 0 }] };
}

/** Expects that a round and a drain leave nothing open, and nothing wrong. */
async function expectHealed(pipeline: DurableTestPipeline): Promise<void> {
  await (await pipeline.reconciler()).round();
  await pipeline.drain();
  expect(await statusOf(pipeline)).toMatchObject({
    waiting: { analysis: 0, alert: 0 },
    republished: { analysis: 0, alert: 0 },
    lost: 0,
    faults: [],
  });
}

/** Four images, of which the second and the third have changed, all with their alerts. */
async function drained(): Promise<DurableTestPipeline> {
  const pipeline = await testPipeline({ durable: true });
  await pipeline.receive([GREY, OTHER, GREY, GREY]);
  await pipeline.drain();
  return pipeline;
}

describe('the status', () => {
  it('has the counts, and no faults after a drain', async () => {
    const pipeline = await drained();
    expect(await statusOf(pipeline)).toEqual({
      pipelineId: (await pipeline.catalog.identity()).pipelineId,
      data: pipeline.folder,
      store: { address: pipeline.folder, unreachable: undefined },
      catalog: { address: path.join(pipeline.folder, 'imgpipe.db') },
      images: 4,
      analyzed: 4,
      events: 2,
      alerts: 2,
      deadLetters: 0,
      droppedLetters: 0,
      discardedLetters: 0,
      oddImages: 0,
      waiting: { analysis: 0, alert: 0 },
      republished: { analysis: 0, alert: 0 },
      unpublished: 0,
      lost: 0,
      faults: [],
      broker: {
        address: 'embedded',
        unreachable: undefined,
        groups: [
          lagOf('image_analysis', 'image_analysis_group', { end: 4, committed: 4 }),
          lagOf('image_event_alert', 'image_event_alert_group', { end: 2, committed: 2 }),
        ],
      },
      oldestOpen: null,
      notes: [],
      techniques: [
        {
          technique: 'l2@2',
          threshold: levels(0),
          outcomes: { first: 1, unchanged: 1, changed: 2, size_changed: 0, dead: 0 },
          judged: [
            {
              technique: 'l2@2',
              threshold: levels(0),
              outcomes: { first: 1, unchanged: 1, changed: 2, size_changed: 0, dead: 0 },
            },
          ],
          open: 0,
          idle: false,
        },
      ],
      streams: [{ stream: 'default', images: 4, events: 2, lastNumber: 4 }],
    });
  });

  it('counts what waits for each stage, and reports none of it as lost', async () => {
    const pipeline = await testPipeline({ durable: true });
    await pipeline.receive([GREY, OTHER]);
    expect(await statusOf(pipeline)).toMatchObject({ waiting: { analysis: 2, alert: 0 }, unpublished: 0, faults: [] });
    await pipeline.work(await pipeline.analyzeStage());
    expect(await statusOf(pipeline)).toMatchObject({ waiting: { analysis: 0, alert: 1 }, faults: [] });
    await pipeline.work(await pipeline.alertStage());
    expect(await statusOf(pipeline)).toMatchObject({ waiting: { analysis: 0, alert: 0 }, faults: [] });
    await pipeline.receive([GREY]);
    await pipeline.tamper('UPDATE image SET place_bus = NULL, place_offset = NULL WHERE number = 3');
    expect(await statusOf(pipeline)).toMatchObject({ waiting: { analysis: 1, alert: 0 }, unpublished: 1, faults: [] });
  });

  it('reports no fault for a dead picture', async () => {
    const pipeline = await testPipeline({ durable: true });
    await pipeline.receive([GREY, cutPng(), OTHER]);
    await pipeline.drain();
    expect(await statusOf(pipeline)).toMatchObject({ analyzed: 3, deadLetters: 1, faults: [] });
  });

  it('reads the files only with check, and reports its progress', async () => {
    const { catalog, store, broker } = await drained();
    const parts = { data: store.address, catalog, store, broker, defaultTechnique: 'l2@2' };
    rmSync(store.locate('image_database/00001.png'));
    expect((await status(parts, { check: false })).faults).toEqual([]);
    const counts: number[] = [];
    await status(parts, { check: true, onChecked: (files) => counts.push(files) });
    expect(counts.at(-1)).toBe(4 + 2 * 2 + 2);
  });
});

describe('the check, after a drain', () => {
  it.each([
    ['the outcome of a change', 'DELETE FROM outcome WHERE number = 2', ['event 1']],
    ['an image in the middle', 'DELETE FROM image WHERE number = 2', ['image default/2', 'outcome l2@2 default/2']],
    ['the last image', 'DELETE FROM image WHERE number = 4', ['image default/4']],
    ['an event', 'DELETE FROM event WHERE number = 1', ['event 1', 'outcome l2@2 default/2', 'alert 1']],
    ['an alert', 'DELETE FROM alert WHERE number = 2', ['count of events without an alert']],
  ])('reports a missing row: %s', async (_, sql, keys) => {
    const pipeline = await drained();
    await pipeline.tamper(sql);
    expect(await faultKeys(pipeline)).toEqual(expect.arrayContaining(keys));
  });

  it('reports no fault for a missing outcome: its image will be published again', async () => {
    const pipeline = await drained();
    await pipeline.tamper('DELETE FROM outcome WHERE number = 4');
    expect(await statusOf(pipeline)).toMatchObject({
      waiting: { analysis: 1, alert: 0 },
      republished: { analysis: 1, alert: 0 },
      faults: [],
    });
    await expectHealed(pipeline);
  });

  it('reports a missing dead letter', async () => {
    const pipeline = await testPipeline({ durable: true });
    await pipeline.receive([cutPng()]);
    await pipeline.drain();
    await pipeline.tamper('DELETE FROM dead_letter');
    expect(await faultKeys(pipeline)).toEqual(['outcome l2@2 default/1']);
  });

  const FILES = [
    'image_database/00002.png',
    'image_event_database/image_event_001.jpg',
    'image_event_database/image_event_001.txt',
    'image_event_alerts/image_event_alert_002.txt',
  ];

  it.each(FILES)('reports a file that is missing, truncated or changed: %s', async (key) => {
    const pipeline = await drained();
    const file = pipeline.store.locate(key);
    truncateSync(file, 20);
    expect((await statusOf(pipeline)).faults).toEqual([{ key, what: 'the file is not what was written' }]);
    writeFileSync(file, 'something else');
    expect((await statusOf(pipeline)).faults).toEqual([{ key, what: 'the file is not what was written' }]);
    rmSync(file);
    expect((await statusOf(pipeline)).faults).toEqual([{ key, what: 'the file is missing' }]);
  });
});

describe('what is open and whose message is missing from the log', () => {
  const LAST =
    'DELETE FROM bus_message WHERE "offset" = (SELECT max("offset") FROM bus_message m WHERE m.topic = bus_message.topic) AND topic = ';

  /** Expects, with and without the check, that this much waits and will be published again, and that then nothing is open. */
  async function expectRepublished(
    pipeline: DurableTestPipeline,
    waiting: { analysis: number; alert: number },
    republished: { analysis: number; alert: number },
  ): Promise<void> {
    for (const check of [true, false]) {
      expect(await statusOf(pipeline, check)).toMatchObject({ waiting, republished, lost: 0, faults: [] });
    }
    await expectHealed(pipeline);
  }

  it('is the image of the last message while no analyzer runs', async () => {
    const pipeline = await testPipeline({ durable: true });
    await pipeline.receive([GREY, OTHER, GREY]);
    await pipeline.tamper(`${LAST}'image_analysis'`);
    await expectRepublished(pipeline, { analysis: 3, alert: 0 }, { analysis: 1, alert: 0 });
  });

  it('is the event of the last message while no alert stage runs', async () => {
    const pipeline = await testPipeline({ durable: true });
    await pipeline.receive([GREY, OTHER, GREY]);
    await pipeline.work(await pipeline.analyzeStage());
    await pipeline.tamper(`${LAST}'image_event_alert'`);
    await expectRepublished(pipeline, { analysis: 0, alert: 2 }, { analysis: 0, alert: 1 });
  });

  it('is the image of the only message', async () => {
    const pipeline = await testPipeline({ durable: true });
    await pipeline.receive([GREY]);
    await pipeline.tamper('DELETE FROM bus_message');
    await expectRepublished(pipeline, { analysis: 1, alert: 0 }, { analysis: 1, alert: 0 });
  });

  it('is the image or event of a message in the middle as soon as the others are handled', async () => {
    const pipeline = await testPipeline({ durable: true });
    await pipeline.receive([GREY, OTHER, GREY, OTHER]);
    await pipeline.tamper('DELETE FROM bus_message WHERE "offset" = 2');
    await pipeline.work(await pipeline.analyzeStage());
    expect(await statusOf(pipeline)).toMatchObject({ republished: { analysis: 1, alert: 0 }, faults: [] });
    await pipeline.receive([GREY]);
    await pipeline.work(await pipeline.analyzeStage());
    await pipeline.tamper('DELETE FROM bus_message WHERE "offset" = 1 AND topic = \'image_event_alert\'');
    await pipeline.work(await pipeline.alertStage());
    await expectRepublished(pipeline, { analysis: 1, alert: 1 }, { analysis: 1, alert: 1 });
  });

  it('is an event that was never published, if its image will not be delivered again', async () => {
    const pipeline = await testPipeline({ durable: true });
    await pipeline.receive([GREY, OTHER]);
    await pipeline.work(await pipeline.analyzeStage());
    await pipeline.tamper('UPDATE event SET place_bus = NULL, place_offset = NULL WHERE number = 1');
    await expectRepublished(pipeline, { analysis: 0, alert: 1 }, { analysis: 0, alert: 1 });
  });

  it('is what waits on another bus', async () => {
    const pipeline = await testPipeline({ durable: true });
    await pipeline.receive([GREY]);
    await pipeline.tamper("UPDATE image SET place_bus = 'kafka cluster-1', place_offset = 0");
    await expectRepublished(pipeline, { analysis: 1, alert: 0 }, { analysis: 1, alert: 0 });
  });
});

describe('the status while the broker is unreachable', () => {
  const UNREACHABLE = new ImgpipeError('broker_unavailable', 'broker kafka://broker:9092 does not answer');

  it('has the counts of the catalog and the faults of files, but not what waits', async () => {
    const { catalog, store } = await drained();
    rmSync(store.locate('image_database/00001.png'));
    const broker = { address: 'kafka://broker:9092', open: () => Promise.reject(UNREACHABLE) };
    expect(
      await status({ data: store.address, catalog, store, broker, defaultTechnique: 'l2@2' }, { check: true }),
    ).toMatchObject({
      images: 4,
      alerts: 2,
      waiting: null,
      republished: null,
      faults: [{ key: 'image_database/00001.png' }],
      broker: { address: 'kafka://broker:9092', unreachable: UNREACHABLE.message, groups: [] },
    });
  });

  it('is returned even if the broker never answers', async () => {
    const { catalog, store } = await drained();
    const broker = { address: 'kafka://broker:9092', open: () => new Promise<never>(() => {}) };
    const { waiting, broker: brokerStatus } = await status(
      { data: store.address, catalog, store, broker, defaultTechnique: 'l2@2' },
      { check: false, maxBusMs: 50 },
    );
    expect(waiting).toBeNull();
    expect(brokerStatus.unreachable).toMatch(/^broker kafka:\/\/broker:9092 does not answer within /);
  });

  it('is an error if the broker refuses access', async () => {
    const { catalog, store } = await drained();
    const refused = new ImgpipeError('broker_refused', 'no');
    const broker = { address: 'kafka://broker:9092', open: () => Promise.reject(refused) };
    await expect(
      status({ data: store.address, catalog, store, broker, defaultTechnique: 'l2@2' }, { check: false }),
    ).rejects.toBe(refused);
  });

  it('is refused on another bus than the one on which messages wait', async () => {
    const pipeline = await testPipeline({ durable: true });
    await pipeline.receive([GREY]);
    const other = { ...pipeline.bus, id: 'kafka:other', address: 'kafka://broker:9092' };
    const broker = { address: other.address, open: async () => other };
    await expect(statusOf({ ...pipeline, broker })).rejects.toMatchObject({ code: 'bus_differs' });
  });
});
