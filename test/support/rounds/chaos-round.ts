import { setTimeout as sleep } from 'node:timers/promises';
import type { Running } from '../imgpipe.ts';
import { pick, seeded } from '../random.ts';
import type { BrokerRound } from './broker-rounds.ts';
import { drainAndCheck, startReceiver, tellToStop, untilAlerts, wrongEnd } from './running-stages.ts';
import { imagesIn } from './site-checks.ts';

const STREAMS = ['left', 'right'];
const IMAGES = 40;
const ALERTS = 20;
const FAULTS = 5;
const INTERVAL = '100ms';

/** Faults of every kind one after the other, some before the one before is over, on two streams with two analyzers. */
export const chaos: BrokerRound = async (site, seed, { nodes }) => {
  const random = seeded(seed);
  const bad: string[] = [];
  const moment = (most: number) => sleep(random() * most);
  const stages = new Map<string, () => Running>([
    ['alert', () => site.start('alert')],
    ['analyze', () => site.start('analyze')],
    ['another analyze', () => site.start('analyze')],
  ]);
  const running = new Map([...stages].map(([name, begin]) => [name, begin()]));
  const receivers = new Map(STREAMS.map((stream) => [stream, receiver(stream, IMAGES)]));
  const healing: Promise<unknown>[] = [];

  function receiver(stream: string, count: number): Running {
    return startReceiver(site, { count, interval: INTERVAL }, stream);
  }

  async function again(name: string, how: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const stage = running.get(name);
    const begin = stages.get(name);
    if (stage === undefined || begin === undefined) return;
    if (how === 'SIGTERM') bad.push(...(await tellToStop(name, stage)));
    else await killed(stage);
    running.set(name, begin());
  }

  async function receiveAgain(stream: string): Promise<void> {
    const before = receivers.get(stream);
    if (before === undefined) return;
    await killed(before);
    receivers.set(stream, receiver(stream, IMAGES - (await imagesIn(site.data, stream, site.bus))));
  }

  async function sleepFor(stage: Running | undefined): Promise<void> {
    stage?.child.kill('SIGSTOP');
    await moment(3000);
    stage?.child.kill('SIGCONT');
  }

  const faults: readonly (() => Promise<unknown>)[] = [
    () => again(pick(random, [...stages.keys()]), 'SIGKILL'),
    () => again(pick(random, [...stages.keys()]), 'SIGTERM'),
    () => receiveAgain(pick(random, STREAMS)),
    () => sleepFor(running.get(pick(random, [...stages.keys()]))),
    () => sleepFor(receivers.get(pick(random, STREAMS))),
  ];

  async function breakBroker(): Promise<void> {
    const node = pick(random, nodes);
    const way = pick(random, ['kill', 'stop', 'freeze'] as const);
    if (way === 'freeze') {
      node.freeze();
      await moment(4000);
      return node.thaw();
    }
    await node[way]();
    await moment(4000);
    await node.start();
  }

  for (let count = 0; count < FAULTS; count += 1) {
    await moment(1500);
    // One broker at a time: without two of three the others would have to wait as well.
    if (random() < 0.4) {
      await Promise.all(healing.splice(0));
      healing.push(breakBroker().catch((error) => bad.push(`the broker: ${error}`)));
    } else {
      await pick(random, faults)();
    }
  }
  await Promise.all(healing);
  for (const [stream, each] of receivers) bad.push(...wrongEnd(`receiver of ${stream}`, await each.ended, 0));
  bad.push(...(await untilAlerts(site, ALERTS)));
  for (const [name, stage] of running) bad.push(...(await tellToStop(name, stage)));
  return [...bad, ...(await drainAndCheck(site, Object.fromEntries(STREAMS.map((stream) => [stream, IMAGES]))))];
};

async function killed({ child, ended }: Running): Promise<void> {
  child.kill('SIGKILL');
  await ended;
}
