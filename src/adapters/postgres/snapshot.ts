import type { ClientBase } from 'pg';
import { translated } from './errors.ts';
import type { Sessions } from './sessions.ts';

/** Runs `read` with a session in which all queries see one moment. It may take its time between two of them. */
export async function inSnapshot<T>(
  sessions: Sessions,
  address: string,
  read: (session: ClientBase) => Promise<T>,
): Promise<T> {
  try {
    return await sessions.using(async (session) => {
      await session.query('BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY');
      await session.query("SET LOCAL idle_in_transaction_session_timeout = '0'");
      const result = await read(session);
      await session.query('COMMIT');
      return result;
    });
  } catch (error) {
    throw translated(error, address);
  }
}
