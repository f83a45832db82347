import { setTimeout as sleep } from 'node:timers/promises';
import type { Running } from '../imgpipe.ts';
import { pick, seeded } from '../random.ts';
import type { BrokerRound } from './broker-rounds.ts';
import { checkExit, drainAndCheck, missingImages, startReceiver, stopStage, waitForAlerts } from './running-stages.ts';

const STREAMS = ['left', 'right'];
const IMAGES = 40;
const ALERTS = 20;
const FAULTS = 5;
const INTERVAL = '100ms';

/** A sequence of random faults, some overlapping, on two streams with two analyzers. */
export const chaos: BrokerRound = async (site, seed, { nodes }) => {
  const random = seeded(seed);
  const problems: string[] = [];
  const sleepUpTo = (maxMs: number) => sleep(random() * maxMs);
  const stages = new Map<string, () => Running>([
    ['alert', () => site.start('alert')],
    ['analyze', () => site.start('analyze')],
    ['another analyze', () => site.start('analyze')],
  ]);
  const running = new Map([...stages].map(([name, launch]) => [name, launch()]));
  const receivers = new Map(STREAMS.map((stream) => [stream, receiver(stream, IMAGES)]));
  const recovering: Promise<unknown>[] = [];

  function receiver(stream: string, count: number): Running {
    return startReceiver(site, { count, interval: INTERVAL }, stream);
  }

  async function restart(name: string, how: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const stage = running.get(name);
    const launch = stages.get(name);
    if (stage === undefined || launch === undefined) return;
    if (how === 'SIGTERM') problems.push(...(await stopStage(name, stage)));
    else await kill(stage);
    running.set(name, launch());
  }

  async function restartReceiver(stream: string): Promise<void> {
    const before = receivers.get(stream);
    if (before === undefined) return;
    await kill(before);
    receivers.set(stream, receiver(stream, await missingImages(site, IMAGES, stream)));
  }

  async function suspend(stage: Running | undefined): Promise<void> {
    stage?.child.kill('SIGSTOP');
    await sleepUpTo(3000);
    stage?.child.kill('SIGCONT');
  }

  const faults: readonly (() => Promise<unknown>)[] = [
    () => restart(pick(random, [...stages.keys()]), 'SIGKILL'),
    () => restart(pick(random, [...stages.keys()]), 'SIGTERM'),
    () => restartReceiver(pick(random, STREAMS)),
    () => suspend(running.get(pick(random, [...stages.keys()]))),
    () => suspend(receivers.get(pick(random, STREAMS))),
  ];

  async function breakBroker(): Promise<void> {
    const node = pick(random, nodes);
    const outage = pick(random, ['kill', 'stop', 'freeze'] as const);
    if (outage === 'freeze') {
      node.freeze();
      await sleepUpTo(4000);
      return node.thaw();
    }
    await node[outage]();
    await sleepUpTo(4000);
    await node.start();
  }

  for (let count = 0; count < FAULTS; count += 1) {
    await sleepUpTo(1500);
    // One broker at a time, so that two of three are always up.
    if (random() < 0.4) {
      await Promise.all(recovering.splice(0));
      recovering.push(breakBroker().catch((error) => problems.push(`the broker: ${error}`)));
    } else {
      await pick(random, faults)();
    }
  }
  await Promise.all(recovering);
  for (const [stream, each] of receivers) problems.push(...checkExit(`receiver of ${stream}`, await each.ended, 0));
  problems.push(...(await waitForAlerts(site, ALERTS)));
  for (const [name, stage] of running) problems.push(...(await stopStage(name, stage)));
  return [...problems, ...(await drainAndCheck(site, Object.fromEntries(STREAMS.map((stream) => [stream, IMAGES]))))];
};

async function kill({ child, ended }: Running): Promise<void> {
  child.kill('SIGKILL');
  await ended;
}
