import { LockLost } from '../../domain/errors.ts';
import type { SqlDatabase } from './sql-database.ts';
import { get, type Work } from './work.ts';

/** Checks in the pipeline's row, which stays as it is until the transaction ends. */

/** Within a transaction: throws `LockLost` unless this is the token of the exclusive holder of the pipeline's lock. */
export function* checkPipelineToken(token: string): Work<void> {
  if ((yield* get('SELECT 1 FROM pipeline WHERE token = ?', token)) === undefined) throw new LockLost();
}

/** Within a transaction: throws `LockLost` unless this is the token of the holder of the lock of the events. */
export function* checkEventsToken(token: string): Work<void> {
  if ((yield* get('SELECT 1 FROM pipeline WHERE events_token = ?', token)) === undefined) throw new LockLost();
}

/** The same database, whose transactions first check what `Catalog.forPipeline` promises. */
export function databaseOfPipeline(db: SqlDatabase, pipelineId: string, onLost?: () => void): SqlDatabase {
  function* checked<T>(work: () => Work<T>): Work<T> {
    const ours = yield* get('SELECT 1 FROM pipeline WHERE pipeline_id = ? AND token IS NULL', pipelineId);
    if (ours === undefined) {
      onLost?.();
      throw new LockLost();
    }
    return yield* work();
  }

  return {
    ...db,
    write: (work) => db.write(() => checked(work)),
    // What changes after the check does no harm to rows that no transaction depends on.
    writeAside: (work) => db.writeAside(() => checked(work)),
  };
}
