import path from 'node:path';
import type { Catalog } from '../../ports/catalog/catalog.ts';
import { createAlertRows } from './alert-rows.ts';
import { createBrowsingRows } from './browsing-rows.ts';
import { countsOf } from './counts.ts';
import type { Database } from './database.ts';
import { createDeadLetterRows } from './dead-letter-rows.ts';
import { databaseOfPipeline } from './fences.ts';
import { createHeartbeatRows } from './heartbeat-rows.ts';
import { createImageRows } from './image-rows.ts';
import { createLocation } from './location.ts';
import { createLocks, type FileLocks } from './locks.ts';
import { createOpenRows } from './open-rows.ts';
import { createOutcomeRows } from './outcome-rows.ts';
import { createPipelineRows } from './pipeline-rows.ts';
import { readSnapshot } from './snapshot.ts';

/** The catalog in SQLite. Its lock files are in `locks/` beside the database, which it closes. */
export function createSqliteCatalog(db: Database): Catalog {
  return catalogOn(db, createLocks(path.join(path.dirname(db.file), 'locks')));
}

function catalogOn(db: Database, locks: FileLocks): Catalog {
  return {
    lock: locks.lock,
    ...createLocation(db),
    ...createPipelineRows(db),
    ...createImageRows(db),
    ...createOutcomeRows(db),
    ...createAlertRows(db),
    ...createDeadLetterRows(db),
    ...createHeartbeatRows(db),
    ...createBrowsingRows(db),
    ...createOpenRows(db),
    counts: async () => db.snapshot(() => countsOf(db)),
    verify: async () => {
      db.verify();
      locks.verify();
    },
    snapshot: (read) => readSnapshot(db, read),
    forPipeline: (pipelineId, onLost) => catalogOn(databaseOfPipeline(db, pipelineId, onLost), locks),
    close: async () => {
      locks.releaseAll();
      db.close();
    },
  };
}
