import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ImgpipeError } from '../../src/domain/errors.ts';
import { imageReceivedMessage } from '../../src/domain/messages.ts';
import { imageKey } from '../../src/domain/object-keys.ts';
import { clean, planClean } from '../../src/operations/clean.ts';
import { status } from '../../src/operations/status.ts';
import { PIPELINE_LOCK } from '../../src/ports/catalog/locks.ts';
import type { ObjectStore } from '../../src/ports/object-store.ts';
import { addPictures } from '../contracts/catalog/setup.ts';
import { auditOf } from '../support/audit.ts';
import { cleanCatalog, fencedPipeline } from '../support/clean-catalog.ts';
import { openSqlite } from '../support/open-sqlite.ts';
import { png } from '../support/pictures.ts';
import { imageRecord, newImage } from '../support/samples.ts';
import { type DurableTestPipeline, testPipeline } from '../support/test-pipeline.ts';

const GREY = png([100, 100, 100]);
const OTHER = png([100, 100, 101]);
const UNKNOWN_FILES = ['image_database/mine.jpg', 'image_database/sky/00009.png', 'image_event_alerts/notes/a.txt'];

/** Two streams with an alert each, a pending image, and files that imgpipe did not write. */
async function used(): Promise<DurableTestPipeline> {
  const pipeline = await testPipeline({ durable: true });
  await pipeline.receive([GREY, OTHER]);
  await pipeline.receive([GREY, OTHER], 'sky');
  await pipeline.drain();
  const [pending = imageRecord()] = await addPictures(pipeline.catalog, [newImage({ stream: 'sky', format: 'png' })]);
  await pipeline.store.put([{ key: imageKey(pending), bytes: GREY }]);
  for (const key of [...UNKNOWN_FILES, 'image_original/original_image.jpg']) {
    mkdirSync(path.dirname(pipeline.store.locate(key)), { recursive: true });
    writeFileSync(pipeline.store.locate(key), key);
  }
  return pipeline;
}

function cleaned(pipeline: DurableTestPipeline, store: ObjectStore = pipeline.store): Promise<void> {
  return clean({ catalog: pipeline.catalog, store, bus: pipeline.bus, as: 'imgpipe clean (process 1)' });
}

async function filesLeft({ store }: DurableTestPipeline): Promise<string[]> {
  const folders = ['image_database', 'image_event_database', 'image_event_alerts', 'image_original'];
  return (await Promise.all(folders.map((folder) => store.list(folder)))).flat().sort();
}

describe('a clean', () => {
  it('can be planned: what it would remove, and which unknown files it would keep', async () => {
    const pipeline = await used();
    expect(await planClean(pipeline)).toEqual({
      images: 4,
      events: 2,
      alerts: 2,
      files: 5 + 2 * 3,
      unknownFiles: [...UNKNOWN_FILES].sort(),
    });
    expect((await filesLeft(pipeline)).length).toBe(5 + 2 * 3 + UNKNOWN_FILES.length + 1);
  });

  it('removes what the pipeline wrote, and nothing else', async () => {
    const pipeline = await used();
    await cleaned(pipeline);
    expect(await filesLeft(pipeline)).toEqual([...UNKNOWN_FILES, 'image_original/original_image.jpg'].sort());
    expect(await pipeline.bus.logs('image_analysis')).toEqual([]);
  });

  it('leaves an empty pipeline with a new id, which keeps the former one', async () => {
    const pipeline = await used();
    const { pipelineId } = await pipeline.catalog.identity();
    await cleaned(pipeline);
    expect(await pipeline.catalog.identity()).toMatchObject({ formerIds: [pipelineId], busId: null, cleaning: false });
    await pipeline.receive([OTHER, GREY]);
    await pipeline.drain();
    const parts = {
      data: pipeline.store.address,
      catalog: pipeline.catalog,
      store: pipeline.store,
      broker: pipeline.broker,
      defaultTechnique: 'l2@2',
    };
    expect(await status(parts, { check: true })).toMatchObject({ images: 2, events: 1, alerts: 1, faults: [] });
  });

  it('is refused while a stage runs, which the error names, and changes nothing', async () => {
    const pipeline = await used();
    const before = await filesLeft(pipeline);
    const other = await openSqlite(pipeline.folder);
    await other.catalog.lock(PIPELINE_LOCK, 'imgpipe analyze (process 7)', 'shared');
    await expect(cleaned(pipeline)).rejects.toMatchObject({
      code: 'in_use',
      exit: 1,
      message: `${pipeline.folder} is in use by imgpipe analyze (process 7): stop that first`,
    });
    expect(await filesLeft(pipeline)).toEqual(before);
    expect((await pipeline.catalog.identity()).cleaning).toBe(false);
    await other.close();
    await cleaned(pipeline);
  });

  it('that is interrupted leaves a mark, and finishes when it is run again', async () => {
    const pipeline = await used();
    const { pipelineId } = await pipeline.catalog.identity();
    let calls = 0;
    const breaking: ObjectStore = {
      ...pipeline.store,
      remove: (keys) => {
        calls += 1;
        return calls === 2 ? Promise.reject(new Error('interrupted')) : pipeline.store.remove(keys);
      },
    };
    await expect(cleaned(pipeline, breaking)).rejects.toThrow('interrupted');
    expect(await pipeline.catalog.identity()).toMatchObject({ pipelineId, cleaning: true });
    expect(await pipeline.store.list('image_event_alerts')).not.toEqual([]);
    await cleaned(pipeline);
    expect(await pipeline.catalog.identity()).toMatchObject({ formerIds: [pipelineId], cleaning: false });
    expect(await filesLeft(pipeline)).toEqual([...UNKNOWN_FILES, 'image_original/original_image.jpg'].sort());
  });

  it('of an empty pipeline succeeds', async () => {
    const pipeline = await testPipeline({ durable: true });
    expect(await planClean(pipeline)).toEqual({ images: 0, events: 0, alerts: 0, files: 0, unknownFiles: [] });
    await cleaned(pipeline);
    await cleaned(pipeline);
    expect((await pipeline.catalog.identity()).formerIds).toHaveLength(2);
  });
});

function formerMessage(pipelineId: string) {
  return imageReceivedMessage(pipelineId, imageRecord());
}

describe('a clean on a bus that lists its consumers', () => {
  const AS = 'imgpipe clean (process 1)';

  it('is refused while a consumer is running, which the error names, and changes nothing', async () => {
    const { catalog, store, bus: plain } = await used();
    const members = async (group: string) => (group === 'image_analysis_group' ? ['imgpipe-analyze-7 on ::1'] : []);
    const bus = { ...plain, members };
    await expect(clean({ catalog, store, bus, as: AS })).rejects.toMatchObject({
      code: 'in_use',
      message: expect.stringContaining('imgpipe-analyze-7 on ::1'),
    });
    expect(await catalog.identity()).toMatchObject({ formerIds: [], cleaning: false });
    expect((await auditOf(catalog, 'l2@2')).images).toBe(4);
  });

  it("is refused on another bus than the pipeline's, and the error names both", async () => {
    const { catalog, store, bus: plain } = await used();
    const bus = { ...plain, id: 'kafka:other', address: 'kafka://broker:9092' };
    await expect(clean({ catalog, store, bus, as: AS })).rejects.toMatchObject({
      code: 'bus_differs',
      message: expect.stringMatching(/are on embedded, not on kafka:other \(kafka:\/\/broker:9092\)/),
    });
    expect((await auditOf(catalog, 'l2@2')).images).toBe(4);
  });

  it('keeps the messages if no bus is given: they are skipped later', async () => {
    const pipeline = await used();
    await clean({ catalog: pipeline.catalog, store: pipeline.store, bus: undefined, as: AS });
    expect((await pipeline.bus.logs('image_analysis')).map(({ end }) => end)).toEqual([4]);
    await pipeline.bus.publish('image_analysis', [
      formerMessage((await pipeline.catalog.identity()).formerIds[0] ?? ''),
    ]);
    await pipeline.drain();
    expect(pipeline.reported('skipped_former')).toHaveLength(1);
  });

  it('deletes exactly the groups of its own stages, and nothing before the broker has agreed', async () => {
    const { catalog, store, bus: plain } = await used();
    const cleared: (readonly string[])[] = [];
    const clear = async (groups: readonly string[]) => {
      cleared.push(groups);
      expect((await catalog.identity()).cleaning).toBe(false);
      await plain.clear(groups);
    };
    await clean({ catalog, store, bus: { ...plain, clear }, as: AS });
    expect(cleared).toEqual([['image_analysis_group', 'image_event_alert_group']]);
  });

  it.each(['broker_refused', 'broker_unavailable'] as const)(
    'that the broker does not carry out changes nothing, and names --keep-topics: %s',
    async (code) => {
      const pipeline = await used();
      const { catalog, store, bus: plain } = pipeline;
      const before = await filesLeft(pipeline);
      const bus = { ...plain, clear: () => Promise.reject(new ImgpipeError(code, 'no (X_FAILED)')) };
      await expect(clean({ catalog, store, bus, as: AS })).rejects.toMatchObject({
        code,
        message: 'no (X_FAILED); or use --keep-topics, which leaves the topics and groups',
      });
      expect(await filesLeft(pipeline)).toEqual(before);
      expect(await catalog.identity()).toMatchObject({ formerIds: [], cleaning: false });
      expect((await auditOf(catalog, 'l2@2')).images).toBe(4);
    },
  );

  it("is refused where another pipeline's messages are, which the error names, and changes nothing", async () => {
    const pipeline = await used();
    const other = '01234567-89ab-cdef-0123-456789abcdef';
    await pipeline.bus.publish('image_event_alert', [formerMessage(other)]);
    const before = await filesLeft(pipeline);
    await expect(cleaned(pipeline)).rejects.toMatchObject({
      code: 'prefix_in_use',
      message: expect.stringMatching(`is used by pipeline ${other}.*--keep-topics`),
    });
    expect(await filesLeft(pipeline)).toEqual(before);
    expect((await pipeline.bus.logs('image_analysis')).map(({ end }) => end)).toEqual([4]);
  });

  it('that loses its lock changes nothing more, and the error says what to do', async () => {
    const pipeline = await used();
    const { catalog, store, bus: plain } = pipeline;
    const before = await filesLeft(pipeline);
    const stageStarts = () => catalog.fencePipeline(null);
    const lost = {
      code: 'in_use',
      message: `${AS} lost the lock of ${store.address} and stopped: check the connection to the catalog, and run it again`,
    };
    const bus = { ...plain, clear: stageStarts };
    await expect(clean({ catalog, store, bus, as: AS })).rejects.toMatchObject(lost);
    expect(await filesLeft(pipeline)).toEqual(before);
    expect(await catalog.identity()).toMatchObject({ formerIds: [], cleaning: false });
    expect(await catalog.lock(PIPELINE_LOCK, 'the next')).toHaveProperty('lock');
  });

  it('whose lock another clean has taken does not end it', async () => {
    const { catalog, store: plain } = await used();
    const remove = async (keys: readonly string[]) => {
      await fencedPipeline(catalog);
      await plain.remove(keys);
    };
    const store = { ...plain, remove };
    await expect(clean({ catalog, store, bus: undefined, as: AS })).rejects.toMatchObject({ code: 'in_use' });
    expect(await catalog.identity()).toMatchObject({ formerIds: [], cleaning: true });
    expect((await auditOf(catalog, 'l2@2')).images).toBe(4);
  });

  it('leaves the topics of a bus that the pipeline has never used', async () => {
    const { catalog, store, bus: plain } = await testPipeline({ durable: true });
    await cleanCatalog(catalog);
    const bus = { ...plain, id: 'kafka:other', clear: () => Promise.reject(new Error('cleared')) };
    await clean({ catalog, store, bus, as: AS });
  });
});
