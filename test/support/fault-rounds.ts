import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { STEPS, type Step } from '../../src/index.ts';
import type { Running } from './imgpipe.ts';
import { pick, seeded } from './random.ts';
import {
  drainAndCheck,
  drainHere,
  endOf,
  finish,
  receiveHere,
  type StageName,
  startStages as startStagesOf,
} from './running-stages.ts';
import type { Site } from './site.ts';
import { imagesIn, whatIsLost } from './whole.ts';

/** A round: one kill or stop at a new site, on any bus, a restart, and the check. The answer is what is wrong, in sentences. */
export type Round = (site: Site, seed: number) => Promise<string[]>;

const IMAGES = 12;
const ALL = { default: IMAGES };

/** Which program reaches a step when it runs alone. */
function programOf(step: Step): StageName | 'replay' {
  const [name] = step.split(':');
  return name === 'analyze' || name === 'alert' || name === 'replay' ? name : 'receive';
}

/** What must have been done for a step to be reached: before one of a replay, all that it replays is dead. */
async function prepareFor(site: Site, step: Step): Promise<void> {
  const program = programOf(step);
  if (program !== 'receive') await receiveHere(site, IMAGES);
  if (step === 'replay:marked') await drainHere(site, 'analyze', 'analyze:compared');
  if (program === 'alert' || step === 'replay:published') await drainHere(site, 'analyze');
  if (step === 'replay:published') await drainHere(site, 'alert', 'alert:text');
}

/** Starts the program that reaches a step, to be killed or stopped there. */
function startUntil(site: Site, step: Step, which: number, signal: 'SIGKILL' | 'SIGSTOP'): Running {
  return site.startProgram('stage-until-step.ts', programOf(step), String(IMAGES), step, String(which), signal);
}

/** Kills a stage's process with -9 at exactly this step, the `which`-th time that it is reached. */
export async function killAtStep(site: Site, step: Step, which: number): Promise<string[]> {
  await prepareFor(site, step);
  const { signal, status, stderr } = await startUntil(site, step, which, 'SIGKILL').ended;
  if (which === 1 && signal !== 'SIGKILL') return [`${step} was never reached (exit ${status}): ${stderr}`];
  const lost = await whatIsLost(site.data, site.bus);
  await receiveHere(site, IMAGES);
  return [...lost, ...(await drainAndCheck(site, ALL))];
}

/** Stops a stage's process at a step, lets a second one work or stand by meanwhile, and wakes the first. */
export async function stopAtStep(site: Site, step: Step): Promise<string[]> {
  await prepareFor(site, step);
  const program = programOf(step);
  const first = startUntil(site, step, 1, 'SIGSTOP');
  await untilStopped(first);
  const second = site.start(...SECOND[program]);
  await second.until(/standing by|is assigned|analyzed|\d alert|dead letter/);
  const lost = await whatIsLost(site.data, site.bus);
  first.child.kill('SIGCONT');
  const bad = [...(await endOf('the first', first)), ...(await endOf('the second', second))];
  return [...lost, ...bad, ...(await drainAndCheck(site, { default: program === 'receive' ? IMAGES + 4 : IMAGES }))];
}

/** What is done while a process is stopped. */
const SECOND = {
  receive: ['receive', '--count', '4'],
  analyze: ['analyze', '--drain'],
  alert: ['alert', '--drain'],
  replay: ['dead', 'replay', '--all'],
} as const;

/** One of the steps, at one of the times that it is reached. */
const killAtRandomStep: Round = (site, seed) => {
  const random = seeded(seed);
  return killAtStep(site, pick(random, STEPS), 1 + Math.floor(random() * 3));
};

/** Stops at one of the steps. */
const stopAtRandomStep: Round = (site, seed) => stopAtStep(site, pick(seeded(seed), STEPS));

/** The three real stages at work in processes of their own; one is killed with -9 at any time and started again. */
export const killAtRandomTime: Round = async (site, seed) => {
  const random = seeded(seed);
  const victim = pick(random, ['receive', 'analyze', 'alert'] as const);
  const stages = startStages(site);
  await sleep(100 + random() * 700 * site.pace);
  stages[victim].child.kill('SIGKILL');
  await stages[victim].ended;
  const lost = await whatIsLost(site.data, site.bus);
  if (victim === 'receive') await receiveHere(site, IMAGES);
  else stages[victim] = site.start(victim);
  return [...lost, ...(await finish(site, stages, ALL))];
};

/** `imgpipe run` is killed with -9 at any time and run again. */
export const killRun: Round = async (site, seed) => {
  const random = seeded(seed);
  const running = site.start('run', '--count', String(IMAGES), '--interval', '10ms');
  await sleep(100 + random() * 600 * site.pace);
  running.child.kill('SIGKILL');
  await running.ended;
  const lost = await whatIsLost(site.data, site.bus);
  const rest = IMAGES - (await imagesIn(site.data, 'default', site.bus));
  const bad = await endOf('run again', site.start('run', '--count', String(rest)));
  return [...lost, ...bad, ...(await drainAndCheck(site, ALL))];
};

/** Two receivers on one stream and two analyzers; one that is at work is killed, and the other takes over. */
export const killWithStandby: Round = async (site, seed) => {
  const random = seeded(seed);
  const stages = startStages(site);
  await stages.analyze.until(/broker/);
  const standby = site.start('analyze');
  const receiver = site.start('receive', '--count', '4');
  await sleep(100 + random() * 500 * site.pace);
  stages.analyze.child.kill('SIGKILL');
  await stages.analyze.ended;
  const lost = await whatIsLost(site.data, site.bus);
  const bad = await endOf('the second receiver', receiver);
  const wrong = await finish(site, { ...stages, analyze: standby }, { default: IMAGES + 4 });
  return [...lost, ...bad, ...wrong];
};

/** A stage is stopped at any time, and woken after others have done what they could. */
export const stopAtRandomTime: Round = async (site, seed) => {
  const random = seeded(seed);
  const victim = pick(random, ['receive', 'analyze', 'alert'] as const);
  const stages = startStages(site);
  await sleep(100 + random() * 500 * site.pace);
  stages[victim].child.kill('SIGSTOP');
  const second = victim === 'receive' ? site.start('receive', '--count', '0') : site.start(victim);
  await sleep(random() * 600 * site.pace);
  const lost = await whatIsLost(site.data, site.bus);
  stages[victim].child.kill('SIGCONT');
  const wrong = await finish(site, stages, ALL);
  second.child.kill('SIGTERM');
  await second.ended;
  return [...lost, ...wrong];
};

/** Dead images or events are replayed while their stages work; the replay is killed at any time and done again. */
export const killReplay: Round = async (site, seed) => {
  const random = seeded(seed);
  await prepareFor(site, pick(random, ['replay:marked', 'replay:published'] as const));
  const stages = startStages(site);
  const first = site.start('dead', 'replay', '--all');
  await sleep(100 + random() * 400 * site.pace);
  first.child.kill('SIGKILL');
  await first.ended;
  const lost = await whatIsLost(site.data, site.bus);
  const bad = await endOf('the second replay', site.start('dead', 'replay', '--all'));
  return [...lost, ...bad, ...(await finish(site, stages, { default: 2 * IMAGES }))];
};

export const ROUNDS: Readonly<Record<string, Round>> = {
  killAtRandomStep,
  stopAtRandomStep,
  killAtRandomTime,
  killRun,
  killWithStandby,
  stopAtRandomTime,
  killReplay,
};

function startStages(site: Site): Record<StageName, Running> {
  return startStagesOf(site, { count: IMAGES, interval: '20ms' });
}

async function untilStopped({ child }: Running): Promise<void> {
  // The state in /proc is `T` once a process is stopped.
  while (child.exitCode === null && !/^State:\tT/m.test(readFileSync(`/proc/${child.pid}/status`, 'utf8')))
    await sleep(5);
}
