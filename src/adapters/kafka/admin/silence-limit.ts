import { setTimeout as sleep } from 'node:timers/promises';

export interface SilenceLimit {
  readonly silenceMs: number;
  /** When the last sign of life was, by `performance.now()`. */
  readonly lastSignAt: () => number;
}

/**
 * Resolves with the work's result. Rejects with `silent()` once there has been no sign of life for the limit, however
 * long the work takes. The work itself is not cancelled.
 */
export async function withSilenceLimit<T>(
  work: Promise<T>,
  { silenceMs, lastSignAt }: SilenceLimit,
  silent: () => Error,
): Promise<T> {
  const over = new AbortController();
  const began = performance.now();

  async function alarm(): Promise<never> {
    for (;;) {
      const left = Math.max(began, lastSignAt()) + silenceMs - performance.now();
      if (left <= 0) throw silent();
      await sleep(left, undefined, { signal: over.signal });
    }
  }

  const alarmed = alarm();
  alarmed.catch(() => {});
  work.catch(() => {});
  try {
    return await Promise.race([work, alarmed]);
  } finally {
    over.abort();
  }
}
