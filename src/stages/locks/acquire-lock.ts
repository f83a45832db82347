import { ImgpipeError } from '../../domain/errors.ts';
import type { Observer } from '../../domain/reports.ts';
import { techniqueAmong, techniqueName } from '../../domain/technique-id.ts';
import { sameThreshold, type Threshold, thresholdText } from '../../domain/threshold.ts';
import type { Lock, Locks } from '../../ports/catalog/locks.ts';
import type { PipelineCatalog } from '../../ports/catalog/pipeline.ts';
import { pause, withRetry } from '../retry.ts';

/** How often a standby process requests the lock. */
export const STANDBY_MS = 200;
/** How often, and how far apart, a stream's lock is requested before its holder is reported. */
const BRIEF_TRIES = 4;
const BRIEF_PAUSE_MS = 50;

export interface LockOwner extends Pick<Observer, 'onReport'> {
  /** What others see as the holder: `imgpipe receive (process 123)`. */
  readonly as: string;
  readonly signal: AbortSignal;
}

/**
 * Acquires the lock under which a stream's images are numbered and published. Waits while another receiver holds
 * it. `again`: the lock was lost, so the caller is waiting for a report that work goes on.
 */
export async function lockStream(
  catalog: Locks,
  stream: string,
  { as, signal, onReport }: LockOwner,
  again = false,
): Promise<Lock> {
  const stage = 'receive';
  let holder: string | undefined;
  for (let tries = 1; ; tries += 1) {
    const result = await withRetry({ stage, signal, ...(onReport && { onReport }) }, () =>
      catalog.lock(streamLockName(stream), as),
    );
    if ('lock' in result) {
      if (holder !== undefined || again) onReport?.({ kind: 'working', stage });
      return result.lock;
    }
    // A reconciling stage holds the lock for a moment only.
    if (tries > BRIEF_TRIES && result.holder !== holder) {
      onReport?.({ kind: 'standing_by', stage, holder: result.holder });
      holder = result.holder;
    }
    await pause(tries > BRIEF_TRIES ? STANDBY_MS : BRIEF_PAUSE_MS, signal);
  }
}

/** The lock under which events are published again. */
export const EVENTS_LOCK = 'events';

/** The name of a stream's lock. */
export function streamLockName(stream: string): string {
  return `stream-${stream}`;
}

/** The name of the lock that protects a technique's threshold, whatever its version. */
export function techniqueLockName(technique: string): string {
  return `technique-${techniqueName(technique)}`;
}

/**
 * Sets a technique's threshold and acquires the shared lock that keeps it unchanged. Throws `threshold_disagrees` if
 * other analyzers of the technique, of any version, use another threshold.
 */
export async function lockThreshold(
  catalog: Locks & Pick<PipelineCatalog, 'thresholds' | 'setThreshold'>,
  technique: string,
  threshold: Threshold,
  { as, signal }: LockOwner,
): Promise<Lock> {
  const name = techniqueLockName(technique);
  for (let disagreed = false; ; ) {
    const exclusive = await catalog.lock(name, as);
    if ('lock' in exclusive) {
      try {
        await catalog.setThreshold(technique, threshold);
      } finally {
        await exclusive.lock.release();
      }
    }
    const shared = await catalog.lock(name, as, 'shared');
    if ('lock' in shared) {
      const thresholds = await catalog.thresholds();
      const inForce = techniqueAmong(thresholds.keys(), technique);
      const current = inForce === undefined ? undefined : thresholds.get(inForce);
      if (current !== undefined && sameThreshold(current, threshold)) {
        // A newer version takes over while analyzers of the one before still run.
        if (inForce !== technique) await catalog.setThreshold(technique, threshold);
        return shared.lock;
      }
      await shared.lock.release();
      // The first time, the other analyzer may have just ended. The second time, one is running.
      const others = 'holder' in exclusive ? exclusive.holder : 'another analyzer';
      if (disagreed && current !== undefined) throw disagreement(technique, threshold, current, others);
      disagreed = true;
    }
    await pause(5 + Math.random() * 10, signal);
  }
}

function disagreement(technique: string, wanted: Threshold, used: Threshold, others: string): ImgpipeError {
  const [threshold, current] = [thresholdText(wanted), thresholdText(used)];
  return new ImgpipeError(
    'threshold_disagrees',
    `threshold: ${others} uses ${current} for ${technique}, not ${threshold}: use --threshold ${current}, or stop all its analyzers and start them with --threshold ${threshold}`,
  );
}
