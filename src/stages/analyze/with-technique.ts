import type { Locks } from '../../ports/catalog/locks.ts';
import type { PipelineCatalog } from '../../ports/catalog/pipeline.ts';
import type { Comparator, Measure } from '../../ports/comparator.ts';
import { type LockOwner, lockThreshold, techniqueLockName } from '../locks/acquire-lock.ts';
import { holdingLock } from '../locks/held-lock.ts';
import { withRetry } from '../retry.ts';

export interface TechniqueParts extends LockOwner {
  readonly catalog: Locks & Pick<PipelineCatalog, 'thresholds' | 'setThreshold'>;
  readonly measure: Measure;
  /** Aborts when the pipeline's lock is lost. */
  readonly lost: AbortSignal;
  openComparator(): Promise<Comparator>;
  /** Acquires the technique's lock the first time: with retries or without. */
  atStart<T>(acquire: () => Promise<T>): Promise<T>;
}

/** What an analyze stage works with. */
export interface TechniqueInUse extends Measure {
  readonly comparator: Comparator;
  /** Aborts when the technique's lock or the pipeline's is lost. */
  readonly lost: AbortSignal;
}

/**
 * Runs the work with a comparator, while the technique's threshold is locked. If that lock is lost, acquires it again
 * and runs the work again. Throws `threshold_disagrees` if other analyzers use another threshold.
 */
export async function withTechnique<T>(
  parts: TechniqueParts,
  work: (technique: TechniqueInUse) => Promise<T>,
): Promise<T> {
  const { catalog, measure, lost, openComparator, atStart, onReport } = parts;
  const { technique, threshold } = measure;
  const signal = AbortSignal.any([parts.signal, lost]);
  const retry = { stage: 'analyze', signal, ...(onReport && { onReport }) } as const;
  const lock = () => lockThreshold(catalog, technique, threshold, { ...parts, signal });
  let comparator: Comparator | undefined;
  try {
    return await holdingLock(
      {
        ...retry,
        name: techniqueLockName(technique),
        acquire: (again) => (again ? withRetry(retry, lock) : atStart(lock)),
      },
      async ({ lost: techniqueLost }) => {
        comparator ??= await openComparator();
        await comparator.ready();
        return work({ ...measure, comparator, lost: AbortSignal.any([lost, techniqueLost]) });
      },
    );
  } finally {
    await comparator?.close();
  }
}
