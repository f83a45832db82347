import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config/settings.ts';
import { ImgpipeError, Stopped } from '../domain/errors.ts';
import type { Observer, StageName } from '../domain/reports.ts';
import { refuseOtherPipelines } from '../operations/other-pipelines.ts';
import { resolveLocation } from '../operations/resolve-location.ts';
import { type Lock, PIPELINE_LOCK } from '../ports/catalog/locks.ts';
import type { PipelineIdentity } from '../ports/catalog/pipeline.ts';
import type { EventBus } from '../ports/event-bus.ts';
import { whileOpened } from '../stages/catalog-watch.ts';
import { withHeartbeat } from '../stages/heartbeat.ts';
import { STANDBY_MS } from '../stages/locks/acquire-lock.ts';
import { holdingLock } from '../stages/locks/held-lock.ts';
import { pause, withRetry } from '../stages/retry.ts';
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
  readonly bus: EventBus;
  /** Aborts when the pipeline's lock is lost, or its catalog: the stage must stop writing and throw `Stopped`. */
  readonly lost: AbortSignal;
}

export interface SessionParts extends StartContext {
  readonly config: Pick<Config, 'wait' | 'asCopy'>;
  readonly adapters: Pick<Adapters, 'catalog' | 'store' | 'broker'>;
  /** What others see as the holder of a lock: `imgpipe receive (process 123)`. */
  readonly as: string;
  /** Checks that the bus is the pipeline's, or makes it that. */
  readonly bind: (bus: EventBus) => Promise<void>;
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
  const heartbeats = stages.map((name) => ({ stage: name, host: hostname(), process: process.pid }));
  // A stage that has started retries transient errors even without the setting `wait`.
  const waiting = { ...parts, config: { ...parts.config, wait: true } };
  let started = false;

  async function attempt(lost: AbortSignal): Promise<T> {
    const session = await prepare({ ...(started ? waiting : parts), signal: AbortSignal.any([signal, lost]) });
    started = true;
    try {
      return await work({ ...session, lost });
    } catch (error) {
      if (stage === undefined && lost.aborted && error instanceof Stopped && !signal.aborted) throw lockLost(parts);
      throw error;
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

async function prepare(parts: SessionParts): Promise<Omit<Session, 'lost'>> {
  const { store, broker } = parts.adapters;
  const pipeline = await checkedIdentity(parts.adapters);
  const onNotice = (text: string) => parts.onReport?.({ kind: 'broker_notice', text });
  const bus = await retryAtStart(parts, () => broker.open({ create: true, onNotice }));
  await retryAtStart(parts, () => refuseOtherPipelines(bus, pipeline));
  await retryAtStart(parts, () => parts.bind(bus));
  await retryAtStart(parts, () => store.collectGarbage());
  return { pipeline, bus };
}

async function bindExclusively(parts: SessionParts): Promise<void> {
  const { catalog, store, broker } = parts.adapters;
  const result = await catalog.lock(PIPELINE_LOCK, parts.as);
  if (!('lock' in result)) {
    throw new ImgpipeError(
      'in_use',
      `--rebind: ${store.address} is in use by ${result.holder}: stop that first, so that no stage works on the former broker`,
    );
  }
  try {
    await locate(parts);
    await checkedIdentity(parts.adapters);
    const bus = await retryAtStart(parts, () => broker.open({ create: true }));
    await retryAtStart(parts, async () => refuseOtherPipelines(bus, await catalog.identity()));
    await retryAtStart(parts, () => parts.bind(bus));
  } finally {
    await result.lock.release();
  }
}

/** Records where the catalog is, and shares the pipeline's lock. */
async function begin(parts: SessionParts): Promise<Lock> {
  await locate(parts);
  return sharePipeline(parts);
}

function locate({ adapters: { catalog, broker }, as, config: { asCopy }, onReport }: SessionParts): Promise<void> {
  const busId = async () => (await broker.open({ create: true })).id;
  return resolveLocation({
    catalog,
    as,
    asCopy,
    ...(broker.address !== 'embedded' && { sharedBus: busId }),
    ...(onReport && { onReport }),
  });
}

async function sharePipeline(parts: SessionParts): Promise<Lock> {
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

function lockLost({ command, adapters: { store } }: SessionParts): ImgpipeError {
  return new ImgpipeError(
    'in_use',
    `${command} lost the lock of ${store.address} and stopped: check the connection to the catalog, and run it again`,
  );
}
