import { setTimeout as sleep } from 'node:timers/promises';
import { asImgpipeError, type ErrorCode, Stopped } from '../domain/errors.ts';
import { imageReceivedMessage, TOPICS } from '../domain/messages.ts';
import { imageKey } from '../domain/object-keys.ts';
import { isInLog } from '../domain/record-positions.ts';
import type { Observer } from '../domain/reports.ts';
import type { Catalog } from '../ports/catalog/catalog.ts';
import type { LockResult } from '../ports/catalog/locks.ts';
import type { EventBus } from '../ports/event-bus.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { type LockOwner, streamLockName } from './locks.ts';
import { pause, untilStopped, withRetry } from './retry.ts';

/** How many images are finished and published together. */
const BATCH = 64;
/** How many images that wait for an outcome are read together. */
const PAGE = 1000;
/** How often streams are looked after where nothing is received. */
const ROUND_MS = 3000;
/** How often, and how long apart, a stream is asked for that another holds: perhaps for a moment only. */
const FREE_TRIES = 5;
const FREE_PAUSE_MS = 50;
/** The errors that concern the files of one stream alone. */
const OF_ONE_STREAM: ReadonlySet<ErrorCode> = new Set(['object_missing', 'object_conflict']);

export interface OutboxParts extends LockOwner, Observer {
  readonly catalog: Catalog;
  readonly store: ObjectStore;
  readonly bus: EventBus;
  readonly pipelineId: string;
  readonly roundMs?: number;
}

/**
 * The one way by which images are published: in the order of their numbers, each after its file lies under its key.
 * Whoever calls `publish` or `recover` holds the stream's lock.
 */
export interface Outbox {
  /** Finishes a stream's pending images and publishes what is not published. The answer is how many it published. */
  publish(stream: string): Promise<number>;
  /** Does what an interrupted receive left undone: publishes, and sweeps what no row names. */
  recover(stream: string): Promise<void>;
  /** Publishes a stream under its lock, where nobody else holds that; else answers who does. */
  publishIfFree(stream: string): Promise<{ readonly holder: string } | undefined>;
  /** Publishes what becomes unpublished in a stream whose lock the caller holds, as by a replay, every few seconds until `ended`. */
  pollUnpublished(stream: string, ended: AbortSignal): Promise<void>;
  /** Recovers the streams that nobody holds, now and every few seconds, until the signal; not the one that its caller has to do with. */
  recoverStreams(except: string): Promise<void>;
}

export function createOutbox(parts: OutboxParts): Outbox {
  const { catalog, store, bus, pipelineId, signal, roundMs = ROUND_MS, onReport, onStep } = parts;
  const retry = { stage: 'receive', signal, ...(onReport && { onReport }) } as const;
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

  function publish(stream: string): Promise<number> {
    return inTurn(stream, async () => {
      let published = 0;
      for (;;) {
        const batch = await withRetry(retry, () => publishBatch(stream));
        if (batch === 0) return published;
        published += batch;
      }
    });
  }

  function lock(stream: string): Promise<LockResult> {
    return withRetry(retry, () => catalog.lock(streamLockName(stream), parts.as));
  }

  async function publishIfFree(stream: string): Promise<{ holder: string } | undefined> {
    for (let tries = 1; ; tries += 1) {
      const answer = await lock(stream);
      if ('lock' in answer) {
        await publish(stream).finally(() => answer.lock.release());
        return undefined;
      }
      if (tries === FREE_TRIES) return answer;
      await pause(FREE_PAUSE_MS, signal);
    }
  }

  async function pollUnpublished(stream: string, ended: AbortSignal): Promise<void> {
    while (!ended.aborted) {
      await publish(stream);
      await sleep(roundMs, undefined, { signal: ended }).catch(() => {});
    }
  }

  /** An image whose message the log no longer holds, or never did, and that still waits for an outcome: unpublished. */
  async function clearStrays(stream: string): Promise<void> {
    for (let last = 0; ; ) {
      const page = await catalog.imagesInFlight(stream, last, PAGE);
      last = page.at(-1)?.number ?? 0;
      if (last === 0) return;
      const logs = await untilStopped(bus.logs(TOPICS.imageAnalysis), signal);
      await catalog.clearPublished(page.filter(({ position }) => !isInLog(position, bus.id, logs)));
    }
  }

  async function recover(stream: string): Promise<void> {
    await withRetry(retry, () => clearStrays(stream));
    const images = await publish(stream);
    if (images > 0) onReport?.({ kind: 'recovered', stream, images });
    await withRetry(retry, async () => store.removeIncoming(await store.listIncoming(stream)));
  }

  /** What is wrong with one stream's images is told once, and is no reason to leave the other streams alone. */
  async function recoverIfPossible(stream: string, blocked: Set<string>): Promise<void> {
    try {
      await recover(stream);
      blocked.delete(stream);
    } catch (thrown) {
      const error = asImgpipeError(thrown);
      if (thrown instanceof Stopped || !OF_ONE_STREAM.has(error.code)) throw thrown;
      if (!blocked.has(stream)) onReport?.({ kind: 'blocked', stream, error });
      blocked.add(stream);
    }
  }

  async function recoverStreams(except: string): Promise<void> {
    const blocked = new Set<string>();
    while (!signal.aborted) {
      for (const stream of await withRetry(retry, () => catalog.unpublishedStreams())) {
        if (stream === except) continue;
        const answer = await lock(stream);
        if (!('lock' in answer)) continue;
        await recoverIfPossible(stream, blocked).finally(() => answer.lock.release());
      }
      await sleep(roundMs, undefined, { signal }).catch(() => {});
    }
  }

  return {
    publish,
    recover,
    publishIfFree,
    pollUnpublished,
    recoverStreams: (except) =>
      recoverStreams(except).catch((error) => {
        if (!(error instanceof Stopped)) throw error;
      }),
  };
}
