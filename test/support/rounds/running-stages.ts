import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Step } from '../../../src/index.ts';
import type { Running } from '../imgpipe.ts';
import { objectsOf } from '../s3/store-settings.ts';
import type { Site } from './site.ts';
import { findProblems, imageCount } from './site-checks.ts';

export type StageName = 'receive' | 'analyze' | 'alert';
export type Stages = Readonly<Record<StageName, Running>>;

/** A stage that takes longer to stop is considered hung. */
const MAX_STOP_MS = 12_000;
/** Alerts that take longer are considered lost. */
const MAX_ALERT_MS = 45_000;

/** The options of the receiver of a generated stream. */
export interface Generated {
  readonly count: number;
  readonly interval: string;
}

/** Starts the three stages, each in its own process. The caller stops the two endless ones. */
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

/** Stops an endless stage with SIGTERM and checks its exit. */
export async function stopStage(name: string, stage: Running, exit = 0): Promise<string[]> {
  // Before its first output it may not handle signals yet.
  await stage.until(/broker/);
  stage.child.kill('SIGTERM');
  const over = new AbortController();
  const end = await Promise.race([
    stage.ended,
    sleep(MAX_STOP_MS, undefined, { signal: over.signal }).catch(() => undefined),
  ]);
  over.abort();
  if (end !== undefined) return checkExit(`${name} after SIGTERM`, end, exit);
  stage.child.kill('SIGKILL');
  return [`${name} still runs ${MAX_STOP_MS / 1000} s after SIGTERM: ${stage.stderr()}`];
}

/** Checks the exit of a process that ends by itself. */
export async function checkEnd(name: string, running: Running): Promise<string[]> {
  return checkExit(name, await running.ended, 0);
}

/** Waits for this many alerts. Resolves with a problem if they do not appear. */
export async function waitForAlerts(site: Site, count: number): Promise<string[]> {
  const alerts = () => {
    const folder = path.join(objectsOf(site.data, site.bus), 'image_event_alerts');
    return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.txt')).length : 0;
  };
  const deadline = performance.now() + MAX_ALERT_MS;
  while (alerts() < count) {
    if (performance.now() > deadline) return [`${alerts()} alerts after ${MAX_ALERT_MS / 1000} s, not ${count}`];
    await sleep(20);
  }
  return [];
}

/** Waits for the receiver, stops the others, drains the pipeline and checks it. */
export async function finish(site: Site, stages: Stages, streams: Readonly<Record<string, number>>): Promise<string[]> {
  const received = await stages.receive.ended;
  const problems = received.signal === 'SIGKILL' ? [] : checkExit('receive', received, 0);
  for (const name of ['analyze', 'alert'] as const) problems.push(...(await stopStage(name, stages[name])));
  return [...problems, ...(await drainAndCheck(site, streams))];
}

/** Drains the pipeline and checks it. */
export async function drainAndCheck(site: Site, streams: Readonly<Record<string, number>>): Promise<string[]> {
  await drainInProcess(site, 'analyze');
  await drainInProcess(site, 'alert');
  return findProblems(site.data, streams, site.bus);
}

/** Runs a stage in this process until its input is empty, optionally with a bug at a step. */
export async function drainInProcess(site: Site, stage: 'analyze' | 'alert', bugAt?: Step): Promise<void> {
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

/** Receives a picture in this process, into the default stream. */
export async function receiveFile(site: Site, file: string): Promise<void> {
  await receiveMore(site, 1, 'default', [file]);
}

/** Receives in this process until the default stream has this many images. */
export async function receiveInProcess(site: Site, images: number): Promise<void> {
  await receiveMore(site, await missingImages(site, images));
}

/** How many images a stream still lacks, once what an interrupted receiver has left in it is settled. */
export async function missingImages(site: Site, images: number, stream = 'default'): Promise<number> {
  await receiveMore(site, 0, stream);
  return Math.max(0, images - (await imageCount(site.data, stream, site.bus)));
}

async function receiveMore(site: Site, count: number, stream = 'default', files: string[] = []): Promise<void> {
  const pipeline = await site.open({ count, stream });
  try {
    await pipeline.receive(files, { signal: new AbortController().signal });
  } finally {
    await pipeline.close();
  }
}

/** Checks the exit status of a process. */
export function checkExit(name: string, { status, signal, stderr }: Awaited<Running['ended']>, exit: number): string[] {
  return status === exit ? [] : [`${name}: exit ${status ?? signal} instead of ${exit}: ${stderr}`];
}
