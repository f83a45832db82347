import { setTimeout as sleep } from 'node:timers/promises';
import { asImgpipeError, type ErrorCode, Stopped } from '../domain/errors.ts';
import { imageReceivedMessage, TOPICS } from '../domain/messages.ts';
import { imageKey } from '../domain/object-keys.ts';
import { liesIn } from '../domain/record-positions.ts';
import type { Observer } from '../domain/reports.ts';
import type { Catalog, ClaimAnswer } from '../ports/catalog.ts';
import type { EventBus } from '../ports/event-bus.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { type Claimant, streamClaim } from './locks.ts';
import { patiently, pause, untilStopped } from './retry.ts';

/** How many images are finished and published together. */
const BATCH = 64;
/** How often streams are looked after where nothing is received. */
const ROUND_MS = 3000;
/** How often, and how long apart, a stream is asked for that another holds: perhaps for a moment only. */
const FREE_TRIES = 5;
const FREE_PAUSE_MS = 50;
/** The errors that concern the files of one stream alone. */
const OF_ONE_STREAM: ReadonlySet<ErrorCode> = new Set(['object_missing', 'object_conflict']);

export interface OutboxParts extends Claimant, Observer {
  readonly catalog: Catalog;
  readonly store: ObjectStore;
  readonly bus: EventBus;
  readonly pipelineId: string;
  readonly roundMs?: number;
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
  /** Publishes a stream under its claim, where nobody else holds that; else answers who does. */
  publishIfFree(stream: string): Promise<{ readonly heldBy: string } | undefined>;
  /** Publishes what becomes unpublished in a stream whose claim the caller holds, as by a replay, every few seconds until `ended`. */
  mind(stream: string, ended: AbortSignal): Promise<void>;
  /** Recovers the streams that nobody holds, now and every few seconds, until the signal; not the one that its caller has to do with. */
  tend(except: string): Promise<void>;
}

export function createOutbox(parts: OutboxParts): Outbox {
  const { catalog, store, bus, pipelineId, signal, roundMs = ROUND_MS, onReport, onStep } = parts;
  const patience = { stage: 'receive', signal, ...(onReport && { onReport }) } as const;
  const turns = new Map<string, Promise<unknown>>();

  /** Two at once would publish one image twice. */
  function inTurn<T>(stream: string, work: () => Promise<T>): Promise<T> {
    const turn = (turns.get(stream) ?? Promise.resolve()).then(work);
    turns.set(
      stream,
      turn.catch(() => {}),
    );
    return turn;
  }

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
    const places = await untilStopped(bus.publish(TOPICS.imageAnalysis, messages), signal);
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

  function publish(stream: string): Promise<number> {
    return inTurn(stream, async () => {
      let published = 0;
      for (;;) {
        const batch = await patiently(patience, () => publishBatch(stream));
        if (batch === 0) return published;
        published += batch;
      }
    });
  }

  function claim(stream: string): Promise<ClaimAnswer> {
    return patiently(patience, () => catalog.claim(streamClaim(stream), parts.as));
  }

  async function publishIfFree(stream: string): Promise<{ heldBy: string } | undefined> {
    for (let tries = 1; ; tries += 1) {
      const answer = await claim(stream);
      if ('claim' in answer) {
        await publish(stream).finally(() => answer.claim.release());
        return undefined;
      }
      if (tries === FREE_TRIES) return answer;
      await pause(FREE_PAUSE_MS, signal);
    }
  }

  async function mind(stream: string, ended: AbortSignal): Promise<void> {
    while (!ended.aborted) {
      await publish(stream);
      await sleep(roundMs, undefined, { signal: ended }).catch(() => {});
    }
  }

  /** An image whose message the log no longer holds, or never did, and that still waits for an outcome: unpublished. */
  async function unplaceStrays(stream: string): Promise<void> {
    const waiting = await catalog.unanswered(stream);
    if (waiting.length === 0) return;
    const logs = await untilStopped(bus.logs(TOPICS.imageAnalysis), signal);
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
        const answer = await claim(stream);
        if (!('claim' in answer)) continue;
        await recoverIfPossible(stream, stuck).finally(() => answer.claim.release());
      }
      await sleep(roundMs, undefined, { signal }).catch(() => {});
    }
  }

  return {
    publish,
    recover,
    publishIfFree,
    mind,
    tend: (except) =>
      tend(except).catch((error) => {
        if (!(error instanceof Stopped)) throw error;
      }),
  };
}
