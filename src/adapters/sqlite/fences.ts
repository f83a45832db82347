import { LockLost } from '../../domain/errors.ts';
import type { Database } from './database.ts';

/**
 * Checks in the pipeline's row. A transaction that writes has SQLite's write lock from its beginning: what it has read
 * stays so until it ends.
 */

/** Within a transaction: throws `LockLost` unless this is the token of the exclusive holder of the pipeline's lock. */
export function checkPipelineToken(db: Database, token: string): void {
  if (db.get('SELECT 1 FROM pipeline WHERE token = ?', token) === undefined) throw new LockLost();
}

/** Within a transaction: throws `LockLost` unless this is the token of the holder of the lock of the events. */
export function checkEventsToken(db: Database, token: string): void {
  if (db.get('SELECT 1 FROM pipeline WHERE events_token = ?', token) === undefined) throw new LockLost();
}

/** The same database, whose transactions first check what `Catalog.forPipeline` promises. */
export function databaseOfPipeline(db: Database, pipelineId: string, onLost?: () => void): Database {
  return {
    ...db,
    write: (work) =>
      db.write(() => {
        if (db.get('SELECT 1 FROM pipeline WHERE pipeline_id = ? AND token IS NULL', pipelineId) === undefined) {
          onLost?.();
          throw new LockLost();
        }
        return work();
      }),
  };
}
