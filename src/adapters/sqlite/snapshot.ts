import { setImmediate as nextTurn } from 'node:timers/promises';
import { DatabaseSync } from '@photostructure/sqlite';
import type { CatalogPages } from '../../ports/catalog/audit.ts';
import { rollBack, untilFree } from './connection.ts';
import type { Reader } from './counts.ts';
import type { Row, Value } from './database.ts';
import { translated } from './errors.ts';
import { pagesOf } from './pages.ts';

/**
 * Runs `read` on the pages of one snapshot, through a separate connection: in WAL mode a read transaction that stays open
 * sees one snapshot and does not block writers. Yields to the event loop after each page.
 */
export async function readSnapshot<T>(file: string, read: (pages: CatalogPages) => Promise<T>): Promise<T> {
  const connection = await untilFree(file, () => new DatabaseSync(file));
  try {
    await untilFree(file, () => {
      connection.exec('PRAGMA busy_timeout = 0; PRAGMA query_only = 1; BEGIN');
      // The first read begins the snapshot.
      connection.prepare('SELECT 1 FROM pipeline').get();
    });
    return await read(withYields(pagesOf(readerOf(connection, file))));
  } finally {
    try {
      rollBack(connection);
    } finally {
      connection.close();
    }
  }
}

function readerOf(connection: InstanceType<typeof DatabaseSync>, file: string): Reader {
  const statements = new Map<string, ReturnType<typeof connection.prepare>>();
  const statement = (sql: string) => {
    const known = statements.get(sql) ?? connection.prepare(sql);
    statements.set(sql, known);
    return known;
  };
  const guarded = <R>(work: () => R): R => {
    try {
      return work();
    } catch (error) {
      throw translated(error, file);
    }
  };
  return {
    all: (sql: string, ...values: Value[]) => guarded(() => statement(sql).all(...values) as Row[]),
    get: (sql: string, ...values: Value[]) => guarded(() => statement(sql).get(...values) as Row | undefined),
  };
}

/** Yields to the event loop after each page: SQLite is synchronous, and awaiting a promise does not let timers run. */
function withYields(pages: CatalogPages): CatalogPages {
  const yielding = Object.entries(pages).map(([name, page]) => [
    name,
    async (...args: unknown[]) => {
      const result = await (page as (...args: unknown[]) => Promise<unknown>)(...args);
      await nextTurn();
      return result;
    },
  ]);
  return Object.fromEntries(yielding) as CatalogPages;
}
