import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { STEPS, type Step } from '../../../src/index.ts';
import type { Running } from '../imgpipe.ts';
import { endSessions } from '../postgres/databases.ts';
import { pick, seeded } from '../random.ts';
import {
  checkEnd,
  drainAndCheck,
  drainInProcess,
  finish,
  missingImages,
  receiveInProcess,
  type StageName,
  startStages as startStagesOf,
} from './running-stages.ts';
import type { Site } from './site.ts';
import { findLosses, imageCount } from './site-checks.ts';

/** A round of faults at a new site on any bus: a kill or suspend, a restart and a check. Resolves with the problems found. */
export type Round = (site: Site, seed: number) => Promise<string[]>;

const IMAGES = 12;
const ALL = { default: IMAGES };

/** The program that reaches a step. */
function programOf(step: Step): StageName | 'replay' {
  const [name] = step.split(':');
  return name === 'analyze' || name === 'alert' || name === 'replay' ? name : 'receive';
}

/** Where a receiver is killed before a step that repairs what it leaves. */
const LEFT_AT: Partial<Record<Step, Step>> = {
  'receive:removed': 'receive:entered',
  'reconcile:published': 'receive:ready',
};

/** Does what must precede a step. Before a step of a replay, everything that is replayed becomes a dead letter. */
async function prepareFor(site: Site, step: Step): Promise<void> {
  const program = programOf(step);
  const leftAt = LEFT_AT[step];
  if (leftAt !== undefined) await startUntil(site, leftAt, 1, 'SIGKILL', IMAGES).ended;
  if (program !== 'receive') await receiveInProcess(site, IMAGES);
  if (step === 'replay:marked') await drainInProcess(site, 'analyze', 'analyze:compared');
  if (program === 'alert' || step === 'replay:published') await drainInProcess(site, 'analyze');
  if (step === 'replay:published') await drainInProcess(site, 'alert', 'alert:text');
}

/** Starts the program that reaches a step and signals itself there, the `which`-th time. It receives so many images. */
function startUntil(site: Site, step: Step, which: number, signal: 'SIGKILL' | 'SIGSTOP', images: number): Running {
  return site.startProgram('stage-until-step.ts', programOf(step), String(images), step, String(which), signal);
}

/** How many images the default stream lacks. What an interrupted receiver has left is not settled before. */
async function lacking({ data, bus }: Site): Promise<number> {
  return IMAGES - (await imageCount(data, 'default', bus));
}

/** Kills a stage (SIGKILL) at exactly this step, the `which`-th time that it reaches it. */
export async function killAtStep(site: Site, step: Step, which: number): Promise<string[]> {
  await prepareFor(site, step);
  const { signal, status, stderr } = await startUntil(site, step, which, 'SIGKILL', await lacking(site)).ended;
  if (which === 1 && signal !== 'SIGKILL') return [`${step} was never reached (exit ${status}): ${stderr}`];
  const lost = await findLosses(site.data, site.bus);
  await receiveInProcess(site, IMAGES);
  return [...lost, ...(await drainAndCheck(site, ALL))];
}

/** Kills the stages at each step, one after the other on what the one before has left. */
export async function killAtEachStep(site: Site): Promise<string[]> {
  const problems: string[] = [];
  for (const step of STEPS_OF_IMAGES) {
    const { signal, status, stderr } = await startUntil(site, step, 1, 'SIGKILL', IMAGES).ended;
    if (signal !== 'SIGKILL') problems.push(`${step} was never reached (exit ${status}): ${stderr}`);
  }
  problems.push(...(await findLosses(site.data, site.bus)));
  await missingImages(site, 0);
  const images = await imageCount(site.data, 'default', site.bus);
  return [...problems, ...(await drainAndCheck(site, { default: images }))];
}

/** The steps that images pass, and those that complete what a receiver has left, in an order in which each is reached. */
const STEPS_OF_IMAGES: readonly Step[] = [
  'receive:entered',
  'receive:removed',
  'receive:stored',
  'receive:ready',
  'reconcile:published',
  'receive:published',
  'receive:recorded',
  'analyze:compared',
  'analyze:entered',
  'analyze:files',
  'analyze:ready',
  'analyze:published',
  'analyze:recorded',
  'analyze:committed',
  'alert:entered',
  'alert:text',
  'alert:ready',
  'alert:reported',
  'alert:committed',
];

/**
 * Suspends a stage at a step until its sessions on PostgreSQL have been ended and a second stage has done its work, and resumes
 * it. It writes nothing late, and takes part again.
 */
export async function loseSessionsAtStep(site: Site, step: Step, port: number): Promise<string[]> {
  await prepareFor(site, step);
  const program = programOf(step);
  const first = startUntil(site, step, 1, 'SIGSTOP', await lacking(site));
  await untilStopped(first);
  const ended = await endSessions(port, first.child.pid);
  const problems = ended === 0 ? [`no session was ended at ${step}`] : [];
  // A receiver of nothing takes the stream over, too.
  const second = program === 'receive' ? (['receive', '--count', '0'] as const) : SECOND[program];
  problems.push(...(await checkEnd('the second', site.start(...second))));
  first.child.kill('SIGCONT');
  problems.push(...(await checkEnd('the first', first)));
  if (!first.stderr().includes('lock_lost')) problems.push(`the first has not noticed: ${first.stderr()}`);
  return [...problems, ...(await drainAndCheck(site, ALL))];
}

/** Suspends a stage at a step, lets a second one work or wait meanwhile, and resumes the first. */
export async function stopAtStep(site: Site, step: Step): Promise<string[]> {
  await prepareFor(site, step);
  const program = programOf(step);
  const first = startUntil(site, step, 1, 'SIGSTOP', await lacking(site));
  await untilStopped(first);
  const second = site.start(...SECOND[program]);
  await second.until(/standing by|is assigned|analyzed|\d alert|dead letter/);
  const lost = await findLosses(site.data, site.bus);
  first.child.kill('SIGCONT');
  const problems = [...(await checkEnd('the first', first)), ...(await checkEnd('the second', second))];
  return [
    ...lost,
    ...problems,
    ...(await drainAndCheck(site, { default: program === 'receive' ? IMAGES + 4 : IMAGES })),
  ];
}

/** What runs while the first process is suspended. */
const SECOND = {
  receive: ['receive', '--count', '4'],
  analyze: ['analyze', '--drain'],
  alert: ['alert', '--drain'],
  replay: ['dead', 'replay', '--all'],
} as const;

/** Kills at a random step, at its first, second or third time. */
const killAtRandomStep: Round = (site, seed) => {
  const random = seeded(seed);
  return killAtStep(site, pick(random, STEPS), 1 + Math.floor(random() * 3));
};

/** Suspends at a random step. */
const stopAtRandomStep: Round = (site, seed) => stopAtStep(site, pick(seeded(seed), STEPS));

/** Runs the three stages, kills one at a random time and starts it again. */
export const killAtRandomTime: Round = async (site, seed) => {
  const random = seeded(seed);
  const victim = pick(random, ['receive', 'analyze', 'alert'] as const);
  const stages = startStages(site);
  await sleep(100 + random() * 700 * site.pace);
  stages[victim].child.kill('SIGKILL');
  await stages[victim].ended;
  const lost = await findLosses(site.data, site.bus);
  if (victim === 'receive') await receiveInProcess(site, IMAGES);
  else stages[victim] = site.start(victim);
  return [...lost, ...(await finish(site, stages, ALL))];
};

/** Kills `imgpipe run` at a random time and runs it again. */
export const killRun: Round = async (site, seed) => {
  const random = seeded(seed);
  const running = site.start('run', '--count', String(IMAGES), '--interval', '10ms');
  await sleep(100 + random() * 600 * site.pace);
  running.child.kill('SIGKILL');
  await running.ended;
  const lost = await findLosses(site.data, site.bus);
  const rest = await missingImages(site, IMAGES);
  const problems = await checkEnd('run again', site.start('run', '--count', String(rest)));
  return [...lost, ...problems, ...(await drainAndCheck(site, ALL))];
};

/** Runs two receivers on one stream and two analyzers, and kills the active analyzer: the other takes over. */
export const killWithStandby: Round = async (site, seed) => {
  const random = seeded(seed);
  const stages = startStages(site);
  await stages.analyze.until(/broker/);
  const standby = site.start('analyze');
  const receiver = site.start('receive', '--count', '4');
  await sleep(100 + random() * 500 * site.pace);
  stages.analyze.child.kill('SIGKILL');
  await stages.analyze.ended;
  const lost = await findLosses(site.data, site.bus);
  const problems = await checkEnd('the second receiver', receiver);
  problems.push(...(await finish(site, { ...stages, analyze: standby }, { default: IMAGES + 4 })));
  return [...lost, ...problems];
};

/** Suspends a stage at a random time, and resumes it after another has worked. */
export const stopAtRandomTime: Round = async (site, seed) => {
  const random = seeded(seed);
  const victim = pick(random, ['receive', 'analyze', 'alert'] as const);
  const stages = startStages(site);
  await sleep(100 + random() * 500 * site.pace);
  stages[victim].child.kill('SIGSTOP');
  const second = victim === 'receive' ? site.start('receive', '--count', '0') : site.start(victim);
  await sleep(random() * 600 * site.pace);
  const lost = await findLosses(site.data, site.bus);
  stages[victim].child.kill('SIGCONT');
  const problems = await finish(site, stages, ALL);
  second.child.kill('SIGTERM');
  await second.ended;
  return [...lost, ...problems];
};

/** Replays dead letters while the stages run, kills the replay at a random time and repeats it. */
export const killReplay: Round = async (site, seed) => {
  const random = seeded(seed);
  await prepareFor(site, pick(random, ['replay:marked', 'replay:published'] as const));
  const stages = startStages(site);
  const first = site.start('dead', 'replay', '--all');
  await sleep(100 + random() * 400 * site.pace);
  first.child.kill('SIGKILL');
  await first.ended;
  const lost = await findLosses(site.data, site.bus);
  const problems = await checkEnd('the second replay', site.start('dead', 'replay', '--all'));
  return [...lost, ...problems, ...(await finish(site, stages, { default: 2 * IMAGES }))];
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
  // In /proc the state of a suspended process is T.
  while (child.exitCode === null && !/^State:\tT/m.test(readFileSync(`/proc/${child.pid}/status`, 'utf8')))
    await sleep(5);
}
