import path from 'node:path';
import type { Catalog } from '../../ports/catalog/catalog.ts';
import { databaseOfPipeline } from '../sql/fences.ts';
import { createSqlCatalog } from '../sql/sql-catalog.ts';
import type { SqlDatabase } from '../sql/sql-database.ts';
import type { Database } from './database.ts';
import { sqlOf } from './dialect.ts';
import { createLocation } from './location.ts';
import { createLocks, type FileLocks } from './locks.ts';
import { readSnapshot } from './snapshot.ts';

/** The catalog in SQLite. Its lock files are in `locks/` beside the database, which it closes. */
export function createSqliteCatalog(db: Database): Catalog {
  return catalogOn(db, sqlOf(db), createLocks(path.join(path.dirname(db.file), 'locks')));
}

function catalogOn(db: Database, sql: SqlDatabase, locks: FileLocks): Catalog {
  return {
    address: db.file,
    lock: locks.lock,
    ...createLocation(db, sql),
    ...createSqlCatalog(sql),
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
