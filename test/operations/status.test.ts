import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ImgpipeError } from '../../src/domain/errors.ts';
import { type Status, status } from '../../src/operations/status.ts';
import { cutPng, png } from '../support/pictures.ts';
import { levels } from '../support/samples.ts';
import { type DurableTestPipeline, testPipeline } from '../support/test-pipeline.ts';

const GREY = png([100, 100, 100]);
const OTHER = png([100, 100, 101]);

function statusOf({ catalog, store, broker }: DurableTestPipeline, check = true): Promise<Status> {
  return status({ catalog, store, broker, defaultTechnique: 'l2@1' }, { check });
}

async function faultKeys(shop: DurableTestPipeline): Promise<string[]> {
  return (await statusOf(shop)).faults.map(({ key }) => key);
}

/** What the status says of a group that nothing waits for, on the one partition of the embedded bus. */
function lagOf(topic: string, group: string, { end, committed }: { end: number; committed: number }) {
  return { topic, group, members: [], lag: 0, partitions: [{ partition: 0, start: 0, end, committed, lag: 0 }] };
}

/** Four images, of which the second and the third have changed, all with their alerts. */
async function drained(): Promise<DurableTestPipeline> {
  const shop = await testPipeline({ durable: true });
  await shop.receive([GREY, OTHER, GREY, GREY]);
  await shop.drain();
  return shop;
}

describe('the status', () => {
  it('counts, and finds nothing wrong after a drain', async () => {
    const shop = await drained();
    expect(await statusOf(shop)).toEqual({
      pipelineId: (await shop.catalog.identity()).pipelineId,
      data: shop.folder,
      images: 4,
      analyzed: 4,
      events: 2,
      alerts: 2,
      deadLetters: 0,
      waiting: { analysis: 0, alert: 0 },
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
          technique: 'l2@1',
          threshold: levels(0),
          outcomes: { first: 1, unchanged: 1, changed: 2, size_changed: 0, dead: 0 },
          open: 0,
        },
      ],
      streams: [{ stream: 'default', images: 4, events: 2, lastNumber: 4 }],
    });
  });

  it('tells what waits where, and calls nothing of it lost', async () => {
    const shop = await testPipeline({ durable: true });
    await shop.receive([GREY, OTHER]);
    expect(await statusOf(shop)).toMatchObject({ waiting: { analysis: 2, alert: 0 }, unpublished: 0, faults: [] });
    await shop.work(await shop.analyzeStage());
    expect(await statusOf(shop)).toMatchObject({ waiting: { analysis: 0, alert: 1 }, faults: [] });
    await shop.work(await shop.alertStage());
    expect(await statusOf(shop)).toMatchObject({ waiting: { analysis: 0, alert: 0 }, faults: [] });
    await shop.receive([GREY]);
    await shop.tamper('UPDATE image SET place_bus = NULL, place_offset = NULL WHERE number = 3');
    expect(await statusOf(shop)).toMatchObject({ waiting: { analysis: 1, alert: 0 }, unpublished: 1, faults: [] });
  });

  it('finds nothing wrong where a picture is dead', async () => {
    const shop = await testPipeline({ durable: true });
    await shop.receive([GREY, cutPng(), OTHER]);
    await shop.drain();
    expect(await statusOf(shop)).toMatchObject({ analyzed: 3, deadLetters: 1, faults: [] });
  });

  it('reads the files only where it is to check, and tells how far it has come', async () => {
    const { catalog, store, broker } = await drained();
    const parts = { catalog, store, broker, defaultTechnique: 'l2@1' };
    rmSync(store.locate('image_database/00001.png'));
    expect((await status(parts, { check: false })).faults).toEqual([]);
    const counts: number[] = [];
    await status(parts, { check: true, onChecked: (files) => counts.push(files) });
    expect(counts.at(-1)).toBe(4 + 2 * 2 + 2);
  });
});

describe('the check, after a drain', () => {
  it.each([
    ['the outcome of an image', 'DELETE FROM outcome WHERE number = 4', ['image default/4']],
    ['the outcome of a change', 'DELETE FROM outcome WHERE number = 2', ['image default/2', 'event 1']],
    ['an image in the middle', 'DELETE FROM image WHERE number = 2', ['image default/2', 'outcome l2@1 default/2']],
    ['the last image', 'DELETE FROM image WHERE number = 4', ['image default/4']],
    ['an event', 'DELETE FROM event WHERE number = 1', ['event 1', 'outcome l2@1 default/2', 'alert 1']],
    ['an alert', 'DELETE FROM alert WHERE number = 2', ['event 2']],
  ])('names what is gone: the row of %s', async (_, sql, keys) => {
    const shop = await drained();
    await shop.tamper(sql);
    expect(await faultKeys(shop)).toEqual(expect.arrayContaining(keys));
  });

  it('names a dead letter that is gone', async () => {
    const shop = await testPipeline({ durable: true });
    await shop.receive([cutPng()]);
    await shop.drain();
    await shop.tamper('DELETE FROM dead_letter');
    expect(await faultKeys(shop)).toEqual(['outcome l2@1 default/1']);
  });

  const FILES = [
    'image_database/00002.png',
    'image_event_database/image_event_001.jpg',
    'image_event_database/image_event_001.txt',
    'image_event_alerts/image_event_alert_002.txt',
  ];

  it.each(FILES)('names a file that is gone, cut short or changed: %s', async (key) => {
    const shop = await drained();
    const file = shop.store.locate(key);
    truncateSync(file, 20);
    expect((await statusOf(shop)).faults).toEqual([{ key, what: 'the file is not what was written' }]);
    writeFileSync(file, 'something else');
    expect((await statusOf(shop)).faults).toEqual([{ key, what: 'the file is not what was written' }]);
    rmSync(file);
    expect((await statusOf(shop)).faults).toEqual([{ key, what: 'the file is missing' }]);
  });
});

describe('the check, where a message is gone', () => {
  const LAST =
    'DELETE FROM bus_message WHERE "offset" = (SELECT max("offset") FROM bus_message m WHERE m.topic = bus_message.topic) AND topic = ';

  it('names the image of the last message while its analyzer is down', async () => {
    const shop = await testPipeline({ durable: true });
    await shop.receive([GREY, OTHER, GREY]);
    await shop.tamper(`${LAST}'image_analysis'`);
    expect((await statusOf(shop)).faults).toEqual([
      { key: 'image default/3', what: 'no outcome of l2@1, and its message will not be delivered again' },
    ]);
  });

  it('names the event of the last message while the alert stage is down', async () => {
    const shop = await testPipeline({ durable: true });
    await shop.receive([GREY, OTHER, GREY]);
    await shop.work(await shop.analyzeStage());
    await shop.tamper(`${LAST}'image_event_alert'`);
    expect((await statusOf(shop)).faults).toEqual([
      { key: 'event 2', what: 'no alert, and its message will not be delivered again' },
    ]);
  });

  it('names the image of the only message', async () => {
    const shop = await testPipeline({ durable: true });
    await shop.receive([GREY]);
    await shop.tamper('DELETE FROM bus_message');
    expect(await faultKeys(shop)).toEqual(['image default/1']);
  });

  it('names image and event of one in the middle as soon as the others are handled', async () => {
    const shop = await testPipeline({ durable: true });
    await shop.receive([GREY, OTHER, GREY, OTHER]);
    await shop.tamper('DELETE FROM bus_message WHERE "offset" = 2');
    await shop.work(await shop.analyzeStage());
    expect(await faultKeys(shop)).toEqual(['image default/3']);
    await shop.receive([GREY]);
    await shop.work(await shop.analyzeStage());
    await shop.tamper('DELETE FROM bus_message WHERE "offset" = 1 AND topic = \'image_event_alert\'');
    await shop.work(await shop.alertStage());
    expect(await faultKeys(shop)).toEqual(['image default/3', 'event 2']);
  });

  it('names an event that was never published, where its image will not come again', async () => {
    const shop = await drained();
    await shop.tamper('DELETE FROM alert WHERE number = 1');
    await shop.tamper('UPDATE event SET place_bus = NULL, place_offset = NULL WHERE number = 1');
    expect(await faultKeys(shop)).toEqual(['event 1']);
  });

  it('names what waits on another bus', async () => {
    const shop = await testPipeline({ durable: true });
    await shop.receive([GREY]);
    await shop.tamper("UPDATE image SET place_bus = 'kafka cluster-1'");
    expect(await faultKeys(shop)).toEqual(['image default/1']);
  });
});

describe('the status while the broker is out of reach', () => {
  const OUT_OF_REACH = new ImgpipeError('broker_unavailable', 'broker kafka://there:9092 does not answer');

  it('tells what the catalog knows, and neither what waits nor that nothing is lost', async () => {
    const { catalog, store } = await drained();
    rmSync(store.locate('image_database/00001.png'));
    const broker = { address: 'kafka://there:9092', open: () => Promise.reject(OUT_OF_REACH) };
    expect(await status({ catalog, store, broker, defaultTechnique: 'l2@1' }, { check: true })).toMatchObject({
      images: 4,
      alerts: 2,
      waiting: null,
      faults: [{ key: 'image_database/00001.png' }],
      broker: { address: 'kafka://there:9092', unreachable: OUT_OF_REACH.message, groups: [] },
    });
  });

  it('comes also where the broker never answers', async () => {
    const { catalog, store } = await drained();
    const broker = { address: 'kafka://there:9092', open: () => new Promise<never>(() => {}) };
    const { waiting, broker: told } = await status(
      { catalog, store, broker, defaultTechnique: 'l2@1' },
      { check: false },
    );
    expect(waiting).toBeNull();
    expect(told.unreachable).toMatch(/^broker kafka:\/\/there:9092 does not answer within /);
  });

  it('is an error where something else is wrong', async () => {
    const { catalog, store } = await drained();
    const refused = new ImgpipeError('broker_refused', 'no');
    const broker = { address: 'kafka://there:9092', open: () => Promise.reject(refused) };
    await expect(status({ catalog, store, broker, defaultTechnique: 'l2@1' }, { check: false })).rejects.toBe(refused);
  });

  it('is refused on another bus than the one on which something waits', async () => {
    const shop = await testPipeline({ durable: true });
    await shop.receive([GREY]);
    const other = { ...shop.bus, id: 'kafka:other', address: 'kafka://there:9092' };
    const broker = { address: other.address, open: async () => other };
    await expect(statusOf({ ...shop, broker })).rejects.toMatchObject({ code: 'bus_differs' });
  });
});
