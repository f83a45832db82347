import { setTimeout as sleep } from 'node:timers/promises';
import { asImgpipeError, type ErrorCode, Stopped } from '../domain/errors.ts';
import { imageReceivedMessage, TOPICS } from '../domain/messages.ts';
import { imageKey } from '../domain/object-keys.ts';
import { liesIn } from '../domain/places.ts';
import type { Observer } from '../domain/reports.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { EventBus } from '../ports/event-bus.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { type Claimant, streamClaim } from './claims.ts';
import { patiently } from './patience.ts';

/** How many images are finished and published together. */
const BATCH = 64;
/** How often the streams that nobody holds are looked after. */
const ROUND_MS = 3000;
/** The errors that concern the files of one stream alone. */
const OF_ONE_STREAM: ReadonlySet<ErrorCode> = new Set(['object_missing', 'object_conflict']);

export interface OutboxParts extends Claimant, Observer {
  readonly catalog: Catalog;
  readonly store: ObjectStore;
  readonly bus: EventBus;
  readonly pipelineId: string;
}

/**
 * The one way by which images are published: in the order of their numbers, each after its file lies under its key.
 * Whoever calls `publish` or `recover` holds the stream's claim.
 */
export interface Outbox {
  /** Finishes a stream's pending images and publishes what is not published. The answer is how many it published. */
  publish(stream: string): Promise<number>;
  /** Does what an interrupted receive left undone: publishes, and sweeps what no row names. */
  recover(stream: string): Promise<void>;
  /** Recovers the streams that nobody holds, now and every few seconds, until the signal; not the one that its caller has to do with. */
  tend(except: string): Promise<void>;
}

export function createOutbox(parts: OutboxParts): Outbox {
  const { catalog, store, bus, pipelineId, signal, onReport, onStep } = parts;
  const patience = { stage: 'receive', signal, ...(onReport && { onReport }) } as const;

  async function publishBatch(stream: string): Promise<number> {
    const rows = await catalog.unpublished(stream, BATCH);
    const pending = rows.filter((row) => row.state === 'pending');
    if (pending.length > 0) {
      await store.settle(pending.map((row) => ({ incoming: row.incoming, key: imageKey(row), sha256: row.sha256 })));
      await onStep?.('outbox:moved');
      await catalog.imagesReady(pending);
      await onStep?.('outbox:ready');
    }
    if (rows.length === 0) return 0;
    const messages = rows.map((row) => imageReceivedMessage(pipelineId, row));
    const places = await bus.publish(TOPICS.imageAnalysis, messages);
    await onStep?.('outbox:published');
    await catalog.placeImages(
      rows.flatMap(({ number }, index) => {
        const place = places[index];
        return place === undefined ? [] : [{ stream, number, place }];
      }),
    );
    await onStep?.('outbox:placed');
    return rows.length;
  }

  async function publish(stream: string): Promise<number> {
    let published = 0;
    for (;;) {
      const batch = await patiently(patience, () => publishBatch(stream));
      if (batch === 0) return published;
      published += batch;
    }
  }

  /** An image whose message the log no longer holds, or never did, and that still waits for an outcome: unpublished. */
  async function unplaceStrays(stream: string): Promise<void> {
    const waiting = await catalog.unanswered(stream);
    if (waiting.length === 0) return;
    const logs = await bus.logs(TOPICS.imageAnalysis);
    await catalog.unplaceImages(waiting.filter(({ place }) => !liesIn(place, bus.id, logs)));
  }

  async function recover(stream: string): Promise<void> {
    await patiently(patience, () => unplaceStrays(stream));
    const images = await publish(stream);
    if (images > 0) onReport?.({ kind: 'recovered', stream, images });
    await patiently(patience, async () => store.unstage(await store.staged(stream)));
  }

  /** What is wrong with one stream's images is told once, and is no reason to leave the other streams alone. */
  async function recoverIfPossible(stream: string, stuck: Set<string>): Promise<void> {
    try {
      await recover(stream);
      stuck.delete(stream);
    } catch (thrown) {
      const error = asImgpipeError(thrown);
      if (thrown instanceof Stopped || !OF_ONE_STREAM.has(error.code)) throw thrown;
      if (!stuck.has(stream)) onReport?.({ kind: 'stuck', stream, error });
      stuck.add(stream);
    }
  }

  async function tend(except: string): Promise<void> {
    const stuck = new Set<string>();
    while (!signal.aborted) {
      for (const stream of await patiently(patience, () => catalog.streamsToPublish())) {
        if (stream === except) continue;
        const answer = await patiently(patience, () => catalog.claim(streamClaim(stream), parts.as));
        if (!('claim' in answer)) continue;
        try {
          await recoverIfPossible(stream, stuck);
        } finally {
          await answer.claim.release();
        }
      }
      await sleep(ROUND_MS, undefined, { signal }).catch(() => {});
    }
  }

  return {
    publish,
    recover,
    tend: (except) =>
      tend(except).catch((error) => {
        if (!(error instanceof Stopped)) throw error;
      }),
  };
}
