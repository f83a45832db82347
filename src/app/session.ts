import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config/settings.ts';
import { ImgpipeError } from '../domain/errors.ts';
import type { Observer, StageName } from '../domain/reports.ts';
import { type Claim, FOLDER_CLAIM, type PipelineIdentity } from '../ports/catalog.ts';
import type { EventBus } from '../ports/event-bus.ts';
import { withHeartbeat } from '../stages/heartbeat.ts';
import { patiently } from '../stages/retry.ts';
import type { Adapters } from './adapters.ts';

/** Who works here, and how long it is willing to wait at the start. */
export interface Worker {
  readonly config: Pick<Config, 'wait'>;
  readonly command: string;
  /** Ends the waiting for what is out of reach, with the setting `wait`. */
  readonly signal?: AbortSignal | undefined;
  readonly onReport?: Observer['onReport'] | undefined;
}

/** What a stage finds when it begins. */
export interface Workplace {
  readonly pipeline: PipelineIdentity;
  readonly bus: EventBus;
}

export interface WorkplaceParts extends Worker {
  readonly adapters: Pick<Adapters, 'catalog' | 'store' | 'broker'>;
  readonly as: string;
  /** Makes sure that the bus is the pipeline's. */
  readonly bind: (bus: EventBus) => Promise<void>;
}

/** How long a broker may take to answer at the start. */
export const LONGEST_OPEN_MS = 4000;

/** Work at the start: with the setting `wait` it is tried again until the surroundings let it succeed. */
export async function reached<T>({ config, command, signal, onReport }: Worker, work: () => Promise<T>): Promise<T> {
  if (!config.wait) return work();
  const stage = command === 'analyze' || command === 'alert' ? command : 'receive';
  return patiently({ stage, signal: signal ?? new AbortController().signal, ...(onReport && { onReport }) }, work);
}

/** Does the work of stages with their heartbeats, while the folder is known to be in use and the broker has answered. */
export async function atWork<T>(
  stages: readonly StageName[],
  parts: WorkplaceParts,
  work: (at: Workplace) => Promise<T>,
): Promise<T> {
  const { catalog } = parts.adapters;
  const claim = await reached(parts, () => shareFolder(parts));
  const beating = stages.map((stage) => ({ stage, host: hostname(), process: process.pid }));
  try {
    return await withHeartbeat({ catalog, stages: beating }, async () => work(await prepare(parts)));
  } finally {
    await claim.release();
  }
}

/** The pipeline's identity. Throws `clean_unfinished` where a clean was broken off. */
export async function checked({ catalog, store }: Pick<Adapters, 'catalog' | 'store'>): Promise<PipelineIdentity> {
  const identity = await catalog.identity();
  if (!identity.cleaning) return identity;
  throw new ImgpipeError('clean_unfinished', `a clean of ${store.address} was broken off: run 'imgpipe clean' again`);
}

async function prepare(parts: WorkplaceParts): Promise<Workplace> {
  const { store, broker } = parts.adapters;
  const pipeline = await checked(parts.adapters);
  const bus = await reached(parts, () => broker.open({ create: true, withinMs: LONGEST_OPEN_MS }));
  await reached(parts, () => parts.bind(bus));
  await reached(parts, () => store.sweep());
  return { pipeline, bus };
}

async function shareFolder({ adapters: { catalog, store }, as }: WorkplaceParts): Promise<Claim> {
  for (let tries = 1; ; tries += 1) {
    const answer = await catalog.claim(FOLDER_CLAIM, as, 'shared');
    if ('claim' in answer) return answer.claim;
    // A clean that is about to be refused holds the folder for a moment.
    if (tries === 5) throw new ImgpipeError('at_work', `${store.address} is being cleaned by ${answer.heldBy}`);
    await sleep(20);
  }
}
