import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientBase } from 'pg';
import type { SqlDatabase } from '../sql/sql-database.ts';
import type { Work } from '../sql/work.ts';
import { POSTGRES } from './dialect.ts';
import { isConflict, isLost, translated } from './errors.ts';
import type { Sessions } from './sessions.ts';
import { perform } from './statements.ts';

/** How often work is done again that a conflict or a lost connection has undone. */
const MAX_TRIES = 5;

/** Whether anything may have been committed when the connection was lost. */
interface Progress {
  committing: boolean;
}

/** The catalog's database on PostgreSQL. */
export function createDatabase(sessions: Sessions, address: string): SqlDatabase {
  /** Does work with a session, and again with another after a conflict or a lost connection that has left nothing behind. */
  async function repeated<T>(work: (session: ClientBase, progress: Progress) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      const progress = { committing: false };
      try {
        return await sessions.using((session) => work(session, progress));
      } catch (error) {
        const undone = isConflict(error) || (isLost(error) && !progress.committing);
        if (!undone || tries === MAX_TRIES) throw translated(error, address);
        await sleep(Math.random() * 10 * tries);
      }
    }
  }

  /** Does work in a transaction. */
  const transaction = <T>(begin: string, work: () => Work<T>) =>
    repeated(async (session, progress) => {
      // Sent together with the first statement. If it fails, that fails too, and this is the reason.
      const begun = session.query(begin);
      try {
        const [, result] = await Promise.all([begun, perform(work(), session)]);
        progress.committing = true;
        await session.query('COMMIT');
        return result;
      } catch (error) {
        if (!isLost(error)) await session.query('ROLLBACK');
        throw error;
      }
    });

  const statements = <T>(work: () => Work<T>) => repeated((session) => perform(work(), session));

  return {
    read: statements,
    writeAside: statements,
    snapshot: (work) => transaction('BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY', work),
    // The lock on the one row of the pipeline lets transactions come one after the other. A transaction sees what was
    // committed while it waited, also where the database has another default.
    write: (work) => transaction('BEGIN ISOLATION LEVEL READ COMMITTED; SELECT 1 FROM pipeline FOR UPDATE', work),
    dialect: POSTGRES,
  };
}
