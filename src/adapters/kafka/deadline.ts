import { setTimeout as sleep } from 'node:timers/promises';

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
