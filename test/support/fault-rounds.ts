import { setTimeout as sleep } from 'node:timers/promises';
import { createPipeline, STEPS, type Step } from '../../src/index.ts';
import { imgpipe, type Running, start, startProgram } from './imgpipe.ts';
import { pick, seeded } from './random.ts';
import { imagesIn, whatIsLost, whatIsWrong } from './whole.ts';

/** A round: one kill or stop in a new folder, a restart, and the check. The answer is what is wrong, in sentences. */
export type Round = (folder: string, seed: number) => Promise<string[]>;

const IMAGES = 12;

type StageName = 'receive' | 'analyze' | 'alert';

/** Which program reaches a step when it runs alone. */
function programOf(step: Step): StageName | 'replay' {
  const [name] = step.split(':');
  return name === 'analyze' || name === 'alert' || name === 'replay' ? name : 'receive';
}

/** What must have been done for a step to be reached: before one of a replay, all that it replays is dead. */
async function prepareFor(folder: string, step: Step): Promise<void> {
  const program = programOf(step);
  if (program !== 'receive') await inThisProcess(folder, 'receive');
  if (step === 'replay:marked') await inThisProcess(folder, 'analyze', 'analyze:compared');
  if (program === 'alert' || step === 'replay:published') await inThisProcess(folder, 'analyze');
  if (step === 'replay:published') await inThisProcess(folder, 'alert', 'alert:text');
}

/** Kills a stage's process with -9 at exactly this step, the `which`-th time that it is reached. */
export async function killAtStep(folder: string, step: Step, which: number): Promise<string[]> {
  await prepareFor(folder, step);
  const args = [folder, programOf(step), String(IMAGES), step, String(which), 'SIGKILL'];
  const { signal, status, stderr } = await startProgram('stage-until-step.ts', args).ended;
  if (which === 1 && signal !== 'SIGKILL') return [`${step} was never reached (exit ${status}): ${stderr}`];
  const lost = await whatIsLost(folder);
  for (const each of ['receive', 'analyze', 'alert'] as const) await inThisProcess(folder, each);
  return [...lost, ...(await whatIsWrong(folder, { default: IMAGES }))];
}

/** Stops a stage's process at a step, lets a second one work or stand by meanwhile, and wakes the first. */
export async function stopAtStep(folder: string, step: Step): Promise<string[]> {
  await prepareFor(folder, step);
  const program = programOf(step);
  const first = startProgram('stage-until-step.ts', [folder, program, String(IMAGES), step, '1', 'SIGSTOP']);
  await untilStopped(first);
  const second = start([...SECOND[program], '--data', folder]);
  await second.until(/stands by|analyzed|alert|dead letter/);
  const lost = await whatIsLost(folder);
  first.child.kill('SIGCONT');
  const ends = await Promise.all([first.ended, second.ended]);
  const bad = ends.filter(({ status }) => status !== 0).map(({ status, stderr }) => `exit ${status}: ${stderr}`);
  await inThisProcess(folder, 'analyze');
  await inThisProcess(folder, 'alert');
  return [...lost, ...bad, ...(await whatIsWrong(folder, { default: program === 'receive' ? IMAGES + 4 : IMAGES }))];
}

/** What is done while a process is stopped. */
const SECOND = {
  receive: ['receive', '--count', '4'],
  analyze: ['analyze', '--drain'],
  alert: ['alert', '--drain'],
  replay: ['dead', 'replay', '--all'],
} as const;

/** One of the steps, at one of the times that it is reached. */
export const killAtRandomStep: Round = (folder, seed) => {
  const random = seeded(seed);
  return killAtStep(folder, pick(random, STEPS), 1 + Math.floor(random() * 3));
};

/** Stops at one of the steps. */
export const stopAtRandomStep: Round = (folder, seed) => stopAtStep(folder, pick(seeded(seed), STEPS));

/** The three real stages at work in processes of their own; one is killed with -9 at any time and started again. */
export const killAtRandomTime: Round = async (folder, seed) => {
  const random = seeded(seed);
  const victim = pick(random, ['receive', 'analyze', 'alert'] as const);
  const stages = startStages(folder);
  await sleep(100 + random() * 700);
  stages[victim].child.kill('SIGKILL');
  await stages[victim].ended;
  const lost = await whatIsLost(folder);
  if (victim === 'receive') await inThisProcess(folder, 'receive');
  else stages[victim] = start(argumentsOf(victim, folder));
  return [...lost, ...(await finish(folder, stages, { default: IMAGES }))];
};

/** `imgpipe run` is killed with -9 at any time and run again. */
export const killRun: Round = async (folder, seed) => {
  const random = seeded(seed);
  const running = start(['run', '--data', folder, '--count', String(IMAGES), '--interval', '10ms']);
  await sleep(100 + random() * 600);
  running.child.kill('SIGKILL');
  await running.ended;
  const lost = await whatIsLost(folder);
  const rest = IMAGES - (await imagesIn(folder, 'default'));
  const again = await imgpipe(['run', '--data', folder, '--count', String(rest)]);
  const bad = again.status === 0 ? [] : [`run again: exit ${again.status}: ${again.stderr}`];
  await inThisProcess(folder, 'analyze');
  await inThisProcess(folder, 'alert');
  return [...lost, ...bad, ...(await whatIsWrong(folder, { default: IMAGES }))];
};

/** Two receivers on one stream and two analyzers; one that is at work is killed, and the one that stands by takes over. */
export const killWithStandby: Round = async (folder, seed) => {
  const random = seeded(seed);
  const stages = startStages(folder);
  await stages.analyze.until(/broker/);
  const standby = start(argumentsOf('analyze', folder));
  const receiver = start(['receive', '--data', folder, '--count', '4']);
  await sleep(100 + random() * 500);
  stages.analyze.child.kill('SIGKILL');
  await stages.analyze.ended;
  const lost = await whatIsLost(folder);
  const { status, stderr } = await receiver.ended;
  const bad = status === 0 ? [] : [`the second receiver: exit ${status}: ${stderr}`];
  const wrong = await finish(folder, { ...stages, analyze: standby }, { default: IMAGES + 4 });
  return [...lost, ...bad, ...wrong];
};

/** A stage is stopped at any time, and woken after others have done what they could. */
export const stopAtRandomTime: Round = async (folder, seed) => {
  const random = seeded(seed);
  const victim = pick(random, ['receive', 'analyze', 'alert'] as const);
  const stages = startStages(folder);
  await sleep(100 + random() * 500);
  stages[victim].child.kill('SIGSTOP');
  const second =
    victim === 'receive' ? start(['receive', '--data', folder, '--count', '0']) : start([victim, '--data', folder]);
  await sleep(random() * 600);
  const lost = await whatIsLost(folder);
  stages[victim].child.kill('SIGCONT');
  const wrong = await finish(folder, stages, { default: IMAGES });
  second.child.kill('SIGTERM');
  await second.ended;
  return [...lost, ...wrong];
};

/** Dead images or events are replayed while their stages work; the replay is killed at any time and done again. */
export const killReplay: Round = async (folder, seed) => {
  const random = seeded(seed);
  await prepareFor(folder, pick(random, ['replay:marked', 'replay:published'] as const));
  const stages = startStages(folder);
  const replay = () => start(['dead', 'replay', '--all', '--data', folder]);
  const first = replay();
  await sleep(100 + random() * 400);
  first.child.kill('SIGKILL');
  await first.ended;
  const lost = await whatIsLost(folder);
  const { status, stderr } = await replay().ended;
  const bad = status === 0 ? [] : [`the second replay: exit ${status}: ${stderr}`];
  return [...lost, ...bad, ...(await finish(folder, stages, { default: 2 * IMAGES }))];
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

function startStages(folder: string): Record<StageName, Running> {
  return {
    alert: start(argumentsOf('alert', folder)),
    analyze: start(argumentsOf('analyze', folder)),
    receive: start(argumentsOf('receive', folder)),
  };
}

function argumentsOf(stage: StageName, folder: string): string[] {
  const generated = stage === 'receive' ? ['--count', String(IMAGES), '--interval', '20ms'] : [];
  return [stage, '--data', folder, ...generated];
}

/** Lets the receiver end, tells the others to stop, does what still waits, and checks. */
async function finish(
  folder: string,
  stages: Readonly<Record<StageName, Running>>,
  streams: Readonly<Record<string, number>>,
): Promise<string[]> {
  const received = await stages.receive.ended;
  const bad =
    received.status === 0 || received.signal === 'SIGKILL'
      ? []
      : [`receive: exit ${received.status}: ${received.stderr}`];
  for (const stage of ['analyze', 'alert'] as const) {
    // Before it has said a word it may not be listening to signals yet.
    await stages[stage].until(/broker/);
    stages[stage].child.kill('SIGTERM');
    const { status, signal, stderr } = await stages[stage].ended;
    if (status !== 0) bad.push(`${stage}, told to stop: exit ${status ?? signal}: ${stderr}`);
  }
  await inThisProcess(folder, 'analyze');
  await inThisProcess(folder, 'alert');
  return [...bad, ...(await whatIsWrong(folder, streams))];
}

/** Runs a stage here until its input is empty; a receiver until the stream has its images. A bug may keep it from passing a step. */
async function inThisProcess(folder: string, stage: StageName, bugAt?: Step): Promise<void> {
  const count = Math.max(0, IMAGES - (await imagesIn(folder, 'default')));
  const pipeline = await createPipeline({ data: folder, count });
  try {
    const onStep = (step: Step) => {
      if (step === bugAt) throw new TypeError(`a bug at ${step}`);
    };
    const options = { signal: new AbortController().signal, drain: true, onStep };
    if (stage === 'receive') await pipeline.receive([], options);
    else await pipeline[stage](options);
  } finally {
    await pipeline.close();
  }
}

async function untilStopped({ child }: Running): Promise<void> {
  const { readFileSync } = await import('node:fs');
  // The state in /proc is `T` once a process is stopped.
  while (child.exitCode === null && !/^State:\tT/m.test(readFileSync(`/proc/${child.pid}/status`, 'utf8')))
    await sleep(5);
}
