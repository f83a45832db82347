import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves with the work's result. Rejects with `late()` if that takes longer; the work itself is not cancelled. */
export async function withDeadline<T>(milliseconds: number, work: Promise<T>, late: () => Error): Promise<T> {
  const over = new AbortController();
  const alarm = sleep(milliseconds, undefined, { signal: over.signal }).then(() => {
    throw late();
  });
  alarm.catch(() => {});
  work.catch(() => {});
  try {
    return await Promise.race([work, alarm]);
  } finally {
    over.abort();
  }
}

/** Resolves with the work's result, or with undefined once the signal aborts. */
export async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T | undefined> {
  return raceWithAbort(work, signal, (resolve) => resolve(undefined));
}

/** Resolves with the work's result. Once the signal aborts, waits `graceMs` longer, then rejects with `stopped()`. */
export async function untilAborted<T>(
  signal: AbortSignal,
  work: Promise<T>,
  graceMs: number,
  stopped: () => Error,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await raceWithAbort<T, never>(work, signal, (_, reject) => {
      timer = setTimeout(() => reject(stopped()), graceMs);
    });
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves once the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

async function raceWithAbort<T, U>(
  work: Promise<T>,
  signal: AbortSignal,
  onAbort: (resolve: (value: U) => void, reject: (error: Error) => void) => void,
): Promise<T | U> {
  let listener = () => {};
  // The listener is removed again, because the signal outlives thousands of these races.
  const end = new Promise<U>((resolve, reject) => {
    listener = () => onAbort(resolve, reject);
  });
  // As many can be waiting as objects are put together. Node warns of more than ten.
  setMaxListeners(0, signal);
  if (signal.aborted) listener();
  else signal.addEventListener('abort', listener);
  try {
    return await Promise.race([work, end]);
  } finally {
    signal.removeEventListener('abort', listener);
  }
}
