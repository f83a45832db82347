import { ImgpipeError } from '../domain/errors.ts';
import type { Observer } from '../domain/reports.ts';
import { sameThreshold, type Threshold, thresholdText } from '../domain/threshold.ts';
import type { Catalog } from '../ports/catalog/catalog.ts';
import type { Lock } from '../ports/catalog/locks.ts';
import { pause, withRetry } from './retry.ts';

/** How often one who stands by asks again. */
const STANDBY_MS = 200;

export interface LockOwner extends Pick<Observer, 'onReport'> {
  /** How others are told of it: `imgpipe receive (process 123)`. */
  readonly as: string;
  readonly signal: AbortSignal;
}

/** The right to number and publish a stream's images, waited for while another receiver holds it. */
export async function lockStream(catalog: Catalog, stream: string, { as, signal, onReport }: LockOwner): Promise<Lock> {
  const stage = 'receive';
  let told: string | undefined;
  for (;;) {
    const answer = await withRetry({ stage, signal, ...(onReport && { onReport }) }, () =>
      catalog.lock(streamLockName(stream), as),
    );
    if ('lock' in answer) {
      if (told !== undefined) onReport?.({ kind: 'working', stage });
      return answer.lock;
    }
    if (answer.holder !== told) onReport?.({ kind: 'standing_by', stage, holder: answer.holder });
    told = answer.holder;
    await pause(STANDBY_MS, signal);
  }
}

/** The name under which a stream is locked. */
export function streamLockName(stream: string): string {
  return `stream-${stream}`;
}

/**
 * Enters a technique's threshold and holds it as long as the lock is held: analyzers that share a technique share its
 * threshold. Throws `threshold_disagrees` where others work with another one.
 */
export async function lockThreshold(
  catalog: Catalog,
  technique: string,
  threshold: Threshold,
  { as, signal }: LockOwner,
): Promise<Lock> {
  const name = `technique-${technique}`;
  for (let disagreed = false; ; ) {
    const alone = await catalog.lock(name, as);
    if ('lock' in alone) {
      try {
        await catalog.setThreshold(technique, threshold);
      } finally {
        await alone.lock.release();
      }
    }
    const shared = await catalog.lock(name, as, 'shared');
    if ('lock' in shared) {
      const current = (await catalog.thresholds()).get(technique);
      if (current !== undefined && sameThreshold(current, threshold)) return shared.lock;
      await shared.lock.release();
      // Once may be the trace of an analyzer that has just ended; twice is one at work.
      const others = 'holder' in alone ? alone.holder : 'another analyzer';
      if (disagreed && current !== undefined) throw disagreement(technique, threshold, current, others);
      disagreed = true;
    }
    await pause(5 + Math.random() * 10, signal);
  }
}

function disagreement(technique: string, wanted: Threshold, at: Threshold, others: string): ImgpipeError {
  const [threshold, current] = [thresholdText(wanted), thresholdText(at)];
  return new ImgpipeError(
    'threshold_disagrees',
    `threshold: ${technique} is at work with ${current} here (${others}), not with ${threshold}: give --threshold ${current}, or stop that one first and start all with --threshold ${threshold}`,
  );
}
