import { setTimeout as sleep } from 'node:timers/promises';
import { asImgpipeError, type ImgpipeError, Stopped } from '../domain/errors.ts';
import type { Observer, StageName } from '../domain/reports.ts';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5000;
/** What a bus is doing when a stage is told to stop gets this long. */
const GRACE_MS = 2000;

export interface Patience extends Pick<Observer, 'onReport'> {
  readonly stage: StageName;
  readonly signal: AbortSignal;
  /** Called while it waits, so that a consumer group does not give its member up. */
  readonly keepAlive?: () => Promise<void>;
}

/** By which work that lasts tells how it fares. */
export interface Condition {
  /** It is under way again. */
  healthy(): void;
  /** The surroundings fail, and the work goes on trying by itself. */
  ailing(error: ImgpipeError): void;
}

/**
 * Does the work, and where the surroundings fail, does it again until they let it: told once, without end, with pauses
 * up to five seconds. The work must bear repetition; one that lasts tells its condition. Any other error comes out at once.
 */
export async function patiently<T>(patience: Patience, work: (condition: Condition) => Promise<T>): Promise<T> {
  const { stage, signal, onReport } = patience;
  let tries = 0;
  let failedAt: number | undefined;
  const condition: Condition = {
    healthy() {
      if (failedAt !== undefined) onReport?.({ kind: 'resumed', stage, afterMs: performance.now() - failedAt });
      failedAt = undefined;
      tries = 0;
    },
    ailing(error) {
      if (failedAt === undefined) onReport?.({ kind: 'waiting', stage, error });
      failedAt ??= performance.now();
    },
  };
  for (;;) {
    try {
      const result = await work(condition);
      condition.healthy();
      return result;
    } catch (thrown) {
      if (thrown instanceof Stopped) throw thrown;
      const error = asImgpipeError(thrown);
      if (error.blame !== 'surroundings') throw error;
      condition.ailing(error);
    }
    await pause(Math.min(FIRST_PAUSE_MS * 2 ** tries, LONGEST_PAUSE_MS), signal);
    tries += 1;
    if (patience.keepAlive !== undefined) await untilStopped(patience.keepAlive(), signal);
  }
}

/** Waits; throws `Stopped` where the signal ends the wait. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => {});
  if (signal.aborted) throw new Stopped();
}

/**
 * The answer of a bus or a catalog, which may take its time: once the signal has come it is waited for a little longer,
 * and then `Stopped` is thrown. It may still do what it was asked; that must bear repetition.
 */
export async function untilStopped<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let onAbort = () => {};
  // A listener of its own, taken off again: the signal outlives thousands of these.
  const stopped = new Promise<never>((_, reject) => {
    onAbort = () => {
      timer = setTimeout(() => reject(new Stopped()), GRACE_MS);
    };
  });
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort);
  try {
    return await Promise.race([answer, stopped]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    clearTimeout(timer);
  }
}
