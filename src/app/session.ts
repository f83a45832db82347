import { setTimeout as sleep } from 'node:timers/promises';
import { processTable, tableName } from '../base/process-table.ts';
import type { Config } from '../config/settings.ts';
import { ImgpipeError, LockLost, Stopped } from '../domain/errors.ts';
import type { Observer, StageName } from '../domain/reports.ts';
import { exclusively, lockLost } from '../operations/exclusively.ts';
import { refuseOtherPipelines } from '../operations/other-pipelines.ts';
import { refuseOtherStore } from '../operations/other-store.ts';
import { resolveLocation } from '../operations/resolve-location.ts';
import { refuseTransfer } from '../operations/transfers.ts';
import type { Catalog } from '../ports/catalog/catalog.ts';
import { type Lock, PIPELINE_LOCK } from '../ports/catalog/locks.ts';
import type { PipelineIdentity } from '../ports/catalog/pipeline.ts';
import type { EventBus } from '../ports/event-bus.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { whileOpened } from '../stages/catalog-watch.ts';
import { withHeartbeat } from '../stages/heartbeat.ts';
import { STANDBY_MS } from '../stages/locks/acquire-lock.ts';
import { holdingLock } from '../stages/locks/held-lock.ts';
import { pause, withRetry } from '../stages/retry.ts';
import { stoppable } from '../stages/stoppable.ts';
import { type Adapters, checkedIdentity } from './adapters.ts';

/** Which command starts, and whether it waits for unreachable services. */
export interface StartContext {
  readonly config: Pick<Config, 'wait'>;
  readonly command: string;
  /** Ends the retries of the setting `wait`. */
  readonly signal?: AbortSignal | undefined;
  readonly onReport?: Observer['onReport'] | undefined;
}

/** What a stage starts with. */
export interface Session {
  readonly pipeline: PipelineIdentity;
  /** The catalog of this pipeline: after a `clean` that the stage has not noticed, its writes fail. */
  readonly catalog: Catalog;
  /** The store of this pipeline. */
  readonly store: ObjectStore;
  readonly bus: EventBus;
  /** Aborts when the pipeline's lock is lost, or its catalog: the stage must stop writing and throw `Stopped`. */
  readonly lost: AbortSignal;
  /** Does what a stage begins with. Retries transient errors with the setting `wait`, and always once the stage has started. */
  atStart<T>(work: () => Promise<T>): Promise<T>;
}

export interface SessionParts extends StartContext {
  readonly config: Pick<Config, 'wait' | 'asCopy'>;
  readonly adapters: Pick<Adapters, 'catalog' | 'store' | 'storeOf' | 'broker'>;
  /** What others see as the holder of a lock: `imgpipe receive (process 123)`. */
  readonly as: string;
  /** Checks that the bus is the pipeline's, or makes it that. `token` is that of an exclusive lock. */
  readonly bind: (bus: EventBus, as: { readonly catalog: Catalog; readonly token?: string }) => Promise<void>;
  /** Whether `bind` needs the pipeline's lock exclusively. */
  readonly exclusive?: boolean;
}

/** How often, and how far apart, a command tries the pipeline's lock. */
const LOCK_TRIES = 5;
const LOCK_PAUSE_MS = 20;

/** Runs work at the start. With the setting `wait`, retries it on transient errors. */
export async function retryAtStart<T>(
  { config, command, signal, onReport }: StartContext,
  work: () => Promise<T>,
): Promise<T> {
  if (!config.wait) return work();
  const stage = command === 'analyze' || command === 'alert' ? command : 'receive';
  return withRetry({ stage, signal: signal ?? new AbortController().signal, ...(onReport && { onReport }) }, work);
}

/**
 * Runs stages with their heartbeats while they share the pipeline's lock, once the broker has answered. If the lock is
 * lost, acquires it again and runs the work again. Work without a stage is not run again, but fails with `in_use`.
 */
export async function withSession<T>(
  stages: readonly StageName[],
  parts: SessionParts,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const { adapters, onReport, signal = new AbortController().signal } = parts;
  const [stage] = stages;
  if (parts.exclusive === true) await bindExclusively(parts);
  const host = tableName(processTable());
  const heartbeats = stages.map((name) => ({ stage: name, host, process: process.pid }));
  // A stage that has started retries transient errors even without the setting `wait`.
  const waiting = { ...parts, config: { ...parts.config, wait: true } };
  let started = false;

  async function attempt(held: AbortSignal): Promise<T> {
    const fenced = new AbortController();
    const lost = AbortSignal.any([held, fenced.signal]);
    const startParts = { ...(started ? waiting : parts), signal: AbortSignal.any([signal, lost]) };
    const session = await prepare(startParts, () => fenced.abort());
    started = true;
    try {
      return await work({ ...session, lost, atStart: (work) => retryAtStart(startParts, work) });
    } catch (error) {
      if (signal.aborted) throw error;
      const isStopped = lost.aborted && error instanceof Stopped;
      if (!isStopped && !(await isAnother(adapters.catalog, session.pipeline))) throw error;
      throw stage === undefined ? lockLost({ ...parts, address: adapters.store.address }) : new LockLost();
    }
  }

  return holdingLock(
    {
      stage: stage ?? 'receive',
      name: PIPELINE_LOCK,
      signal,
      acquire: (again) =>
        again ? retryAtStart(waiting, () => standBy(parts, signal)) : retryAtStart(parts, () => begin(parts)),
      ...(onReport && { onReport }),
    },
    ({ lost }) =>
      withHeartbeat({ catalog: adapters.catalog, stages: heartbeats }, () =>
        whileOpened(adapters, (replaced) => attempt(AbortSignal.any([lost, replaced]))),
      ),
  );
}

/** The caller shares the pipeline's lock. `onLost` is called when a write finds that this lock has been lost. */
async function prepare(parts: SessionParts, onLost: () => void): Promise<Omit<Session, 'lost' | 'atStart'>> {
  const { pipeline, catalog } = await retryAtStart(parts, () => sharedCatalog(parts.adapters, onLost));
  const store = storeOf(parts, pipeline);
  await retryAtStart(parts, () => refuseOtherStore({ catalog, store }));
  const bus = await retryAtStart(parts, () => openBus(parts));
  await retryAtStart(parts, () => refuseOtherPipelines(bus, pipeline));
  await retryAtStart(parts, () => parts.bind(bus, { catalog }));
  // Creates missing topics, once nothing is refused any more.
  await retryAtStart(parts, () => bus.renew());
  await retryAtStart(parts, () => store.collectGarbage());
  return { pipeline, catalog, store, bus };
}

/** The store of the pipeline. Its server may be silent for long, and must not keep the stage from ending. */
function storeOf({ adapters, signal }: SessionParts, { pipelineId }: PipelineIdentity): ObjectStore {
  const store = adapters.storeOf(pipelineId);
  return store.writesLate && signal !== undefined ? stoppable(store, signal) : store;
}

/** The pipeline and its catalog as those use it who share its lock. */
async function sharedCatalog(
  adapters: Pick<Adapters, 'catalog' | 'store'>,
  onLost?: () => void,
): Promise<Pick<Session, 'pipeline' | 'catalog'>> {
  // A catalog whose pipeline has moved stays fenced.
  refuseTransfer(await adapters.catalog.identity(), adapters.catalog.address);
  // Whoever held the lock exclusively before writes no more.
  await adapters.catalog.fencePipeline(null);
  const pipeline = await checkedIdentity(adapters);
  return { pipeline, catalog: adapters.catalog.forPipeline(pipeline.pipelineId, onLost) };
}

/**
 * Whether the pipeline has been cleaned. Then the error of work that has not noticed it is a consequence: messages of the
 * pipeline that is there now are a stranger's to it, and its bus may be another one.
 */
async function isAnother(catalog: Catalog, { pipelineId }: PipelineIdentity): Promise<boolean> {
  const now = await catalog.identity().catch(() => undefined);
  return now !== undefined && now.pipelineId !== pipelineId;
}

/** Runs a command's work without a bus while it shares the pipeline's lock. Throws `in_use` if the lock is lost. */
export async function withSharedCatalog<T>(
  parts: Pick<SessionParts, 'adapters' | 'as'>,
  work: (catalog: Catalog) => Promise<T>,
): Promise<T> {
  const lock = await sharePipeline(parts);
  try {
    const { catalog } = await sharedCatalog(parts.adapters);
    return await work(catalog);
  } catch (error) {
    throw error instanceof LockLost ? lockLost({ ...parts, address: parts.adapters.store.address }) : error;
  } finally {
    await lock.release();
  }
}

/** Opens the bus, which is checked the first time, and reports what will cause trouble. */
function openBus({ adapters: { broker }, onReport }: SessionParts): Promise<EventBus> {
  return broker.open({ check: true, onNotice: (text) => onReport?.({ kind: 'broker_notice', text }) });
}

async function bindExclusively(parts: SessionParts): Promise<void> {
  const { as, adapters } = parts;
  const { catalog, store } = adapters;
  const { address } = store;
  const inUse = (holder: string) =>
    `--rebind: ${address} is in use by ${holder}: stop that first, so that no stage works on the former broker`;
  await locate(parts);
  await exclusively({ catalog, as, address, inUse }, async ({ token }) => {
    await checkedIdentity(adapters);
    const bus = await retryAtStart(parts, () => openBus(parts));
    await retryAtStart(parts, async () => refuseOtherPipelines(bus, await catalog.identity()));
    await retryAtStart(parts, () => parts.bind(bus, { catalog, token }));
  });
}

/** Records where the catalog is, and shares the pipeline's lock. */
async function begin(parts: SessionParts): Promise<Lock> {
  await locate(parts);
  return sharePipeline(parts);
}

function locate(parts: SessionParts): Promise<void> {
  const {
    adapters: { catalog, broker },
    as,
    config: { asCopy },
    onReport,
  } = parts;
  const busId = async () => (await openBus(parts)).id;
  return resolveLocation({
    catalog,
    as,
    asCopy,
    ...(broker.address !== 'embedded' && { sharedBus: busId }),
    ...(onReport && { onReport }),
  });
}

async function sharePipeline(parts: Pick<SessionParts, 'adapters' | 'as'>): Promise<Lock> {
  const { catalog, store } = parts.adapters;
  for (let tries = 1; ; tries += 1) {
    const result = await catalog.lock(PIPELINE_LOCK, parts.as, 'shared');
    if ('lock' in result) return result.lock;
    // A clean holds the lock for a moment even if it is about to be refused.
    if (tries === LOCK_TRIES) throw new ImgpipeError('in_use', `${store.address} is being cleaned by ${result.holder}`);
    await sleep(LOCK_PAUSE_MS);
  }
}

/** Acquires the lost lock again, after a clean if one runs. */
async function standBy({ adapters: { catalog }, as }: SessionParts, signal: AbortSignal): Promise<Lock> {
  for (;;) {
    const result = await catalog.lock(PIPELINE_LOCK, as, 'shared');
    if ('lock' in result) return result.lock;
    await pause(STANDBY_MS, signal);
  }
}
