import { setTimeout as sleep } from 'node:timers/promises';

const MAX_GOODBYE_MS = 1000;

/** Puts away what may still be on its way: for a moment that is waited for. */
export async function putAway<T>(coming: Promise<T>, away: (arrived: T) => Promise<void>): Promise<void> {
  const over = new AbortController();
  const gone = coming.then(away).catch(() => {});
  await Promise.race([gone, sleep(MAX_GOODBYE_MS, undefined, { signal: over.signal }).catch(() => {})]);
  over.abort();
}
