import { setTimeout as sleep } from 'node:timers/promises';
import { untilAborted } from '../base/deadlines.ts';
import { asImgpipeError, type ImgpipeError, Stopped } from '../domain/errors.ts';
import type { Observer, StageName } from '../domain/reports.ts';

const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 5000;
/** What a bus is doing when a stage is told to stop gets this long. */
const GRACE_MS = 2000;

export interface RetryContext extends Pick<Observer, 'onReport'> {
  readonly stage: StageName;
  readonly signal: AbortSignal;
  /** Called while it waits, so that a consumer group does not give its member up. */
  readonly keepAlive?: () => Promise<void>;
}

/** By which work that lasts tells how it fares. */
export interface RetryState {
  /** It is under way again. */
  recovered(): void;
  /** The surroundings fail, and the work goes on trying by itself. */
  degraded(error: ImgpipeError): void;
}

/**
 * Does the work, and where the surroundings fail, does it again until they let it: told once, without end, with pauses
 * up to five seconds. The work must bear repetition; one that lasts tells its condition. Any other error comes out at once.
 */
export async function withRetry<T>(retry: RetryContext, work: (condition: RetryState) => Promise<T>): Promise<T> {
  const { stage, signal, onReport } = retry;
  let tries = 0;
  let failedAt: number | undefined;
  const condition: RetryState = {
    recovered() {
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
      const result = await work(condition);
      condition.recovered();
      return result;
    } catch (thrown) {
      if (thrown instanceof Stopped) throw thrown;
      const error = asImgpipeError(thrown);
      if (error.blame !== 'transient') throw error;
      condition.degraded(error);
    }
    await pause(Math.min(FIRST_PAUSE_MS * 2 ** tries, MAX_PAUSE_MS), signal);
    tries += 1;
    if (retry.keepAlive !== undefined) await untilStopped(retry.keepAlive(), signal);
  }
}

/** Waits; throws `Stopped` where the signal ends the wait. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => {});
  if (signal.aborted) throw new Stopped();
}

/**
 * Resolves with what a bus or a catalog answers. Once the signal aborts, it waits two seconds longer and then throws
 * `Stopped`; the call may still take effect, so it must be safe to repeat.
 */
export function untilStopped<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  return untilAborted(signal, answer, GRACE_MS, () => new Stopped());
}
