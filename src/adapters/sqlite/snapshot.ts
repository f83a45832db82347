import { setImmediate as nextTurn } from 'node:timers/promises';
import { ImgpipeError } from '../../domain/errors.ts';
import type { CatalogPages } from '../../ports/catalog/audit.ts';
import { pagesOf } from '../sql/pages.ts';
import { rollBack, untilFree } from './connection.ts';
import type { Database } from './database.ts';
import { perform, SQLITE } from './dialect.ts';
import { createQueries, type Queries } from './queries.ts';
import type { ReadConnection } from './read-connection.ts';

/** How often a read starts again, because a process started to write to a catalog that was at rest. */
const MAX_TRIES = 3;

/**
 * Runs `read` on the pages of one snapshot, through a separate connection: in WAL mode a read transaction that stays open
 * sees one snapshot and does not block writers. Yields to the event loop after each page.
 */
export function readSnapshot<T>(db: Readable, read: (pages: CatalogPages) => Promise<T>): Promise<T> {
  return withReadTransaction(db, (queries, check) =>
    read(withYields(pagesOf({ read: async (work) => perform(work(), queries), dialect: SQLITE }), check)),
  );
}

type Readable = Pick<Database, 'file' | 'openReadConnection'>;

/** Runs `read` in a read transaction of a connection of its own. `check` throws if what was read may be inconsistent. */
export async function withReadTransaction<T>(
  db: Readable,
  read: (queries: Queries, check: () => void) => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    const opened = await db.openReadConnection();
    try {
      return await readOnce(opened, db.file, read);
    } catch (error) {
      if (opened.isConsistent() || tries === MAX_TRIES) throw error;
    } finally {
      opened.close();
    }
  }
}

async function readOnce<T>(
  opened: ReadConnection,
  file: string,
  read: (queries: Queries, check: () => void) => Promise<T>,
): Promise<T> {
  const { connection } = opened;
  try {
    await untilFree(file, () => {
      connection.exec('BEGIN');
      // The first read begins the snapshot.
      connection.prepare('SELECT 1 FROM pipeline').get();
    });
    const check = () => {
      if (opened.isConsistent()) return;
      throw new ImgpipeError('catalog_unavailable', `the catalog ${file} has changed while it was read: try again`);
    };
    return await read(createQueries(connection, file), check);
  } finally {
    rollBack(connection);
  }
}

/**
 * Checks each page after it is read, and yields to the event loop: SQLite is synchronous, and awaiting a promise does not
 * let timers run.
 */
function withYields(pages: CatalogPages, check: () => void): CatalogPages {
  const yielding = Object.entries(pages).map(([name, page]) => [
    name,
    async (...args: unknown[]) => {
      const result = await (page as (...args: unknown[]) => Promise<unknown>)(...args);
      check();
      await nextTurn();
      return result;
    },
  ]);
  return Object.fromEntries(yielding) as CatalogPages;
}
