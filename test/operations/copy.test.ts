import { cpSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createFileObjectStore } from '../../src/adapters/files/object-store.ts';
import { createSqliteCatalog } from '../../src/adapters/sqlite/catalog.ts';
import { openDatabase } from '../../src/adapters/sqlite/database.ts';
import { createEmbeddedBus } from '../../src/adapters/sqlite/event-bus.ts';
import { Stopped } from '../../src/domain/errors.ts';
import { OBJECT_FOLDERS } from '../../src/domain/object-keys.ts';
import { clean } from '../../src/operations/clean.ts';
import { COPY_STEPS, type CopyParts, type CopyStep, copyPipeline } from '../../src/operations/copy/copy.ts';
import { planCopy } from '../../src/operations/copy/plan-copy.ts';
import type { CopyEnd } from '../../src/operations/copy/target-state.ts';
import { status } from '../../src/operations/status.ts';
import { PIPELINE_LOCK } from '../../src/ports/catalog/locks.ts';
import { catalogFile } from '../support/open-sqlite.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { usedFolders } from '../support/used-pipeline.ts';

const usedFolder = usedFolders();

/** One end of a move, opened until the test has finished. */
async function endIn(folder: string): Promise<CopyEnd & { readonly folder: string }> {
  const catalog = createSqliteCatalog(await openDatabase(catalogFile(folder), { create: true }));
  let isOpen = true;
  const close = async () => {
    if (isOpen) await catalog.close();
    isOpen = false;
  };
  onTestFinished(close);
  return { folder, catalog: { ...catalog, close }, store: createFileObjectStore(folder) };
}

type End = Awaited<ReturnType<typeof endIn>>;

/** A pipeline with something in every table, and an empty folder. */
async function ends(): Promise<{ readonly source: End; readonly target: End }> {
  return { source: await endIn(await usedFolder()), target: await endIn(temporaryFolder()) };
}

function moved(source: CopyEnd, target: CopyEnd, over: Partial<CopyParts> = {}) {
  return copyPipeline({
    source,
    openTarget: async () => target,
    to: `--data ${target.store.address}`,
    busAddress: undefined,
    as: 'imgpipe copy (process 1)',
    signal: new AbortController().signal,
    ...over,
  });
}

/** What `status --check` finds. */
async function checked(end: End) {
  const bus = createEmbeddedBus(await openDatabase(catalogFile(end.folder), { create: false }), end.catalog, 'a test');
  const broker = { address: 'embedded', open: async () => bus };
  return status({ ...end, data: end.folder, broker, defaultTechnique: 'l2@2' }, { check: true });
}

/** The ends on which commands work. */
async function alive(...all: readonly CopyEnd[]): Promise<string[]> {
  const states = await Promise.all(
    all.map(async ({ catalog, store }) => ((await catalog.identity()).transfer === null ? [store.address] : [])),
  );
  return states.flat();
}

async function filesOf({ store }: CopyEnd): Promise<string[]> {
  return (await Promise.all(OBJECT_FOLDERS.map((folder) => store.list(folder)))).flat().sort();
}

/** Ends a copy at a step, as if its process had been killed there. */
function endingAt(step: CopyStep): Pick<CopyParts, 'onStep'> {
  return {
    onStep: (at) => {
      if (at === step) throw new Error(`ended at ${step}`);
    },
  };
}

describe('a copy', () => {
  it('moves the pipeline with everything that it has', async () => {
    const { source, target } = await ends();
    const [files, { pipelineId }] = [await filesOf(source), await source.catalog.identity()];
    const before = await checked(source);
    const copied = await moved(source, target);
    expect(copied).toMatchObject({ pipelineId, found: 'new', isMoved: true, damaged: 0 });
    expect(copied.objects).toEqual({ copied: files.length, present: 0 });
    expect(await filesOf(target)).toEqual(files);
    const after = await checked(target);
    expect(after).toMatchObject({ faults: [], waiting: before.waiting, images: before.images, pipelineId });
    expect(await alive(source, target)).toEqual([target.folder]);
  });

  it('leaves at the old place where the pipeline went', async () => {
    const { source, target } = await ends();
    await moved(source, target);
    const to = `--data ${target.folder}`;
    expect((await source.catalog.identity()).transfer).toMatchObject({ state: 'moved', to });
  });

  it('says so if it is repeated, and does nothing, also while stages work at the target', async () => {
    const { source, target } = await ends();
    await moved(source, target);
    await target.catalog.lock(PIPELINE_LOCK, 'imgpipe receive (process 2)', 'shared');
    const again = await moved(source, target, { onStep: () => Promise.reject(new Error('a step')) });
    expect(again).toMatchObject({ found: 'finished', isMoved: true, rows: 0 });
  });

  it('brings the pipeline back, and copies only what is new', async () => {
    const { source, target } = await ends();
    await moved(source, target);
    const files = await filesOf(target);
    const back = await moved(target, source);
    expect(back).toMatchObject({ found: 'former', isMoved: true, objects: { copied: 0, present: files.length } });
    expect((await checked(source)).faults).toEqual([]);
    expect(await alive(source, target)).toEqual([source.folder]);
  });

  it('replaces what the old place has under the name of another file', async () => {
    const { source, target } = await ends();
    await moved(source, target);
    writeFileSync(source.store.locate('image_database/00001.png'), 'another picture');
    expect((await moved(target, source)).objects.copied).toBe(1);
    expect((await checked(source)).faults).toEqual([]);
  });

  it('keeps the bus, with what is published there, if that stays the same', async () => {
    const { source, target } = await ends();
    await source.catalog.setBus({ id: 'cluster-1', address: 'kafka://a:9092/garden.' }, 'embedded');
    await moved(source, target, { busAddress: 'kafka://a:9092/garden.' });
    expect(await target.catalog.identity()).toMatchObject({ busId: 'cluster-1', busAddress: 'kafka://a:9092/garden.' });
    expect((await target.catalog.counts()).unpublished).toBe(0);
  });

  it('unpublishes what is open for another bus', async () => {
    const { source, target } = await ends();
    await moved(source, target, { busAddress: 'kafka://b:9092' });
    expect(await target.catalog.identity()).toMatchObject({ busId: null });
    expect((await target.catalog.counts()).unpublished).toBe(1);
  });

  it('writes the text files of events and alerts anew', async () => {
    const { source, target } = await ends();
    rmSync(source.store.locate('image_event_alerts/image_event_alert_001.txt'));
    writeFileSync(source.store.locate('image_event_database/image_event_001.txt'), 'changed');
    expect((await moved(source, target)).isMoved).toBe(true);
    expect((await checked(target)).faults).toEqual([]);
  });

  it('leaves nothing to a clean that was confirmed before', async () => {
    const { source, target } = await ends();
    const files = await filesOf(source);
    await moved(source, { catalog: target.catalog, store: source.store });
    const cleaning = clean({ ...source, bus: undefined, as: 'imgpipe clean (process 2)' });
    await expect(cleaning).rejects.toMatchObject({ code: 'moved' });
    expect(await filesOf(source)).toEqual(files);
  });

  it('verifies the files where they are if only the catalog moves', async () => {
    const { source, target } = await ends();
    const files = await filesOf(source);
    const copied = await moved(source, { catalog: target.catalog, store: source.store });
    expect(copied).toMatchObject({ isMoved: true, objects: { copied: 0, present: files.length } });
  });
});

describe('a copy that finds files missing or damaged', () => {
  const MISSING = 'image_event_database/image_event_001.jpg';
  const DAMAGED = 'image_database/sky/00002.png';

  async function damagedEnds() {
    const both = await ends();
    const { store } = both.source;
    const originals = await Promise.all([MISSING, DAMAGED].map(async (key) => ({ key, bytes: await store.get(key) })));
    const restore = () => {
      for (const { key, bytes } of originals) writeFileSync(store.locate(key), bytes ?? '');
    };
    rmSync(both.source.store.locate(MISSING));
    writeFileSync(both.source.store.locate(DAMAGED), 'damaged');
    return { ...both, restore };
  }

  it('names them all and moves nothing', async () => {
    const { source, target } = await damagedEnds();
    const copied = await moved(source, target);
    expect(copied).toMatchObject({ isMoved: false, damaged: 2 });
    expect(copied.faults).toEqual([
      { key: DAMAGED, what: 'the file is not what was written' },
      { key: MISSING, what: 'the file is missing' },
    ]);
    expect(await alive(source, target)).toEqual([source.folder]);
  });

  it('goes on once they are restored', async () => {
    const { source, target, restore } = await damagedEnds();
    await moved(source, target);
    restore();
    expect(await moved(source, target)).toMatchObject({ found: 'unfinished', isMoved: true, objects: { copied: 2 } });
    expect((await checked(target)).faults).toEqual([]);
  });

  it('moves the rest if told so', async () => {
    const { source, target } = await damagedEnds();
    expect(await moved(source, target, { skipDamaged: true })).toMatchObject({ isMoved: true, damaged: 2 });
    expect((await checked(target)).faults.map(({ key }) => key)).toEqual([DAMAGED, MISSING]);
  });
});

describe('a copy is refused', () => {
  it.each(['source', 'target'] as const)('while a stage works at the %s, which is named', async (which) => {
    const both = await ends();
    await both[which].catalog.lock(PIPELINE_LOCK, 'imgpipe receive (process 2)', 'shared');
    await expect(moved(both.source, both.target)).rejects.toMatchObject({
      code: 'in_use',
      message: `${both[which].catalog.address} is in use by imgpipe receive (process 2): stop that first`,
    });
    expect((await both.source.catalog.identity()).transfer).toBeNull();
  });

  it('if the target has another pipeline, which stays as it is', async () => {
    const { source } = await ends();
    const { source: other } = await ends();
    const before = await checked(other);
    await expect(moved(source, other)).rejects.toMatchObject({ code: 'target_not_empty', exit: 2 });
    expect(await checked(other)).toEqual(before);
  });

  it('if the target has files in the folders of a pipeline', async () => {
    const { source, target } = await ends();
    await target.store.put([{ key: 'image_database/mine.jpg', bytes: Buffer.from('mine') }]);
    await expect(moved(source, target)).rejects.toMatchObject({
      code: 'target_not_empty',
      message: expect.stringContaining('image_database/mine.jpg'),
    });
    expect((await target.catalog.identity()).transfer).toBeNull();
  });

  it('if the target has a copy of the pipeline that is in use', async () => {
    const { source, target } = await ends();
    await moved(source, target);
    const backup = temporaryFolder();
    await target.catalog.close();
    cpSync(target.folder, backup, { recursive: true });
    const [one, two] = [await endIn(target.folder), await endIn(backup)];
    await expect(moved(one, two)).rejects.toMatchObject({ code: 'target_not_empty' });
  });

  it('if the pipeline was moved elsewhere, also to what an earlier copy has left', async () => {
    const { source, target } = await ends();
    const left = await endIn(temporaryFolder());
    await expect(moved(source, left, endingAt('copy:complete'))).rejects.toThrow('ended at copy:complete');
    await moved(source, target);
    await expect(moved(source, left)).rejects.toMatchObject({ code: 'moved' });
    await expect(moved(source, await endIn(temporaryFolder()))).rejects.toMatchObject({ code: 'moved' });
    expect(await alive(source, target, left)).toEqual([target.folder]);
  });

  it('of what is an unfinished copy itself', async () => {
    const { source, target } = await ends();
    await expect(moved(source, target, endingAt('copy:complete'))).rejects.toThrow('ended at copy:complete');
    await expect(moved(target, await endIn(temporaryFolder()))).rejects.toMatchObject({ code: 'copy_unfinished' });
  });
});

describe('a copy that is interrupted', () => {
  it.each(COPY_STEPS)('at %s continues when it is run again, and at most one end is in use', async (step) => {
    const { source, target } = await ends();
    const files = await filesOf(source);
    const before = await checked(source);
    await expect(moved(source, target, endingAt(step))).rejects.toThrow(`ended at ${step}`);
    const inUse = { 'copy:marked': [], 'copy:opened': [target.folder] }[step as string] ?? [source.folder];
    expect(await alive(source, target)).toEqual(inUse);
    expect((await moved(source, target)).isMoved).toBe(true);
    expect(await alive(source, target)).toEqual([target.folder]);
    expect(await filesOf(target)).toEqual(files);
    expect(await checked(target)).toMatchObject({ faults: [], images: before.images, waiting: before.waiting });
  });

  it('takes along what the pipeline has received in between', async () => {
    const { source, target } = await ends();
    await expect(moved(source, target, endingAt('copy:complete'))).rejects.toThrow('ended at copy:complete');
    await source.catalog.setThreshold('l2@2', { value: 5, unit: 'levels' });
    expect((await moved(source, target)).found).toBe('unfinished');
    expect((await target.catalog.thresholds()).get('l2@2')).toEqual({ value: 5, unit: 'levels' });
  });

  it('by its signal stops before the source is marked', async () => {
    const { source, target } = await ends();
    const stopping = new AbortController();
    const copying = moved(source, target, { signal: stopping.signal, onStep: () => stopping.abort() });
    await expect(copying).rejects.toBeInstanceOf(Stopped);
    expect(await alive(source, target)).toEqual([source.folder]);
  });
});

describe('the plan of a copy', () => {
  it('says how much there is, and changes nothing', async () => {
    const { source, target } = await ends();
    const plan = await planCopy({ source, target, to: '' });
    expect(plan).toMatchObject({ found: 'new', events: 3, alerts: 2 });
    expect(await planCopy({ source, target: undefined, to: '' })).toEqual(plan);
    expect(await alive(source, target)).toEqual([source.folder, target.folder]);
  });

  it('says where the pipeline went', async () => {
    const { source, target } = await ends();
    await moved(source, target);
    const to = `--data ${path.resolve(target.folder)}`;
    expect((await planCopy({ source, target, to })).found).toBe('finished');
    await expect(planCopy({ source, target: undefined, to })).rejects.toMatchObject({ code: 'moved' });
  });
});
