import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { describe, expect, it } from 'vitest';
import { createSqliteCatalog } from '../../../src/adapters/sqlite/catalog.ts';
import { openDatabase } from '../../../src/adapters/sqlite/database.ts';
import { SCHEMA_VERSION } from '../../../src/adapters/sqlite/schema.ts';
import { ImgpipeError } from '../../../src/domain/errors.ts';
import type { ImageRecord } from '../../../src/domain/records.ts';
import type { Catalog } from '../../../src/ports/catalog/catalog.ts';
import { addPictures, holderOf } from '../../contracts/catalog/setup.ts';
import { auditOf } from '../../support/audit.ts';
import { startProgram } from '../../support/imgpipe.ts';
import { catalogFile, openSqlite } from '../../support/open-sqlite.ts';
import { newImage, newOutcome } from '../../support/samples.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { smallDisk, whyNoDisk } from '../../support/tmpfs.ts';

const PAGE = 4096;

/** The file of a database that was made with this SQL. */
function databaseOf(sql: string): string {
  const file = catalogFile(temporaryFolder());
  const made = new DatabaseSync(file);
  made.exec(sql);
  made.close();
  return file;
}

/** A catalog of 500 images without a WAL: the process that made it has ended. */
async function filledCatalog(): Promise<string> {
  const file = catalogFile(temporaryFolder());
  filled ??= await fill();
  writeFileSync(file, filled);
  return file;
}

let filled: Buffer | undefined;

async function fill(): Promise<Buffer> {
  const folder = temporaryFolder();
  const { stderr } = await startProgram('../support/programs/add-images.ts', [folder, '1', '500', '0']).ended;
  expect(stderr).toBe('');
  return readFileSync(catalogFile(folder));
}

/** The error of opening the catalog and reading all of it. */
async function failureOf(file: string): Promise<ImgpipeError> {
  try {
    const db = await openDatabase(file, { create: true });
    const catalog = createSqliteCatalog(db);
    try {
      await catalog.identity();
      await catalog.snapshot((pages) => pages.imagePage(undefined, 10_000));
      await auditOf(catalog, 'l2@2');
    } finally {
      await catalog.close();
    }
  } catch (error) {
    if (error instanceof ImgpipeError) return error;
    throw error;
  }
  throw new Error('the catalog was opened and read');
}

describe('a catalog that is damaged', () => {
  const damages: Record<string, (file: string) => void> = {
    'it is truncated': (file) => truncateSync(file, 2 * PAGE),
    'it is truncated within its first page': (file) => truncateSync(file, 1000),
    'its header is zeros': (file) => overwrite(file, 0, Buffer.alloc(100)),
    'it is a text file': (file) => writeFileSync(file, 'This is not a database.\n'.repeat(100)),
    'its pages in the middle are garbage': (file) =>
      overwrite(file, 2 * PAGE, Buffer.alloc(readFileSync(file).length - 3 * PAGE, 0xa5)),
  };

  it.each(Object.entries(damages))('is reported in one line with its path: %s', async (_, damage) => {
    const file = await filledCatalog();
    damage(file);
    const error = await failureOf(file);
    expect([error.code, error.blame]).toEqual(['catalog_damaged', 'fatal']);
    expect(error.message).toMatch(
      new RegExp(`^the catalog ${file} is damaged \\([^\\n]+\\): restore its folder from a backup, or move`),
    );
  });

  it.each(['image', 'pipeline', 'bus_message', 'dead_letter'])(
    'is reported with its missing table: %s',
    async (table) => {
      const folder = temporaryFolder();
      const { db, close } = await openSqlite(folder);
      await db.write(() => db.run(`DROP TABLE ${table}`));
      await close();
      const error = await failureOf(catalogFile(folder));
      expect(error).toMatchObject({
        code: 'catalog_damaged',
        message: expect.stringContaining(`table ${table} is missing`),
      });
    },
  );

  it('is reported if it has lost its identity', async () => {
    const folder = temporaryFolder();
    const { db, close } = await openSqlite(folder);
    await db.write(() => db.run('DELETE FROM pipeline'));
    await close();
    expect((await failureOf(catalogFile(folder))).code).toBe('catalog_damaged');
  });

  it.each([
    ['without a version', 'CREATE TABLE note (a)'],
    ['with our version', 'CREATE TABLE note (a); PRAGMA user_version = 1'],
    ['with a later version', 'CREATE TABLE note (a); PRAGMA user_version = 12'],
    ['with another application id', 'CREATE TABLE note (a); PRAGMA application_id = 7; PRAGMA user_version = 1'],
  ])('is reported, and not changed, if it is the database of another program: %s', async (_, sql) => {
    const file = databaseOf(sql);
    const before = readFileSync(file);
    const error = await failureOf(file);
    expect([error.code, error.message]).toEqual([
      'catalog_damaged',
      expect.stringContaining('it is the database of another program'),
    ]);
    expect(readFileSync(file).equals(before)).toBe(true);
  });
});

describe('a catalog', () => {
  it('of a newer version is refused', async () => {
    const folder = temporaryFolder();
    const { db, close } = await openSqlite(folder);
    db.get(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
    await close();
    const error = await failureOf(catalogFile(folder));
    expect(error).toMatchObject({
      code: 'catalog_newer',
      message: `the catalog ${catalogFile(folder)} was made by a newer imgpipe (catalog version ${SCHEMA_VERSION + 1}, this one knows ${SCHEMA_VERSION}): use that version or a newer one`,
    });
  });

  it('is created only if that is allowed', async () => {
    const folder = path.join(temporaryFolder(), 'a', 'b');
    const opening = openDatabase(catalogFile(folder), { create: false });
    await expect(opening).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringContaining(`there is no catalog ${catalogFile(folder)} yet`),
    });
    await openSqlite(folder);
  });

  it('is created in an empty file', async () => {
    const folder = temporaryFolder();
    writeFileSync(catalogFile(folder), '');
    const { catalog } = await openSqlite(folder);
    expect((await catalog.identity()).formerIds).toEqual([]);
  });

  it('rolls back a transaction that throws', async () => {
    const { db, catalog } = await openSqlite(temporaryFolder());
    const before = await catalog.identity();
    const broken = new Error('broken');
    const writing = db.write(() => {
      db.run("UPDATE pipeline SET bus_id = 'x'");
      throw broken;
    });
    await expect(writing).rejects.toBe(broken);
    expect(await catalog.identity()).toEqual(before);
    await catalog.setBus({ id: 'embedded', address: 'embedded' }, null);
  });

  it('is read in one snapshot while another process writes', async () => {
    const folder = temporaryFolder();
    const { db } = await openSqlite(folder);
    const other = new DatabaseSync(catalogFile(folder));
    const seen = db.snapshot(() => {
      const first = db.get('SELECT last_event FROM pipeline');
      other.exec('UPDATE pipeline SET last_event = 7');
      return [first, db.get('SELECT last_event FROM pipeline')];
    });
    other.close();
    expect(seen).toEqual([{ last_event: 0 }, { last_event: 0 }]);
    expect(db.get('SELECT last_event FROM pipeline')).toEqual({ last_event: 7 });
  });
});

describe('a catalog on a full disk', () => {
  async function fillUp(add: () => Promise<unknown>): Promise<ImgpipeError> {
    for (let round = 0; round < 1000; round += 1) {
      try {
        await add();
      } catch (error) {
        if (error instanceof ImgpipeError) return error;
        throw error;
      }
    }
    throw new Error('the disk did not fill up');
  }

  /** Adds batches of this size, each in one write that makes the batch before ready. */
  async function batchesOf(catalog: Catalog, size: number): Promise<() => Promise<ImageRecord[]>> {
    const holder = await holderOf(catalog);
    let ready: number[] = [];
    return async () => {
      const added = Array.from({ length: size }, () => newImage());
      const rows = await catalog.writeImages(holder, { ready, added });
      ready = rows.map(({ number }) => number);
      return rows;
    };
  }

  it('reports disk_full, stores no partial batch, and works again once space is free', async () => {
    const folder = temporaryFolder();
    const db = await openDatabase(catalogFile(folder), { create: true, maxPages: 60 });
    const catalog = createSqliteCatalog(db);
    const addBatch = await batchesOf(catalog, 20);
    const error = await fillUp(addBatch);
    expect(error).toMatchObject({
      code: 'disk_full',
      message: `the disk that holds ${catalogFile(folder)} is full (database or disk is full): free some space on it`,
    });
    const full = await auditOf(catalog, 'l2@2');
    expect(full.images % 20).toBe(0);
    expect(full.faults).toEqual([]);
    const lastNumber = full.images + 20;
    expect(full.streams).toEqual([{ stream: 'default', images: full.images, events: 0, lastNumber }]);
    db.get('PRAGMA max_page_count = 100000');
    const written = await addBatch();
    expect(written.map((row) => row.number)).toEqual(written.map((_, index) => lastNumber + 1 + index));
    await catalog.close();
    const { catalog: again } = await openSqlite(folder);
    expect((await auditOf(again, 'l2@2')).images).toBe(full.images + 20);
  });

  it('loses no event number', async () => {
    const folder = temporaryFolder();
    const db = await openDatabase(catalogFile(folder), { create: true, maxPages: 90 });
    const catalog = createSqliteCatalog(db);
    let number = 0;
    const outcomes = () =>
      [1, 2, 3, 4].map((more) => newOutcome({ stream: 'default', number: number + more }, 'changed'));
    const error = await fillUp(async () => {
      await addPictures(
        catalog,
        [1, 2, 3, 4].map(() => newImage()),
      );
      await catalog.addOutcomes(outcomes());
      number += 4;
    });
    expect(error.code).toBe('disk_full');
    expect(await catalog.snapshot((pages) => pages.lastEvent())).toBe(number);
    db.get('PRAGMA max_page_count = 100000');
    const missing = 4 - (Number((await catalog.counts()).streams[0]?.lastNumber) - number);
    await addPictures(
      catalog,
      Array.from({ length: missing }, () => newImage()),
    );
    const written = await catalog.addOutcomes(outcomes());
    expect(written.map((row) => row.event?.number)).toEqual([1, 2, 3, 4].map((more) => number + more));
    await catalog.close();
  });

  it.skipIf(whyNoDisk !== undefined)(
    `does the same on a real disk${whyNoDisk ? ` (skipped: ${whyNoDisk})` : ''}`,
    async () => {
      const folder = smallDisk('1m');
      const { catalog } = await openSqlite(folder);
      writeFileSync(path.join(folder, 'ballast'), Buffer.alloc(300_000));
      const addBatch = await batchesOf(catalog, 50);
      const error = await fillUp(addBatch);
      expect(error.blame).toBe('transient');
      const { images, faults } = await auditOf(catalog, 'l2@2');
      expect([images % 50, faults]).toEqual([0, []]);
      rmSync(path.join(folder, 'ballast'));
      const [written] = await addBatch();
      expect(written?.number).toBe(images + 50 + 1);
    },
  );
});

function overwrite(file: string, offset: number, bytes: Uint8Array): void {
  const whole = readFileSync(file);
  whole.set(bytes, offset);
  writeFileSync(file, whole);
}
