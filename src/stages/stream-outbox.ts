import { setTimeout as sleep } from 'node:timers/promises';
import { imageReceivedMessage, TOPICS } from '../domain/messages.ts';
import { imageKey } from '../domain/object-keys.ts';
import { isInLog } from '../domain/record-positions.ts';
import type { Observer } from '../domain/reports.ts';
import type { ImageCatalog } from '../ports/catalog/images.ts';
import type { EventBus } from '../ports/event-bus.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { whileHeld } from './held-lock.ts';
import { untilStopped, withRetry } from './retry.ts';

/** How many images are promoted and published together. */
const BATCH = 64;
/** How many images are checked against the log together. */
const PAGE = 1000;
/** How often to look for unpublished images while nothing is received. */
export const POLL_MS = 3000;

export interface StreamOutboxParts extends Observer {
  readonly catalog: Pick<
    ImageCatalog,
    'unpublishedImages' | 'markImagesReady' | 'markImagesPublished' | 'imagesInFlight' | 'clearPublished'
  >;
  readonly store: Pick<ObjectStore, 'promote' | 'listIncoming' | 'removeIncoming'>;
  readonly bus: Pick<EventBus, 'id' | 'publish' | 'logs'>;
  readonly pipelineId: string;
  readonly signal: AbortSignal;
  readonly pollMs?: number;
}

/**
 * Publishes the images of one stream in the order of their numbers, each once its file is under its key. All images
 * are published this way. The caller holds the stream's lock.
 */
export interface StreamOutbox {
  /** Promotes pending images and publishes unpublished ones. Resolves with the number of images published. */
  publish(): Promise<number>;
  /** Completes an interrupted receive: publishes its images, and removes incoming pictures without a row. */
  recover(): Promise<void>;
  /** Publishes images that become unpublished, for instance by a replay, every few seconds until `ended`. */
  pollUnpublished(ended: AbortSignal): Promise<void>;
}

/** Once `lost` aborts, nothing more is written and all methods throw `Stopped`. */
export function createStreamOutbox(parts: StreamOutboxParts, stream: string, lost: AbortSignal): StreamOutbox {
  const { pipelineId, pollMs = POLL_MS, onReport, onStep } = parts;
  const catalog = whileHeld(parts.catalog, lost);
  const store = whileHeld(parts.store, lost);
  const bus = whileHeld(parts.bus, lost);
  const signal = AbortSignal.any([parts.signal, lost]);
  const retry = { stage: 'receive', signal, ...(onReport && { onReport }) } as const;
  let running: Promise<unknown> = Promise.resolve();

  async function publishBatch(): Promise<number> {
    const rows = await catalog.unpublishedImages(stream, BATCH);
    const pending = rows.filter((row) => row.state === 'pending');
    if (pending.length > 0) {
      await store.promote(pending.map((row) => ({ incoming: row.incoming, key: imageKey(row), sha256: row.sha256 })));
      await onStep?.('outbox:promoted');
      await catalog.markImagesReady(pending);
      await onStep?.('outbox:ready');
    }
    if (rows.length === 0) return 0;
    const messages = rows.map((row) => imageReceivedMessage(pipelineId, row));
    const positions = await untilStopped(bus.publish(TOPICS.imageAnalysis, messages), signal);
    await onStep?.('outbox:published');
    await catalog.markImagesPublished(
      rows.flatMap(({ number }, index) => {
        const position = positions[index];
        return position === undefined ? [] : [{ stream, number, position }];
      }),
    );
    await onStep?.('outbox:recorded');
    return rows.length;
  }

  async function publishAll(): Promise<number> {
    let published = 0;
    for (;;) {
      const batch = await withRetry(retry, publishBatch);
      if (batch === 0) return published;
      published += batch;
    }
  }

  /** Calls run one after the other: two at once would publish an image twice. */
  function publish(): Promise<number> {
    const published = running.then(publishAll);
    running = published.catch(() => {});
    return published;
  }

  /** Marks images unpublished if they wait for an outcome and the log does not contain their message. */
  async function clearLostMessages(): Promise<void> {
    for (let after = 0; ; ) {
      const waiting = await catalog.imagesInFlight(stream, after, PAGE);
      if (waiting.length === 0) return;
      const logs = await untilStopped(bus.logs(TOPICS.imageAnalysis), signal);
      await catalog.clearPublished(waiting.filter(({ position }) => !isInLog(position, bus.id, logs)));
      after = waiting.at(-1)?.number ?? after;
    }
  }

  return {
    publish,

    async recover() {
      await withRetry(retry, clearLostMessages);
      const images = await publish();
      if (images > 0) onReport?.({ kind: 'recovered', stream, images });
      await withRetry(retry, async () => store.removeIncoming(await store.listIncoming(stream)));
    },

    async pollUnpublished(ended) {
      const either = AbortSignal.any([ended, lost]);
      while (!either.aborted) {
        await publish();
        await sleep(pollMs, undefined, { signal: either }).catch(() => {});
      }
    },
  };
}
