import { setTimeout as sleep } from 'node:timers/promises';

const RETRY_AFTER_MS = 50;

/**
 * Repeats a request while it fails for a reason that soon passes: the broker has just started, a topic is new, a leader
 * is being elected. Rejects with any other error, and with a transient one once `over` has aborted.
 */
export async function retryTransient<T>(
  request: () => Promise<T>,
  isTransient: (error: unknown) => boolean,
  over: AbortSignal,
): Promise<T> {
  for (;;) {
    try {
      return await request();
    } catch (error) {
      if (over.aborted || !isTransient(error)) throw error;
    }
    await sleep(RETRY_AFTER_MS);
  }
}
