import path from 'node:path';
import type { Catalog } from '../../ports/catalog/catalog.ts';
import { createAlertRows } from './alert-rows.ts';
import { createBrowsingRows } from './browsing-rows.ts';
import { countsOf } from './counts.ts';
import type { Database } from './database.ts';
import { createDeadLetterRows } from './dead-letter-rows.ts';
import { createHeartbeatRows } from './heartbeat-rows.ts';
import { createImageRows } from './image-rows.ts';
import { createLocation } from './location.ts';
import { createLocks } from './locks.ts';
import { createOpenRows } from './open-rows.ts';
import { createOutcomeRows } from './outcome-rows.ts';
import { createPipelineRows } from './pipeline-rows.ts';
import { readSnapshot } from './snapshot.ts';

/** The catalog in SQLite. Its lock files are in `locks/` beside the database, which it closes. */
export function createSqliteCatalog(db: Database): Catalog {
  const locks = createLocks(path.join(path.dirname(db.file), 'locks'));
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
    close: async () => {
      locks.releaseAll();
      db.close();
    },
  };
}
