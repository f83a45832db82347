import { setTimeout as sleep } from 'node:timers/promises';
import { asImgpipeError, type ImgpipeError } from '../domain/errors.ts';
import type { OpenedCatalog } from '../ports/catalog/opened.ts';
import { untilStopped } from './retry.ts';

const INTERVAL_MS = 1000;

export interface CatalogWatchParts {
  readonly catalog: OpenedCatalog;
  readonly everyMs?: number;
}

/**
 * Runs work, and verifies every second and at its end that the catalog is still the one that was opened. If it is not,
 * `replaced` aborts: the work must stop writing and end. Then, and if the work has ended, throws `catalog_replaced`. Any
 * error that the work throws because the catalog is gone is its consequence.
 */
export async function whileOpened<T>(
  { catalog, everyMs = INTERVAL_MS }: CatalogWatchParts,
  work: (replaced: AbortSignal) => Promise<T>,
): Promise<T> {
  const replaced = new AbortController();
  const ended = new AbortController();

  async function watch(): Promise<void> {
    while (!ended.signal.aborted && !replaced.signal.aborted) {
      await sleep(everyMs, undefined, { signal: ended.signal }).catch(() => {});
      const failure = await failureOf(catalog.verify());
      if (failure !== undefined) replaced.abort(failure);
    }
  }

  const watching = watch();
  const [result] = await Promise.allSettled([work(replaced.signal)]);
  ended.abort();
  // A catalog that does not respond must not keep the work from ending.
  await untilStopped(watching, ended.signal).catch(() => {});
  replaced.signal.throwIfAborted();
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}

/** The error that no retry helps against. The work itself reports any other. */
async function failureOf(verified: Promise<void>): Promise<ImgpipeError | undefined> {
  try {
    await verified;
    return undefined;
  } catch (thrown) {
    const error = asImgpipeError(thrown);
    return error.blame === 'fatal' ? error : undefined;
  }
}
