import { copyFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createSqliteCatalog } from '../../../src/adapters/sqlite/catalog.ts';
import { openDatabase } from '../../../src/adapters/sqlite/database.ts';
import { openReadDatabase } from '../../../src/adapters/sqlite/read-database.ts';
import type { Catalog } from '../../../src/ports/catalog/catalog.ts';
import { addReadyImages } from '../../contracts/catalog/setup.ts';
import { auditOf } from '../../support/audit.ts';
import { startProgram } from '../../support/imgpipe.ts';
import { makeOldCatalog, OLD_ID } from '../../support/old-catalogs.ts';
import { catalogFile, type OpenSqlite, openSqlite } from '../../support/open-sqlite.ts';
import { contentOf } from '../../support/read-only.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** A catalog that is read until the test has finished. */
async function readerOf(folder: string): Promise<Catalog> {
  const catalog = createSqliteCatalog(await openReadDatabase(catalogFile(folder)));
  onTestFinished(() => catalog.close());
  return catalog;
}

const imagesIn = async (catalog: Catalog) => (await catalog.counts()).images;

const addImages = ({ catalog }: Pick<OpenSqlite, 'catalog'>, count: number) => addReadyImages(catalog, count);

/** A process that adds images and ends. */
async function addByProcess(folder: string, count: number): Promise<void> {
  const { stderr } = await startProgram('../support/programs/add-images.ts', [folder, '1', String(count), '0']).ended;
  expect(stderr).toBe('');
}

/** A folder with a catalog of two images, whose processes have all ended. */
async function atRest(): Promise<string> {
  const folder = temporaryFolder();
  await addByProcess(folder, 2);
  expect(readdirSync(folder)).toEqual(['imgpipe.db']);
  return folder;
}

/** The same as a process leaves it that is killed: two images in the file, and a third one in the WAL. */
async function leftOpen(): Promise<string> {
  const folder = await atRest();
  const writer = await openSqlite(folder);
  await addImages(writer, 1);
  const copy = temporaryFolder();
  for (const file of readdirSync(folder)) if (file !== 'locks') copyFileSync(`${folder}/${file}`, `${copy}/${file}`);
  return copy;
}

describe('a catalog that is opened for reading', () => {
  it('at rest leaves the folder as it is', async () => {
    const folder = await atRest();
    const before = contentOf(folder);
    const catalog = await readerOf(folder);
    expect(await imagesIn(catalog)).toBe(2);
    expect((await auditOf(catalog, 'l2@2')).images).toBe(2);
    expect(contentOf(folder)).toEqual(before);
    await catalog.close();
    expect(contentOf(folder)).toEqual(before);
  });

  it('has the commits that a killed process left in the WAL, and leaves those files', async () => {
    const folder = await leftOpen();
    const files = readdirSync(folder);
    expect(files).toEqual(['imgpipe.db', 'imgpipe.db-shm', 'imgpipe.db-wal']);
    const catalog = await readerOf(folder);
    expect(await imagesIn(catalog)).toBe(3);
    expect((await auditOf(catalog, 'l2@2')).images).toBe(3);
    await catalog.close();
    expect(readdirSync(folder)).toEqual(files);
  });

  it('has the commits of a WAL whose index is missing, and creates none', async () => {
    const folder = await leftOpen();
    rmSync(`${catalogFile(folder)}-shm`);
    const before = contentOf(folder);
    const catalog = await readerOf(folder);
    expect(await imagesIn(catalog)).toBe(3);
    expect((await auditOf(catalog, 'l2@2')).images).toBe(3);
    expect(contentOf(folder)).toEqual(before);
  });

  it('sees what a process writes that starts and ends later', async () => {
    const folder = await atRest();
    const catalog = await readerOf(folder);
    for (const images of [3, 4]) {
      await addByProcess(folder, 1);
      expect(await imagesIn(catalog)).toBe(images);
    }
    const { catalog: writer } = await openSqlite(folder);
    await addReadyImages(writer, 1);
    expect(await imagesIn(catalog)).toBe(5);
    await addReadyImages(writer, 1);
    expect(await imagesIn(catalog)).toBe(6);
  });

  it('sees what is written after the WAL without an index was copied', async () => {
    const folder = await leftOpen();
    rmSync(`${catalogFile(folder)}-shm`);
    const catalog = await readerOf(folder);
    expect(await imagesIn(catalog)).toBe(3);
    await addImages(await openSqlite(folder), 1);
    await expect.poll(() => imagesIn(catalog), { timeout: 5000 }).toBe(4);
  });

  it('reads a snapshot again from its start if a process begins to write', async () => {
    const folder = await atRest();
    const catalog = await readerOf(folder);
    let reads = 0;
    const images = await catalog.snapshot(async (pages) => {
      reads += 1;
      const { images: counted } = await pages.counts();
      if (reads === 1) await addByProcess(folder, 1);
      return [counted, (await pages.imagePage(undefined, 9)).length];
    });
    expect({ images, reads }).toEqual({ images: [3, 3], reads: 2 });
  });

  it('cannot be written', async () => {
    const catalog = await readerOf(await atRest());
    await expect(catalog.setBus({ id: 'x', address: 'x' }, null)).rejects.toThrow('open for reading');
  });

  it('does not exist while its file is empty', async () => {
    const folder = temporaryFolder();
    writeFileSync(catalogFile(folder), '');
    await expect(readerOf(folder)).rejects.toMatchObject({ code: 'not_found' });
    await expect(readerOf(temporaryFolder())).rejects.toMatchObject({ code: 'not_found' });
  });
});

/** Four images: the second and the third have changed, and the alert of the third is missing, as is the outcome of the fourth. */
const ROWS = `
INSERT INTO technique (technique, threshold) VALUES ('l2@2', 2.5);
INSERT INTO stream (stream, last_number) VALUES ('sky', 4);
INSERT INTO image (stream, number, receipt_id, format, origin, sha256, bytes, received_at, captured_at, state)
  SELECT 'sky', value, 'sky/' || value, 'jpg', '/a', 'aa', 7, '2026-01-02T03:04:05.678Z',
    CASE value WHEN 2 THEN '2025-01-02T03:04:05.678Z' END, 'pending'
  FROM json_each('[1, 2, 3, 4]');
UPDATE image SET state = 'ready';
UPDATE image SET place_bus = 'embedded', place_topic = 'image_analysis', place_partition = 0, place_offset = number - 1;
INSERT INTO outcome (technique, stream, number, kind, threshold, measurement, reference, analyzed_at) VALUES
  ('l2@2', 'sky', 1, 'first', 1.5, NULL, NULL, '2026-01-02T03:04:05.678Z'),
  ('l2@2', 'sky', 2, 'changed', 2.5, 12.5, 1, '2026-01-02T03:04:05.678Z'),
  ('l2@2', 'sky', 3, 'changed', 2.5, 13.5, 2, '2026-01-02T03:04:05.678Z');
UPDATE pipeline SET last_event = 2, bus_id = 'embedded';
INSERT INTO event (number, technique, stream, image, state, base, difference_sha256)
  SELECT value, 'l2@2', 'sky', value + 1, 'pending', '/data', 'dd' FROM json_each('[1, 2]');
UPDATE event SET state = 'ready';
UPDATE event SET place_bus = 'embedded', place_topic = 'image_event_alert', place_partition = 0, place_offset = number - 1;
INSERT INTO alert (number, state, base, alerted_at, ready_order, stream, technique, measurement, listed_at)
  VALUES (1, 'pending', '/data', '2026-01-02T03:04:05.678Z', 1, 'sky', 'l2@2', 12.5, '2025-01-02T03:04:05.678Z');
UPDATE alert SET state = 'ready';
INSERT INTO bus_topic VALUES ('image_analysis', 4), ('image_event_alert', 2);
`;

/** Where no message is delivered. */
const NOWHERE = { bus: 'nowhere', ranges: [] };

/** The version before. */
const BEFORE = 6;

describe('a catalog of the version before, opened for reading', () => {
  const everythingIn = async (catalog: Catalog) => ({
    identity: await catalog.identity(),
    counts: await catalog.counts(),
    open: await catalog.anyOpen(),
    images: await catalog.undeliverableImages('l2@2', NOWHERE, 'sky', 0, 9),
    events: await catalog.undeliverableEvents(NOWHERE, 0, 9),
    choices: await catalog.choices(),
    alerts: await catalog.alertPage({ stream: 'sky' }, { limit: 9 }),
    byTime: [
      await catalog.imagesBelow('sky', { to: '2026' }, { limit: 9 }),
      await catalog.eventsBelow({ from: '2026' }, { limit: 9 }),
      await catalog.alertPage({ stream: 'sky', to: '2026' }, { limit: 9 }),
    ],
    audit: await auditOf(catalog, 'l2@2'),
  });

  it('is read as a migrated one, without being changed', async () => {
    const folder = temporaryFolder();
    makeOldCatalog(BEFORE, folder, ROWS);
    const before = contentOf(folder);
    const catalog = await readerOf(folder);
    const read = await everythingIn(catalog);
    expect(read.counts).toMatchObject({ images: 4, events: 2, alerts: 1, openImages: 1, openEvents: 1 });
    expect(read.byTime).toMatchObject([[{ number: 2 }], [{ number: 2 }], [{ alert: { number: 1 } }]]);
    expect(contentOf(folder)).toEqual(before);
    await catalog.close();
    expect(read).toEqual(await everythingIn((await openSqlite(folder)).catalog));
  });

  it('is read as before while a stage migrates it', async () => {
    const folder = temporaryFolder();
    makeOldCatalog(BEFORE, folder, ROWS);
    const catalog = await readerOf(folder);
    expect(await imagesIn(catalog)).toBe(4);
    (await openDatabase(catalogFile(folder), { create: false })).close();
    expect(await imagesIn(catalog)).toBe(4);
    expect(await catalog.identity()).toMatchObject({ pipelineId: OLD_ID });
  });

  it('must be migrated by a stage if it is older still', async () => {
    const folder = temporaryFolder();
    makeOldCatalog(3, folder);
    const before = contentOf(folder);
    await expect(readerOf(folder)).rejects.toMatchObject({
      code: 'catalog_older',
      message: `the catalog ${catalogFile(folder)} was made by an older imgpipe (catalog version 3): start a stage, which migrates it, such as 'imgpipe receive --count 0'`,
    });
    expect(contentOf(folder)).toEqual(before);
  });
});
