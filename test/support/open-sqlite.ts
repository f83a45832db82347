import path from 'node:path';
import { onTestFinished } from 'vitest';
import { createSqliteCatalog } from '../../src/adapters/sqlite/catalog.ts';
import { type Database, openDatabase } from '../../src/adapters/sqlite/database.ts';
import { createEmbeddedBus } from '../../src/adapters/sqlite/event-bus.ts';
import type { Catalog } from '../../src/ports/catalog/catalog.ts';
import type { EventBus } from '../../src/ports/event-bus.ts';

export interface OpenSqlite {
  readonly db: Database;
  readonly catalog: Catalog;
  readonly bus: EventBus;
  /** Closes both. Later calls do nothing. */
  close(): Promise<void>;
}

/** Opens the catalog and embedded bus of a folder on one connection, until the test has finished. */
export async function openSqlite(folder: string, as = 'a test'): Promise<OpenSqlite> {
  const opened = await connectSqlite(folder, as);
  onTestFinished(opened.close);
  return opened;
}

/** Like `openSqlite`, outside of a test: the caller closes it. */
export async function connectSqlite(folder: string, as = 'a test'): Promise<OpenSqlite> {
  const db = await openDatabase(catalogFile(folder), { create: true });
  const catalog = createSqliteCatalog(db);
  const bus = createEmbeddedBus(db, catalog, as);
  let closed = false;
  const close = async () => {
    if (closed) return;
    closed = true;
    await bus.close();
    await catalog.close();
  };
  return { db, catalog, bus, close };
}

export function catalogFile(folder: string): string {
  return path.join(folder, 'imgpipe.db');
}
