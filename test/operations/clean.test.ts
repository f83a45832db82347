import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { imageReceivedMessage } from '../../src/domain/messages.ts';
import { clean, planClean } from '../../src/operations/clean.ts';
import { status } from '../../src/operations/status.ts';
import { PIPELINE_LOCK } from '../../src/ports/catalog/locks.ts';
import type { ObjectStore } from '../../src/ports/object-store.ts';
import { auditOf } from '../support/audit.ts';
import { openSqlite } from '../support/open-sqlite.ts';
import { png } from '../support/pictures.ts';
import { imageRecord } from '../support/samples.ts';
import { type DurableTestPipeline, testPipeline } from '../support/test-pipeline.ts';

const GREY = png([100, 100, 100]);
const OTHER = png([100, 100, 101]);
const STRANGERS = ['image_database/mine.jpg', 'image_database/sky/00009.png', 'image_event_alerts/notes/a.txt'];

/** Two streams with an alert each, a picture on its way and files of somebody else's. */
async function used(): Promise<DurableTestPipeline> {
  const shop = await testPipeline({ durable: true });
  await shop.receive([GREY, OTHER]);
  await shop.receive([GREY, OTHER], 'sky');
  await shop.drain();
  await shop.store.putIncoming([{ name: 'default/stray.png', bytes: GREY }]);
  for (const key of [...STRANGERS, 'image_original/original_image.jpg']) {
    mkdirSync(path.dirname(shop.store.locate(key)), { recursive: true });
    writeFileSync(shop.store.locate(key), key);
  }
  return shop;
}

function cleaned(shop: DurableTestPipeline, store: ObjectStore = shop.store): Promise<void> {
  return clean({ catalog: shop.catalog, store, bus: shop.bus, as: 'imgpipe clean (process 1)' });
}

async function filesLeft({ store }: DurableTestPipeline): Promise<string[]> {
  const folders = ['image_database', 'image_event_database', 'image_event_alerts', 'image_original', 'incoming'];
  return (await Promise.all(folders.map((folder) => store.list(folder)))).flat().sort();
}

describe('a clean', () => {
  it('is told beforehand: what will go, and which files of others stay', async () => {
    const shop = await used();
    expect(await planClean(shop)).toEqual({
      images: 4,
      events: 2,
      alerts: 2,
      files: 4 + 2 * 3 + 1,
      strangers: [...STRANGERS].sort(),
    });
    expect((await filesLeft(shop)).length).toBe(4 + 2 * 3 + 1 + STRANGERS.length + 1);
  });

  it('removes what the pipeline wrote, and only that', async () => {
    const shop = await used();
    await cleaned(shop);
    expect(await filesLeft(shop)).toEqual([...STRANGERS, 'image_original/original_image.jpg'].sort());
    expect(await shop.bus.logs('image_analysis')).toEqual([]);
  });

  it('leaves a pipeline that begins anew, under another id that knows the former', async () => {
    const shop = await used();
    const { pipelineId } = await shop.catalog.identity();
    await cleaned(shop);
    expect(await shop.catalog.identity()).toMatchObject({ formerIds: [pipelineId], busId: null, cleaning: false });
    await shop.receive([OTHER, GREY]);
    await shop.drain();
    const parts = { catalog: shop.catalog, store: shop.store, broker: shop.broker, defaultTechnique: 'l2@1' };
    expect(await status(parts, { check: true })).toMatchObject({ images: 2, events: 1, alerts: 1, faults: [] });
  });

  it('is refused while a stage is at work, naming it, and changes nothing', async () => {
    const shop = await used();
    const before = await filesLeft(shop);
    const other = await openSqlite(shop.folder);
    await other.catalog.lock(PIPELINE_LOCK, 'imgpipe analyze (process 7)', 'shared');
    await expect(cleaned(shop)).rejects.toMatchObject({
      code: 'in_use',
      exit: 1,
      message: `${shop.folder} is in use by imgpipe analyze (process 7): stop that first`,
    });
    expect(await filesLeft(shop)).toEqual(before);
    expect((await shop.catalog.identity()).cleaning).toBe(false);
    await other.close();
    await cleaned(shop);
  });

  it('broken off in the middle leaves its mark, and finishes when it is run again', async () => {
    const shop = await used();
    const { pipelineId } = await shop.catalog.identity();
    let calls = 0;
    const breaking: ObjectStore = {
      ...shop.store,
      remove: (keys) => {
        calls += 1;
        return calls === 2 ? Promise.reject(new Error('broken off')) : shop.store.remove(keys);
      },
    };
    await expect(cleaned(shop, breaking)).rejects.toThrow('broken off');
    expect(await shop.catalog.identity()).toMatchObject({ pipelineId, cleaning: true });
    expect(await shop.store.list('image_event_alerts')).not.toEqual([]);
    await cleaned(shop);
    expect(await shop.catalog.identity()).toMatchObject({ formerIds: [pipelineId], cleaning: false });
    expect(await filesLeft(shop)).toEqual([...STRANGERS, 'image_original/original_image.jpg'].sort());
  });

  it('of a pipeline without anything is well', async () => {
    const shop = await testPipeline({ durable: true });
    expect(await planClean(shop)).toEqual({ images: 0, events: 0, alerts: 0, files: 0, strangers: [] });
    await cleaned(shop);
    await cleaned(shop);
    expect((await shop.catalog.identity()).formerIds).toHaveLength(2);
  });
});

function formerMessage(pipelineId: string) {
  return imageReceivedMessage(pipelineId, imageRecord());
}

describe('a clean on a bus that knows its consumers', () => {
  const AS = 'imgpipe clean (process 1)';

  it('is refused while one is at work, naming it, and changes nothing', async () => {
    const { catalog, store, bus: plain } = await used();
    const members = async (group: string) => (group === 'image_analysis_group' ? ['imgpipe-analyze-7 on ::1'] : []);
    const bus = { ...plain, members };
    await expect(clean({ catalog, store, bus, as: AS })).rejects.toMatchObject({
      code: 'in_use',
      message: expect.stringContaining('imgpipe-analyze-7 on ::1'),
    });
    expect(await catalog.identity()).toMatchObject({ formerIds: [], cleaning: false });
    expect((await auditOf(catalog, 'l2@1')).images).toBe(4);
  });

  it("is refused on another bus than the pipeline's, naming both", async () => {
    const { catalog, store, bus: plain } = await used();
    const bus = { ...plain, id: 'kafka:other', address: 'kafka://there:9092' };
    await expect(clean({ catalog, store, bus, as: AS })).rejects.toMatchObject({
      code: 'bus_differs',
      message: expect.stringMatching(/are on embedded, not on kafka:other \(kafka:\/\/there:9092\)/),
    });
    expect((await auditOf(catalog, 'l2@1')).images).toBe(4);
  });

  it('leaves the messages where it is not given one: they are passed over later', async () => {
    const shop = await used();
    await clean({ catalog: shop.catalog, store: shop.store, bus: undefined, as: AS });
    expect((await shop.bus.logs('image_analysis')).map(({ end }) => end)).toEqual([4]);
    await shop.bus.publish('image_analysis', [formerMessage((await shop.catalog.identity()).formerIds[0] ?? '')]);
    await shop.drain();
    expect(shop.reported('skipped_former')).toHaveLength(1);
  });
});
