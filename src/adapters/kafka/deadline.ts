import { setTimeout as sleep } from 'node:timers/promises';

const LONGEST_GOODBYE_MS = 1000;

/** The work's answer; or what `late` throws where it takes longer. kafkajs has requests that never end. */
export async function within<T>(milliseconds: number, work: Promise<T>, late: () => Error): Promise<T> {
  const over = new AbortController();
  const alarm = sleep(milliseconds, undefined, { signal: over.signal }).then(() => {
    throw late();
  });
  alarm.catch(() => {});
  try {
    return await Promise.race([work, alarm]);
  } finally {
    over.abort();
  }
}

/** The work's answer; undefined where the signal comes before. */
export async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T | undefined> {
  let onAbort = () => {};
  // A listener of its own, taken off again: the signal outlives thousands of these.
  const end = new Promise<undefined>((resolve) => {
    onAbort = () => resolve(undefined);
  });
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort);
  try {
    return await Promise.race([work, end]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Answers once the signal comes. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** Puts away what may still be on its way: for a moment that is waited for. */
export async function putAway<T>(coming: Promise<T>, away: (arrived: T) => Promise<void>): Promise<void> {
  const over = new AbortController();
  const gone = coming.then(away).catch(() => {});
  await Promise.race([gone, sleep(LONGEST_GOODBYE_MS, undefined, { signal: over.signal }).catch(() => {})]);
  over.abort();
}
