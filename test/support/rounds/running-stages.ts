import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Step } from '../../../src/index.ts';
import type { Running } from '../imgpipe.ts';
import type { Site } from './site.ts';
import { imagesIn, whatIsWrong } from './site-checks.ts';

export type StageName = 'receive' | 'analyze' | 'alert';
export type Stages = Readonly<Record<StageName, Running>>;

/** A stage that is told to stop and does not within this long, hangs. */
const HANGS_AFTER_MS = 12_000;
/** What has not come this long after all that it needs was there, does not come. */
const NEVER_AFTER_MS = 45_000;

/** What the receiver of `startStages` is told. */
export interface Generated {
  readonly count: number;
  readonly interval: string;
}

/** The three real stages, each in a process of its own; the two that are endless are told to stop by whoever started them. */
export function startStages(site: Site, generated: Generated): Record<StageName, Running> {
  return {
    alert: site.start('alert'),
    analyze: site.start('analyze'),
    receive: startReceiver(site, generated),
  };
}

export function startReceiver(site: Site, { count, interval }: Generated, stream = 'default'): Running {
  return site.start('receive', '--count', String(count), '--interval', interval, '--stream', stream);
}

/** Tells an endless stage to stop; the answer is what was wrong with its end. */
export async function tellToStop(name: string, stage: Running, exit = 0): Promise<string[]> {
  // Before it has said a word it may not be listening to signals yet.
  await stage.until(/broker/);
  stage.child.kill('SIGTERM');
  const over = new AbortController();
  const end = await Promise.race([
    stage.ended,
    sleep(HANGS_AFTER_MS, undefined, { signal: over.signal }).catch(() => undefined),
  ]);
  over.abort();
  if (end !== undefined) return wrongEnd(`${name}, told to stop`, end, exit);
  stage.child.kill('SIGKILL');
  return [`${name}, told to stop, is still there after ${HANGS_AFTER_MS / 1000} s: ${stage.stderr()}`];
}

/** What was wrong with the end of a process that was to end by itself. */
export async function endOf(name: string, running: Running): Promise<string[]> {
  return wrongEnd(name, await running.ended, 0);
}

/** Waits until there are so many alerts; the answer is that they do not come. */
export async function untilAlerts(site: Site, count: number): Promise<string[]> {
  const folder = path.join(site.data, 'image_event_alerts');
  const alerts = () => (existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.txt')).length : 0);
  const giveUp = performance.now() + NEVER_AFTER_MS;
  while (alerts() < count) {
    if (performance.now() > giveUp) return [`${alerts()} alerts after ${NEVER_AFTER_MS / 1000} s, not ${count}`];
    await sleep(20);
  }
  return [];
}

/** Lets the receiver end, tells the others to stop, does what still waits, and checks. */
export async function finish(site: Site, stages: Stages, streams: Readonly<Record<string, number>>): Promise<string[]> {
  const received = await stages.receive.ended;
  const bad = received.signal === 'SIGKILL' ? [] : wrongEnd('receive', received, 0);
  for (const name of ['analyze', 'alert'] as const) bad.push(...(await tellToStop(name, stages[name])));
  return [...bad, ...(await drainAndCheck(site, streams))];
}

/** Does what still waits, and checks. */
export async function drainAndCheck(site: Site, streams: Readonly<Record<string, number>>): Promise<string[]> {
  await drainHere(site, 'analyze');
  await drainHere(site, 'alert');
  return whatIsWrong(site.data, streams, site.bus);
}

/** Runs a stage in this process until its input is empty. A bug may keep it from passing a step. */
export async function drainHere(site: Site, stage: 'analyze' | 'alert', bugAt?: Step): Promise<void> {
  const pipeline = await site.open();
  const onStep = (step: Step) => {
    if (step === bugAt) throw new TypeError(`a bug at ${step}`);
  };
  try {
    await pipeline[stage]({ signal: new AbortController().signal, drain: true, onStep });
  } finally {
    await pipeline.close();
  }
}

/** Receives in this process until the default stream has so many images. */
export async function receiveHere(site: Site, images: number): Promise<void> {
  const count = Math.max(0, images - (await imagesIn(site.data, 'default', site.bus)));
  const pipeline = await site.open({ count });
  try {
    await pipeline.receive([], { signal: new AbortController().signal });
  } finally {
    await pipeline.close();
  }
}

/** What is wrong with an end that was to have this exit. */
export function wrongEnd(name: string, { status, signal, stderr }: Awaited<Running['ended']>, exit: number): string[] {
  return status === exit ? [] : [`${name}: exit ${status ?? signal} instead of ${exit}: ${stderr}`];
}
