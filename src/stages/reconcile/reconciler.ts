import { setTimeout as sleep } from 'node:timers/promises';
import { asImgpipeError, LockLost, Stopped } from '../../domain/errors.ts';
import type { Observer, StageName } from '../../domain/reports.ts';
import type { Catalog } from '../../ports/catalog/catalog.ts';
import type { StreamHolder } from '../../ports/catalog/images.ts';
import type { EventBus } from '../../ports/event-bus.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { EVENTS_LOCK, streamLockName } from '../locks/acquire-lock.ts';
import { whileHeld } from '../locks/held-lock.ts';
import { takeOver } from '../receive/take-over.ts';
import { pause } from '../retry.ts';
import { alongside } from './alongside.ts';
import { publishEvents } from './publish-events.ts';
import { publishImages } from './publish-images.ts';
import { type BusView, undeliveredStreams, viewBus } from './undelivered.ts';

/** How long to wait between two rounds. */
export const ROUND_MS = 3000;

/** What a reconciler needs of the catalog. */
export type ReconcileCatalog = Pick<
  Catalog,
  | 'lock'
  | 'now'
  | 'thresholds'
  | 'activeTechniques'
  | 'keepActive'
  | 'retireIdle'
  | 'anyOpen'
  | 'undeliverableStreams'
  | 'undeliverableImages'
  | 'undeliverableEvents'
  | 'fenceStream'
  | 'pendingImages'
  | 'pendingStreams'
  | 'images'
  | 'writeImages'
  | 'withdrawImages'
  | 'events'
  | 'fenceEvents'
  | 'markEventsPublished'
>;

export interface ReconcileParts extends Observer {
  readonly stage: StageName;
  readonly catalog: ReconcileCatalog;
  readonly store: Pick<ObjectStore, 'writesLate' | 'digest' | 'remove'>;
  readonly bus: Pick<EventBus, 'id' | 'publish' | 'committed' | 'logs'>;
  readonly pipelineId: string;
  /** The technique that images wait for while none is in use. */
  readonly defaultTechnique: string;
  /** What others see as the holder of a lock: `imgpipe receive (process 123)`. */
  readonly as: string;
  readonly signal: AbortSignal;
  /** Aborts when a lock of the stage is lost. */
  readonly lost: AbortSignal;
  /** Which images it publishes: those owed to any technique, to one, or none. */
  readonly images: 'all' | 'none' | { readonly technique: string };
  readonly events: boolean;
  /** A technique that this process analyzes with. */
  readonly analyzes?: string | undefined;
  /** How long after its last analyzer ended images are owed to a technique. */
  readonly techniqueIdleMs: number;
  /** Looks at the bus before each round. Throws `bus_differs` if it is not the pipeline's any more. */
  checkBus?(): Promise<void>;
  readonly everyMs?: number;
}

/** A stream that the caller receives into, whose lock it holds. */
export interface OwnStream {
  readonly holder: StreamHolder;
  readonly lost: AbortSignal;
  isPublishing(number: number): boolean;
}

/** Publishes what is open and whose message will not be delivered: after lost messages, offsets, brokers and processes. */
export interface Reconciler {
  /** One round. Resolves with the number of messages published; 0 after a transient error, which the stage itself reports. */
  round(): Promise<number>;
  /** A round, and then others every few seconds while the work runs. If one of the two fails, both end. */
  during<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Lets the caller keep the lock of a stream, until the returned function is called. */
  own(stream: OwnStream): () => void;
  /** Publishes the images of one stream. Resolves with the holder if another process holds its lock. */
  publishStream(stream: string): Promise<{ readonly holder: string } | undefined>;
}

/** How often, and how far apart, to try a lock that another process may hold for a moment only. */
const LOCK_TRIES = 5;
const LOCK_PAUSE_MS = 50;
/** How often activity is noted within the time after which a technique is idle. */
const NOTES_PER_IDLE_TIME = 10;

export function createReconciler(parts: ReconcileParts): Reconciler {
  const { stage, as, everyMs = ROUND_MS, onReport } = parts;
  const signal = AbortSignal.any([parts.signal, parts.lost]);
  const catalog = whileHeld(parts.catalog, parts.lost);
  const bus = whileHeld(parts.bus, parts.lost);
  const retry = { stage, signal, ...(onReport && { onReport }) } as const;
  const named = new Set<string>();
  let own: OwnStream | undefined;
  let nextNote = 0;

  const techniquesIn = (used: readonly (string | null)[]) =>
    typeof parts.images === 'object' ? [parts.images.technique] : used;

  /** The caller has read the view under the lock: before, another stage may have published. */
  function publishAs(
    holder: StreamHolder,
    lost: AbortSignal,
    view: BusView,
    isPublishing?: OwnStream['isPublishing'],
  ): Promise<number> {
    return publishImages(
      {
        ...parts,
        catalog: whileHeld(parts.catalog, lost),
        bus: whileHeld(parts.bus, lost),
        holder,
        signal: AbortSignal.any([signal, lost]),
        techniques: techniquesIn(view.techniques),
        named,
        ...(isPublishing && { isPublishing }),
      },
      view,
    );
  }

  /** Resolves with 0 if the lock is lost meanwhile: another process has what it protects. */
  async function unlessLost(lost: AbortSignal, work: () => Promise<number>): Promise<number> {
    try {
      return await work();
    } catch (error) {
      const isLost = error instanceof LockLost || (error instanceof Stopped && lost.aborted);
      if (isLost && !signal.aborted) return 0;
      throw error;
    }
  }

  /** Publishes in the caller's own stream, whose lock it has held since before this view. */
  function inOwnStream({ holder, lost, isPublishing }: OwnStream, view: BusView): Promise<number> {
    return unlessLost(lost, () => publishAs(holder, lost, view, isPublishing));
  }

  /** Takes a stream's lock, completes what the previous holder left, and publishes. */
  async function inStream(stream: string): Promise<number | { readonly holder: string }> {
    const result = await catalog.lock(streamLockName(stream), as);
    if (!('lock' in result)) return result;
    const { lock } = result;
    const lost = AbortSignal.any([parts.lost, lock.lost]);
    const holder = { stream, token: lock.token };
    const held = { catalog: whileHeld(parts.catalog, lost), store: whileHeld(parts.store, lost) };
    try {
      return await unlessLost(lost, async () => {
        await takeOver({ ...parts, ...held, holder, retry });
        return publishAs(holder, lost, await viewBus(catalog, bus, parts.defaultTechnique));
      });
    } finally {
      await lock.release();
    }
  }

  /** Publishes in the streams with undelivered images, and in those that an interrupted receiver has left images in. */
  async function imageRound(pending: readonly string[]): Promise<number> {
    const mine = own;
    const view = await viewBus(catalog, bus, parts.defaultTechnique);
    const undelivered = await undeliveredStreams(catalog, view, techniquesIn(view.techniques));
    let published = 0;
    for (const stream of new Set([...pending, ...undelivered])) {
      const isMine = mine !== undefined && mine === own && stream === mine.holder.stream;
      const result = isMine ? await inOwnStream(mine, view) : await inStream(stream);
      if (typeof result === 'number') published += result;
    }
    return published;
  }

  async function eventRound(): Promise<number> {
    const result = await catalog.lock(EVENTS_LOCK, as);
    if (!('lock' in result)) return 0;
    const { lock } = result;
    try {
      return await unlessLost(lock.lost, async () => {
        const view = await viewBus(catalog, bus, parts.defaultTechnique);
        return publishEvents({ ...parts, catalog, bus, signal, lock }, view);
      });
    } finally {
      await lock.release();
    }
  }

  /** Says that a technique is in use, and retires those that are not. */
  async function noteActivity(): Promise<void> {
    if (performance.now() < nextNote) return;
    nextNote = performance.now() + parts.techniqueIdleMs / NOTES_PER_IDLE_TIME;
    if (parts.analyzes !== undefined) await catalog.keepActive(parts.analyzes);
    const since = new Date(Date.parse(await catalog.now()) - parts.techniqueIdleMs).toISOString();
    for (const technique of await catalog.retireIdle(since)) onReport?.({ kind: 'technique_idle', technique });
  }

  async function publishAll(): Promise<number> {
    await noteActivity();
    await parts.checkBus?.();
    const open = await catalog.anyOpen();
    const pending = parts.images === 'all' ? await catalog.pendingStreams() : [];
    let published = 0;
    if ((open.images && parts.images !== 'none') || pending.length > 0) published += await imageRound(pending);
    if (open.events && parts.events) published += await eventRound();
    return published;
  }

  async function round(): Promise<number> {
    if (signal.aborted) return 0;
    try {
      return await publishAll();
    } catch (thrown) {
      if (signal.aborted || asImgpipeError(thrown).blame === 'transient') return 0;
      throw thrown;
    }
  }

  async function rounds(ended: AbortSignal): Promise<void> {
    const either = AbortSignal.any([ended, signal]);
    for (;;) {
      await sleep(everyMs, undefined, { signal: either }).catch(() => {});
      if (either.aborted) return;
      await round();
    }
  }

  return {
    round,

    async during(work) {
      await round();
      return alongside(parts.signal, rounds, work);
    },

    own(stream) {
      own = stream;
      return () => {
        if (own === stream) own = undefined;
      };
    },

    async publishStream(stream) {
      for (let tries = 1; ; tries += 1) {
        const result = await inStream(stream);
        if (typeof result === 'number') return undefined;
        if (tries === LOCK_TRIES) return result;
        await pause(LOCK_PAUSE_MS, signal);
      }
    },
  };
}
