import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config/settings.ts';
import { ImgpipeError } from '../domain/errors.ts';
import type { Observer, StageName } from '../domain/reports.ts';
import { type Lock, PIPELINE_LOCK } from '../ports/catalog/locks.ts';
import type { PipelineIdentity } from '../ports/catalog/pipeline.ts';
import type { EventBus } from '../ports/event-bus.ts';
import { withHeartbeat } from '../stages/heartbeat.ts';
import { withRetry } from '../stages/retry.ts';
import type { Adapters } from './adapters.ts';

/** Who works here, and how long it is willing to wait at the start. */
export interface StartContext {
  readonly config: Pick<Config, 'wait'>;
  readonly command: string;
  /** Ends the waiting for what is out of reach, with the setting `wait`. */
  readonly signal?: AbortSignal | undefined;
  readonly onReport?: Observer['onReport'] | undefined;
}

/** What a stage finds when it begins. */
export interface Session {
  readonly pipeline: PipelineIdentity;
  readonly bus: EventBus;
}

export interface SessionParts extends StartContext {
  readonly adapters: Pick<Adapters, 'catalog' | 'store' | 'broker'>;
  readonly as: string;
  /** Makes sure that the bus is the pipeline's. */
  readonly bind: (bus: EventBus) => Promise<void>;
}

/** How long a broker may take to answer at the start. */
export const MAX_OPEN_MS = 4000;

/** Work at the start: with the setting `wait` it is tried again until the surroundings let it succeed. */
export async function retryAtStart<T>(
  { config, command, signal, onReport }: StartContext,
  work: () => Promise<T>,
): Promise<T> {
  if (!config.wait) return work();
  const stage = command === 'analyze' || command === 'alert' ? command : 'receive';
  return withRetry({ stage, signal: signal ?? new AbortController().signal, ...(onReport && { onReport }) }, work);
}

/** Does the work of stages with their heartbeats, while the folder is known to be in use and the broker has answered. */
export async function withSession<T>(
  stages: readonly StageName[],
  parts: SessionParts,
  work: (at: Session) => Promise<T>,
): Promise<T> {
  const { catalog } = parts.adapters;
  const lock = await retryAtStart(parts, () => sharePipeline(parts));
  const beating = stages.map((stage) => ({ stage, host: hostname(), process: process.pid }));
  try {
    return await withHeartbeat({ catalog, stages: beating }, async () => work(await prepare(parts)));
  } finally {
    await lock.release();
  }
}

/** The pipeline's identity. Throws `clean_unfinished` where a clean was broken off. */
export async function checkedIdentity({
  catalog,
  store,
}: Pick<Adapters, 'catalog' | 'store'>): Promise<PipelineIdentity> {
  const identity = await catalog.identity();
  if (!identity.cleaning) return identity;
  throw new ImgpipeError('clean_unfinished', `a clean of ${store.address} was broken off: run 'imgpipe clean' again`);
}

async function prepare(parts: SessionParts): Promise<Session> {
  const { store, broker } = parts.adapters;
  const pipeline = await checkedIdentity(parts.adapters);
  const bus = await retryAtStart(parts, () => broker.open({ create: true, withinMs: MAX_OPEN_MS }));
  await retryAtStart(parts, () => parts.bind(bus));
  await retryAtStart(parts, () => store.collectGarbage());
  return { pipeline, bus };
}

async function sharePipeline({ adapters: { catalog, store }, as }: SessionParts): Promise<Lock> {
  for (let tries = 1; ; tries += 1) {
    const answer = await catalog.lock(PIPELINE_LOCK, as, 'shared');
    if ('lock' in answer) return answer.lock;
    // A clean that is about to be refused holds the folder for a moment.
    if (tries === 5) throw new ImgpipeError('in_use', `${store.address} is being cleaned by ${answer.holder}`);
    await sleep(20);
  }
}
