import { setTimeout as sleep } from 'node:timers/promises';
import { asImgpipeError, type ErrorCode, Stopped } from '../domain/errors.ts';
import type { ImageCatalog } from '../ports/catalog/images.ts';
import type { LockResult, Locks } from '../ports/catalog/locks.ts';
import { throwIfLost, whileHeld } from './held-lock.ts';
import { type LockOwner, streamLockName } from './locks.ts';
import { pause, withRetry } from './retry.ts';
import { createStreamOutbox, POLL_MS, type StreamOutboxParts } from './stream-outbox.ts';

/** How often, and how far apart, to try a stream's lock that another process may hold for a moment only. */
const LOCK_TRIES = 5;
const LOCK_PAUSE_MS = 50;
/** Errors that concern the files of one stream only. */
const OF_ONE_STREAM: ReadonlySet<ErrorCode> = new Set(['object_missing', 'object_conflict']);

export interface RecoveryParts extends LockOwner, StreamOutboxParts {
  readonly catalog: Locks & Pick<ImageCatalog, 'unpublishedStreams'> & StreamOutboxParts['catalog'];
  /** Aborts when the pipeline's lock is lost. */
  readonly lost: AbortSignal;
}

/** Publishes a stream under its lock. Resolves with the holder if another process holds the lock. */
export async function publishIfFree(
  parts: RecoveryParts,
  stream: string,
): Promise<{ readonly holder: string } | undefined> {
  for (let tries = 1; ; tries += 1) {
    const result = await tryLock(parts, stream);
    if ('lock' in result) {
      const { lock } = result;
      const outbox = createStreamOutbox(parts, stream, AbortSignal.any([parts.lost, lock.lost]));
      await outbox.publish().finally(() => lock.release());
      return undefined;
    }
    if (tries === LOCK_TRIES) return result;
    await pause(LOCK_PAUSE_MS, parts.signal);
  }
}

/**
 * Recovers the streams that no process holds, now and every few seconds until the signal aborts. Leaves out the stream
 * that the caller receives into. Throws `Stopped` when the pipeline's lock is lost.
 */
export async function recoverStreams(parts: RecoveryParts, except: string): Promise<void> {
  const { signal, lost, pollMs = POLL_MS, onReport } = parts;
  const catalog = whileHeld(parts.catalog, lost);
  const retry = { stage: 'receive', signal: AbortSignal.any([signal, lost]), ...(onReport && { onReport }) } as const;
  const blocked = new Set<string>();
  try {
    while (!signal.aborted) {
      for (const stream of await withRetry(retry, () => catalog.unpublishedStreams())) {
        if (stream !== except) await recoverIfFree(parts, stream, blocked);
      }
      await sleep(pollMs, undefined, { signal: retry.signal }).catch(() => {});
      throwIfLost(lost);
    }
  } catch (error) {
    if (!(error instanceof Stopped) || !signal.aborted) throw error;
  }
}

/** A stream that cannot be recovered is reported once and does not keep the others from being recovered. */
async function recoverIfFree(parts: RecoveryParts, stream: string, blocked: Set<string>): Promise<void> {
  const result = await tryLock(parts, stream);
  if (!('lock' in result)) return;
  const { lock } = result;
  try {
    await createStreamOutbox(parts, stream, AbortSignal.any([parts.lost, lock.lost])).recover();
    blocked.delete(stream);
  } catch (thrown) {
    // Without its lock the stream is another process's to recover, or this one's in the next round.
    if (thrown instanceof Stopped && lock.lost.aborted && !parts.lost.aborted && !parts.signal.aborted) return;
    const error = asImgpipeError(thrown);
    if (thrown instanceof Stopped || !OF_ONE_STREAM.has(error.code)) throw thrown;
    if (!blocked.has(stream)) parts.onReport?.({ kind: 'blocked', stream, error });
    blocked.add(stream);
  } finally {
    await lock.release();
  }
}

function tryLock({ catalog, lost, signal, onReport, as }: RecoveryParts, stream: string): Promise<LockResult> {
  const retry = { stage: 'receive', signal: AbortSignal.any([signal, lost]), ...(onReport && { onReport }) } as const;
  return withRetry(retry, () => whileHeld(catalog, lost).lock(streamLockName(stream), as));
}
