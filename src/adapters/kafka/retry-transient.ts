import { setTimeout as sleep } from 'node:timers/promises';
import { withDeadline } from '../../base/deadlines.ts';

const RETRY_AFTER_MS = 50;

export interface RetryLimits {
  readonly isTransient: (error: unknown) => boolean;
  readonly withinMs: number;
  /** How long after its first failure a request is repeated; by default until the deadline. */
  readonly failingMs?: number;
  /** The error when the deadline passes without a failure to report. */
  readonly timeoutError: () => Error;
}

/**
 * Repeats a request while it fails for a reason that soon passes: the broker has just started, a topic is new, a leader
 * is being elected. Rejects with any other error, and at the deadline with the last transient one.
 */
export async function retryTransient<T>(request: () => Promise<T>, limits: RetryLimits): Promise<T> {
  const { isTransient, withinMs, failingMs = withinMs, timeoutError } = limits;
  let isOver = false;
  let lastError: Error | undefined;
  let failingSince: number | undefined;

  async function untilDone(): Promise<T> {
    for (;;) {
      try {
        return await request();
      } catch (error) {
        failingSince ??= performance.now();
        if (isOver || !isTransient(error) || performance.now() - failingSince >= failingMs) throw error;
        if (error instanceof Error) lastError = error;
      }
      await sleep(RETRY_AFTER_MS);
    }
  }

  try {
    return await withDeadline(withinMs, untilDone(), () => lastError ?? timeoutError());
  } finally {
    isOver = true;
  }
}
