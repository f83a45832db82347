import { imageReceivedMessage, TOPICS } from '../../domain/messages.ts';
import { imageKey } from '../../domain/object-keys.ts';
import type { ImageRecord, NewImage } from '../../domain/records.ts';
import type { Observer } from '../../domain/reports.ts';
import type { ImageCatalog, ImageWrites, StreamHolder } from '../../ports/catalog/images.ts';
import type { EventBus } from '../../ports/event-bus.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { putObjects } from '../put-objects.ts';
import { type RetryContext, untilStopped, withRetry } from '../retry.ts';

/** A picture to receive. */
export interface Picture {
  readonly row: NewImage;
  readonly bytes: Uint8Array;
}

export interface StreamWriterParts extends Pick<Observer, 'onStep'> {
  readonly catalog: Pick<ImageCatalog, 'writeImages' | 'nextImageAttempt'>;
  readonly store: Pick<ObjectStore, 'put' | 'digest'>;
  readonly bus: Pick<EventBus, 'publish'>;
  readonly pipelineId: string;
  readonly holder: StreamHolder;
  readonly retry: RetryContext;
}

/**
 * Adds pictures to a stream: enters their rows, puts their bytes, makes the rows ready and publishes them, in the order of
 * their numbers. One transaction enters the rows of a batch, makes the batch before ready, and records where the one
 * before that was published.
 */
export interface StreamWriter {
  /** Enters the rows of pictures and puts their bytes. `onReady` is called with the rows once they are ready. */
  add(pictures: readonly Picture[], onReady: (rows: readonly ImageRecord[]) => void): Promise<void>;
  /** Completes what was added: makes the rows ready, publishes them, and records their positions. */
  flush(): Promise<void>;
  /** Whether this writer is about to publish the image, or to record its position. */
  isPublishing(number: number): boolean;
}

/** The caller holds the stream's lock. Throws `Stopped` once the lock is lost. */
export function createStreamWriter(parts: StreamWriterParts): StreamWriter {
  const { catalog, store, bus, pipelineId, holder, retry, onStep } = parts;
  /** Rows whose bytes are in the store, and that are still to be made ready. */
  let stored: { readonly rows: readonly ImageRecord[]; onReady(rows: readonly ImageRecord[]): void } | undefined;
  let published: NonNullable<ImageWrites['published']> = [];
  let publishing: Promise<void> = Promise.resolve();
  const inProgress = new Set<number>();

  /** Enters new rows, together with what became of the earlier ones. */
  async function write(added: readonly NewImage[]): Promise<ImageRecord[]> {
    await publishing;
    const [recorded, finished] = [published, stored];
    const ready = finished?.rows.map(({ number }) => number) ?? [];
    for (const number of ready) inProgress.add(number);
    const rows = await withRetry(retry, () => catalog.writeImages(holder, { published: recorded, ready, added }));
    published = [];
    stored = undefined;
    for (const { number } of recorded) inProgress.delete(number);
    if (finished !== undefined) {
      await onStep?.('receive:ready');
      const readyRows = finished.rows.map((row) => ({ ...row, state: 'ready' as const }));
      finished.onReady(readyRows);
      publishing = publish(readyRows);
      // An error surfaces when it is awaited.
      publishing.catch(() => {});
    }
    return rows;
  }

  async function publish(rows: readonly ImageRecord[]): Promise<void> {
    // A repetition may find rows that have been published.
    const unpublished = rows.filter(({ position }) => position === null);
    const messages = unpublished.map((row) => imageReceivedMessage(pipelineId, row));
    const positions =
      messages.length === 0
        ? []
        : await withRetry(retry, () => untilStopped(bus.publish(TOPICS.imageAnalysis, messages), retry.signal));
    await onStep?.('receive:published');
    published = unpublished.flatMap(({ number }, index) => {
      const position = positions[index];
      return position === undefined ? [] : [{ number, position }];
    });
    for (const { number, position } of rows) if (position !== null) inProgress.delete(number);
  }

  /** Puts the bytes of pending rows, under the next key where other bytes are under one. Resolves with the rows as they are then. */
  async function put(pictures: readonly Picture[], rows: readonly ImageRecord[]): Promise<ImageRecord[]> {
    const current = [...rows];
    let left = rows.flatMap(({ state }, index) => (state === 'pending' ? [index] : []));
    while (left.length > 0) {
      const objects = left.flatMap((index) => {
        const [row, picture] = [current[index], pictures[index]];
        return row && picture ? [{ key: imageKey(row), bytes: picture.bytes, sha256: row.sha256 }] : [];
      });
      const done = await withRetry(retry, () => putObjects(store, objects));
      await onStep?.('receive:stored');
      left = left.filter((_, position) => done[position] === false);
      const numbers = left.flatMap((index) => current[index]?.number ?? []);
      const next = numbers.length === 0 ? [] : await withRetry(retry, () => catalog.nextImageAttempt(holder, numbers));
      const byNumber = new Map(next.map((row) => [row.number, row]));
      // A row that is not pending any more has no next attempt.
      left = left.filter((index) => {
        const row = byNumber.get(current[index]?.number ?? 0);
        if (row !== undefined) current[index] = row;
        return row !== undefined;
      });
    }
    return current;
  }

  async function flush(): Promise<void> {
    if (stored !== undefined) await write([]);
    await publishing;
    if (published.length > 0) await write([]);
    await onStep?.('receive:recorded');
  }

  return {
    async add(pictures, onReady) {
      if (pictures.length === 0) {
        await flush();
        onReady([]);
        return;
      }
      const rows = await write(pictures.map(({ row }) => row));
      await onStep?.('receive:entered');
      stored = { rows: await put(pictures, rows), onReady };
    },
    flush,
    isPublishing: (number) => inProgress.has(number),
  };
}
