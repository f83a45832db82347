import { copyFileSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { addImages } from '../../contracts/catalog/setup.ts';
import { catalogFile, openSqlite } from '../../support/open-sqlite.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** An open catalog in a folder that can be moved. */
async function openCatalog() {
  const parent = temporaryFolder();
  const folder = path.join(parent, 'data');
  mkdirSync(folder);
  return { ...(await openSqlite(folder)), folder, elsewhere: path.join(parent, 'elsewhere') };
}

type Open = Awaited<ReturnType<typeof openCatalog>>;

/** What can happen to a folder in use, and what the error says about it. */
const CHANGES: readonly (readonly [string, string, (open: Open) => void])[] = [
  ['the folder is removed', 'imgpipe.db was removed or moved', ({ folder }) => rmSync(folder, { recursive: true })],
  ['the folder is moved', 'imgpipe.db was removed or moved', ({ folder, elsewhere }) => renameSync(folder, elsewhere)],
  ['the catalog is removed', 'imgpipe.db was removed or moved', ({ db }) => rmSync(db.file)],
  ['the WAL is removed', 'imgpipe.db-wal was removed or moved', ({ db }) => rmSync(`${db.file}-wal`)],
  ['the index of the WAL is removed', 'imgpipe.db-shm was removed or moved', ({ db }) => rmSync(`${db.file}-shm`)],
  [
    'the catalog is replaced by a copy of itself',
    'imgpipe.db was replaced',
    ({ db }) => {
      copyFileSync(db.file, `${db.file}.copy`);
      renameSync(`${db.file}.copy`, db.file);
    },
  ],
  [
    'the locks are removed',
    'stream-default.lock was removed or moved',
    ({ folder }) => rmSync(path.join(folder, 'locks'), { recursive: true }),
  ],
];

describe('an open catalog', () => {
  it.each(CHANGES)('is not verified once %s', async (_, words, change) => {
    const open = await openCatalog();
    await open.catalog.lock('stream-default', 'a test');
    await open.catalog.verify();
    change(open);
    await expect(open.catalog.verify()).rejects.toMatchObject({
      code: 'catalog_replaced',
      message: expect.stringContaining(words),
    });
  });

  it('writes nothing into a file that is gone', async () => {
    const { db, catalog, folder, elsewhere } = await openCatalog();
    renameSync(folder, elsewhere);
    await expect(addImages(catalog, 1)).rejects.toMatchObject({ code: 'catalog_replaced' });
    expect(db.get('SELECT count(*) AS n FROM image')).toEqual({ n: 0 });
    renameSync(elsewhere, folder);
    await addImages(catalog, 1);
    expect(db.get('SELECT count(*) AS n FROM image')).toEqual({ n: 1 });
  });

  it('is verified while it is opened under another name, too, and while a link leads to it', async () => {
    const { db, catalog, folder, elsewhere } = await openCatalog();
    const lock = await catalog.lock('stream-default', 'a test');
    renameSync(folder, elsewhere);
    symlinkSync(elsewhere, folder);
    await openSqlite(elsewhere);
    await catalog.verify();
    // A lock that is released needs no file.
    if ('lock' in lock) await lock.lock.release();
    rmSync(path.join(elsewhere, 'locks'), { recursive: true });
    await catalog.verify();
    expect(db.file).toBe(catalogFile(folder));
  });

  it('does not remove the WAL of another catalog that has taken its place', async () => {
    const { close, folder, elsewhere } = await openCatalog();
    renameSync(folder, elsewhere);
    mkdirSync(folder);
    const other = await openSqlite(folder);
    await addImages(other.catalog, 1);
    await close();
    await other.catalog.verify();
    expect(await addImages(other.catalog, 1)).toMatchObject([{ number: 2 }]);
  });
});
