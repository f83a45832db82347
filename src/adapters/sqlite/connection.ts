import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { isBusy, translated } from './errors.ts';

/** What most transactions last at the most, and what none of ours nearly does. */
const DEFAULT_MS = 1;
const MAX_BUSY_MS = 10_000;

/** The value of a pragma, or of one that is set: `user_version`, `journal_mode = WAL`. */
export function pragma(connection: DatabaseSyncInstance, name: string): unknown {
  return Object.values(connection.prepare(`PRAGMA ${name}`).get() ?? {})[0];
}

/** `work` within a transaction that is undone where it throws. */
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

/** Undoes an open transaction; some errors have done so already. */
export function rollBack(connection: DatabaseSyncInstance): void {
  if (connection.isTransaction) connection.exec('ROLLBACK');
}

/**
 * Tries again after 1 to 3 ms while another connection is writing; the event loop goes on meanwhile. One that does not
 * come to its end, a stopped process perhaps, is told as `catalog_unavailable`.
 */
export async function untilFree<T>(file: string, work: () => T): Promise<T> {
  const began = performance.now();
  const soon = began + DEFAULT_MS;
  const deadline = began + MAX_BUSY_MS;
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw translated(error, file);
    }
    // Most transactions have ended before a timer could.
    if (performance.now() < soon) await nextTurn();
    else await sleep(1 + Math.random() * 2);
  }
}
