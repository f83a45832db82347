import { imageKey } from '../../domain/object-keys.ts';
import type { Observer } from '../../domain/reports.ts';
import type { ImageCatalog } from '../../ports/catalog/images.ts';
import type { Locks } from '../../ports/catalog/locks.ts';
import type { StreamPosition } from '../../ports/image-source.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { type LockOwner, lockStream, streamLockName } from '../locks/acquire-lock.ts';
import { holdingLock, throwIfLost, whileHeld } from '../locks/held-lock.ts';
import { withRetry } from '../retry.ts';
import type { Batch, Intake, Received } from './intake.ts';
import { createStreamOutbox, type StreamOutboxParts } from './stream-outbox.ts';

export interface ReceiveParts extends LockOwner, Observer, StreamOutboxParts {
  readonly catalog: Locks & ImageCatalog;
  readonly store: ObjectStore;
  readonly intake: Intake;
  readonly stream: string;
  /** Aborts when the pipeline's lock is lost. */
  readonly lost: AbortSignal;
}

/**
 * Receives all pictures of an intake into a stream: stores their bytes, numbers them and publishes them. Holds the
 * stream's lock meanwhile, completes an interrupted receive first, and publishes what a replay makes unpublished. If
 * the stream's lock is lost, acquires it again and goes on. Throws `Stopped` if the pipeline's lock is lost.
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
    (streamLost) => receiveUnderLock(parts, AbortSignal.any([lost, streamLost])),
  );
  return intake.received();
}

async function receiveUnderLock(parts: ReceiveParts, lost: AbortSignal): Promise<void> {
  const { intake, stream, onReport, onStep } = parts;
  const catalog = whileHeld(parts.catalog, lost);
  const store = whileHeld(parts.store, lost);
  const outbox = createStreamOutbox(parts, stream, lost);
  const signal = AbortSignal.any([parts.signal, lost]);
  const retry = { stage: 'receive', signal, ...(onReport && { onReport }) } as const;

  async function position(): Promise<StreamPosition> {
    const [last] = await withRetry(retry, () => catalog.newestImages([{ stream }]));
    return {
      lastNumber: last?.number ?? 0,
      lastPicture: async () => (last === undefined ? undefined : withRetry(retry, () => store.get(imageKey(last)))),
    };
  }

  /** Skips the pictures of a batch that the stream has. A batch that is retried may have rows already, which do not count. */
  async function skipExisting(batch: Batch): Promise<void> {
    const candidates = batch.candidates.filter(({ onlyIfNew }) => onlyIfNew);
    if (candidates.length === 0) return;
    const queries = candidates.map(({ row }) => ({ stream, origin: row.origin }));
    const newest = await withRetry(retry, () => catalog.newestImages(queries));
    for (const [index, candidate] of candidates.entries()) {
      const image = newest[index];
      if (image?.sha256 !== candidate.row.sha256 || image.incoming === candidate.row.incoming) continue;
      intake.skip(batch, candidate, image.number);
    }
  }

  async function putIncoming({ candidates }: Batch): Promise<void> {
    if (candidates.length === 0) return;
    await withRetry(retry, () =>
      store.putIncoming(candidates.map(({ row, bytes }) => ({ name: row.incoming, bytes }))),
    );
    await onStep?.('receive:incoming');
  }

  /** Numbers the pictures of a batch and publishes them. */
  async function addImages(batch: Batch): Promise<void> {
    const rows =
      batch.candidates.length === 0
        ? []
        : await withRetry(retry, () => catalog.addImages(batch.candidates.map(({ row }) => row)));
    if (rows.length > 0) {
      await onStep?.('receive:pending');
      await outbox.publish();
      // These were promoted before the batch was tried again, so their pictures were put a second time.
      const leftover = rows.filter(({ state }) => state === 'ready').map(({ incoming }) => incoming);
      if (leftover.length > 0) await withRetry(retry, () => store.removeIncoming(leftover));
    }
    intake.finish(batch, rows);
  }

  const ended = new AbortController();
  let failure: { readonly error: unknown } | undefined;
  let polling: Promise<void> | undefined;
  // While a batch is numbered, the next one is put in the store.
  let adding = Promise.resolve();
  let originsInFlight: ReadonlySet<string> = new Set();
  try {
    await outbox.recover();
    polling = outbox.pollUnpublished(ended.signal).catch((error) => {
      failure = { error };
      ended.abort();
    });
    await intake.start(position);
    for await (const group of intake.batches(AbortSignal.any([ended.signal, signal]))) {
      for (const batch of group) {
        // The catalog knows a file's newest image once that image has its number.
        if (batch.candidates.some(({ row }) => originsInFlight.has(row.origin))) await adding;
        await skipExisting(batch);
        await putIncoming(batch);
        await adding;
        originsInFlight = new Set(batch.candidates.map(({ row }) => row.origin));
        adding = addImages(batch);
        // An error surfaces when the batch is awaited.
        adding.catch(() => {});
      }
      if (parts.signal.aborted) break;
    }
    await adding;
    if (!intake.isDone()) throwIfLost(lost);
  } finally {
    ended.abort();
    await polling;
    await adding.catch(() => {});
  }
  if (failure !== undefined) throw failure.error;
}
