import path from 'node:path';
import type { Catalog } from '../../ports/catalog/catalog.ts';
import type { MovableCatalog } from '../../ports/catalog/transfer.ts';
import { databaseOfPipeline } from '../sql/fences.ts';
import { createSqlCatalog } from '../sql/sql-catalog.ts';
import type { SqlDatabase } from '../sql/sql-database.ts';
import type { Database } from './database.ts';
import { sqlOf } from './dialect.ts';
import { createLocation } from './location.ts';
import { createLocks, type FileLocks } from './locks.ts';
import { readSnapshot } from './snapshot.ts';
import { createTransfer } from './transfer.ts';
import { readTransfer } from './transfer-file.ts';

/** The catalog in SQLite. Its lock files are in `locks/` beside the database, which it closes. */
export function createSqliteCatalog(db: Database): MovableCatalog {
  const sql = sqlOf(db);
  const locks = createLocks(path.join(path.dirname(db.file), 'locks'));
  return { ...catalogOn(db, sql, locks), ...createTransfer(db, sql) };
}

function catalogOn(db: Database, sql: SqlDatabase, locks: FileLocks): Catalog {
  const rows = createSqlCatalog(sql);
  return {
    address: db.file,
    lock: locks.lock,
    ...createLocation(db, sql),
    ...rows,
    identity: async () => ({ ...(await rows.identity()), transfer: readTransfer(db.file) }),
    verify: async () => {
      db.verify();
      locks.verify();
    },
    snapshot: (read) => readSnapshot(db, read),
    forPipeline: (pipelineId, onLost) => catalogOn(db, databaseOfPipeline(sql, pipelineId, onLost), locks),
    close: async () => {
      locks.releaseAll();
      db.close();
    },
  };
}
