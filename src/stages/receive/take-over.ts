import { imageKey } from '../../domain/object-keys.ts';
import type { ImageRecord } from '../../domain/records.ts';
import type { Observer } from '../../domain/reports.ts';
import type { ImageCatalog, StreamHolder } from '../../ports/catalog/images.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { hasDigest } from '../put-objects.ts';
import { type RetryContext, withRetry } from '../retry.ts';

export interface TakeOverParts extends Observer {
  readonly catalog: Pick<ImageCatalog, 'fenceStream' | 'pendingImages' | 'writeImages' | 'withdrawImages'>;
  readonly store: Pick<ObjectStore, 'writesLate' | 'digest' | 'remove'>;
  readonly holder: StreamHolder;
  readonly retry: RetryContext;
}

/**
 * Fences a stream for the holder of its lock, and completes what the previous holder left: its pending images become ready as
 * far as their bytes are stored, and the rest is withdrawn. Those pictures were never received.
 */
export async function takeOver(parts: TakeOverParts): Promise<void> {
  const { catalog, store, holder, retry, onReport, onStep } = parts;
  const { stream } = holder;
  await withRetry(retry, () => catalog.fenceStream(holder));
  const pending = await withRetry(retry, () => catalog.pendingImages(stream));
  if (pending.length === 0) return;
  const isStored = (row: ImageRecord) =>
    withRetry(retry, () => hasDigest(store, { key: imageKey(row), sha256: row.sha256 }));
  let stored = 0;
  for (const row of pending) {
    if (!(await isStored(row))) break;
    stored += 1;
  }
  const ready = pending.slice(0, stored).map(({ number }) => number);
  if (ready.length > 0) await withRetry(retry, () => catalog.writeImages(holder, { ready }));
  const [first, ...later] = pending.slice(stored);
  if (first === undefined) return;
  // Removed before the rows are: a later holder finds either the row or no object. The holder before writes no more. A removal
  // that is late could meet an object of a later holder: then they stay, and that holder's pictures get the next attempt.
  const keys: string[] = [];
  if (!store.writesLate) for (const row of later) if (await isStored(row)) keys.push(imageKey(row));
  if (keys.length > 0) await withRetry(retry, () => store.remove(keys));
  await onStep?.('receive:removed');
  await withRetry(retry, () => catalog.withdrawImages(holder, first.number));
  onReport?.({ kind: 'withdrawn', stream, images: 1 + later.length });
}
