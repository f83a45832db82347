import { setTimeout as sleep } from 'node:timers/promises';
import { untilAborted } from '../base/deadlines.ts';
import { asImgpipeError, type ImgpipeError, Stopped } from '../domain/errors.ts';
import type { Observer, StageName } from '../domain/reports.ts';

const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 5000;
/** How long a call to a bus or a catalog may still take after the signal has aborted. */
const GRACE_MS = 2000;

export interface RetryContext extends Pick<Observer, 'onReport'> {
  readonly stage: StageName;
  readonly signal: AbortSignal;
  /** Called after each pause, so that a consumer group does not expel its member. */
  readonly keepAlive?: () => Promise<void>;
}

/** Lets long-running work report its own state. */
export interface RetryState {
  /** The work makes progress again. */
  recovered(): void;
  /** A transient error occurred, and the work retries by itself. */
  degraded(error: ImgpipeError): void;
}

/**
 * Runs the work, and retries it on transient errors without a limit, with exponential backoff up to five seconds.
 * Reports the first failure and the recovery, once each. The work must be idempotent. Throws any other error at once.
 */
export async function withRetry<T>(retry: RetryContext, work: (state: RetryState) => Promise<T>): Promise<T> {
  const { stage, signal, onReport } = retry;
  let tries = 0;
  let failedAt: number | undefined;
  const state: RetryState = {
    recovered() {
      // Work that ends because it is stopped has not recovered.
      if (signal.aborted) return;
      if (failedAt !== undefined) onReport?.({ kind: 'resumed', stage, afterMs: performance.now() - failedAt });
      failedAt = undefined;
      tries = 0;
    },
    degraded(error) {
      if (failedAt === undefined) onReport?.({ kind: 'waiting', stage, error });
      failedAt ??= performance.now();
    },
  };
  for (;;) {
    try {
      const result = await work(state);
      state.recovered();
      return result;
    } catch (thrown) {
      if (thrown instanceof Stopped) throw thrown;
      const error = asImgpipeError(thrown);
      if (error.blame !== 'transient') throw error;
      state.degraded(error);
    }
    await pause(Math.min(FIRST_PAUSE_MS * 2 ** tries, MAX_PAUSE_MS), signal);
    tries += 1;
    if (retry.keepAlive !== undefined) await untilStopped(retry.keepAlive(), signal);
  }
}

/** Sleeps. Throws `Stopped` if the signal aborts first. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => {});
  if (signal.aborted) throw new Stopped();
}

/**
 * Resolves with the result of a call to a bus or a catalog. Once the signal aborts, waits two seconds longer and then
 * throws `Stopped`. The call may still take effect, so it must be idempotent.
 */
export function untilStopped<T>(call: Promise<T>, signal: AbortSignal): Promise<T> {
  return untilAborted(signal, call, GRACE_MS, () => new Stopped());
}
