import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { isBusy, translated } from './errors.ts';

/** Most transactions end within this time. */
const SPIN_MS = 1;
/** A transaction that takes longer than this has been stopped. */
const MAX_BUSY_MS = 10_000;

/** Reads a pragma, or sets one: `user_version`, `journal_mode = WAL`. Returns its value. */
export function pragma(connection: DatabaseSyncInstance, name: string): unknown {
  return Object.values(connection.prepare(`PRAGMA ${name}`).get() ?? {})[0];
}

/** Runs `work` in a transaction, which is rolled back if it throws. */
export function transaction<T>(connection: DatabaseSyncInstance, begin: string, work: () => T): T {
  connection.exec(begin);
  try {
    const result = work();
    connection.exec('COMMIT');
    return result;
  } catch (error) {
    rollBack(connection);
    throw error;
  }
}

/** Rolls back an open transaction; SQLite has done so already after some errors. */
export function rollBack(connection: DatabaseSyncInstance): void {
  if (connection.isTransaction) connection.exec('ROLLBACK');
}

/**
 * Runs `work`, and retries it after 1 to 3 ms while another connection is writing. The event loop is not blocked
 * meanwhile. Throws `catalog_unavailable` if that does not end, for instance because the process that writes is stopped.
 */
export async function untilFree<T>(file: string, work: () => T): Promise<T> {
  const began = performance.now();
  const spinUntil = began + SPIN_MS;
  const deadline = began + MAX_BUSY_MS;
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw translated(error, file);
    }
    // Most transactions end sooner than a timer fires.
    if (performance.now() < spinUntil) await nextTurn();
    else await sleep(1 + Math.random() * 2);
  }
}
