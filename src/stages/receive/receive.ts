import { imageKey } from '../../domain/object-keys.ts';
import type { Observer } from '../../domain/reports.ts';
import type { ImageCatalog, StreamHolder } from '../../ports/catalog/images.ts';
import type { Lock, Locks } from '../../ports/catalog/locks.ts';
import type { EventBus } from '../../ports/event-bus.ts';
import type { StreamPosition } from '../../ports/image-source.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { type LockOwner, lockStream, streamLockName } from '../locks/acquire-lock.ts';
import { holdingLock, throwIfLost, whileHeld } from '../locks/held-lock.ts';
import type { Reconciler } from '../reconcile/reconciler.ts';
import { withRetry } from '../retry.ts';
import type { Batch, Intake, Received } from './intake.ts';
import { findKnownImages } from './known-images.ts';
import { createStreamWriter } from './stream-writer.ts';
import { takeOver } from './take-over.ts';

export interface ReceiveParts extends LockOwner, Observer {
  readonly catalog: Locks & ImageCatalog;
  readonly store: ObjectStore;
  readonly bus: EventBus;
  readonly pipelineId: string;
  readonly intake: Intake;
  readonly stream: string;
  readonly reconciler: Pick<Reconciler, 'own'>;
  /** Aborts when the pipeline's lock is lost. */
  readonly lost: AbortSignal;
}

/**
 * Receives all pictures of an intake into a stream: numbers them, stores their bytes and publishes them. Holds the
 * stream's lock meanwhile, and first completes what an interrupted receiver left. If the stream's lock is lost, acquires it
 * again and goes on. Throws `Stopped` if the pipeline's lock is lost.
 */
export async function receive(parts: ReceiveParts): Promise<Received> {
  const { catalog, intake, stream, lost, onReport } = parts;
  const signal = AbortSignal.any([parts.signal, lost]);
  await holdingLock(
    {
      stage: 'receive',
      name: streamLockName(stream),
      signal,
      acquire: (again) => lockStream(catalog, stream, { ...parts, signal }, again),
      ...(onReport && { onReport }),
    },
    (lock) => receiveUnderLock(parts, lock),
  );
  return intake.received();
}

async function receiveUnderLock(parts: ReceiveParts, lock: Pick<Lock, 'token' | 'lost'>): Promise<void> {
  const { intake, stream, onReport } = parts;
  const lost = AbortSignal.any([parts.lost, lock.lost]);
  const holder: StreamHolder = { stream, token: lock.token };
  const catalog = whileHeld(parts.catalog, lost);
  const store = whileHeld(parts.store, lost);
  const bus = whileHeld(parts.bus, lost);
  const signal = AbortSignal.any([parts.signal, lost]);
  const retry = { stage: 'receive', signal, ...(onReport && { onReport }) } as const;
  const writer = createStreamWriter({ ...parts, catalog, store, bus, holder, retry });

  async function position(): Promise<StreamPosition> {
    const [last] = await withRetry(retry, () => catalog.newestImages([{ stream }]));
    return {
      lastNumber: last?.number ?? 0,
      lastPicture: async () => (last === undefined ? undefined : withRetry(retry, () => store.get(imageKey(last)))),
    };
  }

  /** Skips the pictures of a batch that the stream has. */
  async function skipExisting(batch: Batch): Promise<void> {
    const candidates = batch.candidates.filter(({ onlyIfNew }) => onlyIfNew);
    if (candidates.length === 0) return;
    const known = await findKnownImages({ catalog, holder, retry, files: intake.files }, candidates);
    for (const [candidate, image] of known) intake.skip(batch, candidate, image);
  }

  await takeOver({ ...parts, catalog, store, holder, retry });
  const disown = parts.reconciler.own({ holder, lost, isPublishing: writer.isPublishing });
  try {
    await intake.start(position);
    for await (const group of intake.batches(signal)) {
      for (const [index, batch] of group.entries()) {
        await skipExisting(batch);
        await writer.add(batch.candidates, (rows) => intake.finish(batch, rows));
        // With more pictures at hand, the next transaction also makes these ready.
        if (index === group.length - 1 && !intake.hasNext()) await writer.flush();
      }
      if (parts.signal.aborted) break;
    }
    await writer.flush();
    if (!intake.isDone()) throwIfLost(lost);
  } finally {
    disown();
  }
}
