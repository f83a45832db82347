import { setTimeout as sleep } from 'node:timers/promises';
import type { KafkaCluster, KafkaNode } from './kafka-cluster.ts';
import { pick, seeded } from './random.ts';
import {
  drainAndCheck,
  endOf,
  receiveHere,
  type Stages,
  startReceiver,
  tellToStop,
  untilAlerts,
} from './running-stages.ts';
import type { Site } from './site.ts';
import { whatIsLost } from './whole.ts';

/** A round at a site on a Kafka cluster whose nodes it stops and starts. */
export type BrokerRound = (site: Site, seed: number, kafka: KafkaCluster) => Promise<string[]>;

/** How a broker goes: in good order, as by `kill -9`, or so that its connections stay open and nothing answers. */
export type Way = 'stop' | 'kill' | 'freeze';

const STAGES = ['receive', 'analyze', 'alert'] as const;
/** So many that the receiver still has some when the broker goes, also where that takes its time. */
const GENERATED = { count: 80, interval: '50ms' };
const ALERTS = 20;
const ALL = { default: GENERATED.count };

/**
 * The cluster's only broker goes in the middle of a run, until each stage has said so and a while longer. Each says it
 * once and goes on by itself.
 */
export function brokerAway(way: Way, longerMs = 0): BrokerRound {
  return async (site, seed, kafka) => {
    const stages = await startWithoutHaste(site);
    const back = await takeAway(stages, kafka, way, seed);
    await allWait(site, stages);
    const unanswered = await site.start('status', '--check').ended;
    const bad = unanswered.status === 4 ? [] : [`status --check without a broker: exit ${unanswered.status}`];
    await sleep(longerMs);
    await back();
    bad.push(...(await endOf('receive', stages.receive)), ...(await untilAlerts(site, ALERTS)));
    bad.push(...(await whatIsLost(site.data, site.bus)));
    bad.push(...(await stopped(stages)));
    return [...bad, ...saidOnce(stages), ...(await drainAndCheck(site, ALL))];
  };
}

/** `imgpipe run` outlasts its broker's absence, and ends by itself. */
export function runWithBrokerAway(way: Way): BrokerRound {
  return async (site, seed, kafka) => {
    const run = site.start('run', '--count', String(GENERATED.count), '--interval', GENERATED.interval);
    const stages = { receive: run, analyze: run, alert: run };
    const back = await takeAway(stages, kafka, way, seed);
    await allWait(site, stages);
    await back();
    const bad = await endOf('run', run);
    return [...bad, ...(await drainAndCheck(site, ALL))];
  };
}

/** Stages whose broker is away, whether they know it yet or not, are told to stop and do; others do what is left. */
export function toldToStopWithBrokerAway(way: Way, known: 'known' | 'unknown'): BrokerRound {
  return async (site, seed, kafka) => {
    const stages = await startWithoutHaste(site);
    const back = await takeAway(stages, kafka, way, seed);
    if (known === 'known') await allWait(site, stages);
    // A command that was to end by itself says that it was cut short.
    const ends = STAGES.map((name) => tellToStop(name, stages[name], name === 'receive' ? 143 : 0));
    const bad = (await Promise.all(ends)).flat();
    await back();
    bad.push(...(await whatIsLost(site.data, site.bus)));
    await receiveHere(site, GENERATED.count);
    return [...bad, ...(await drainAndCheck(site, ALL))];
  };
}

/** One of three brokers is killed with -9 in the middle; the work goes on with two, and with three again. */
export const oneOfThreeKilled: BrokerRound = async (site, seed, { nodes }) => {
  const random = seeded(seed);
  const stages = await startWithoutHaste(site);
  await stages.alert.until(/^alert 1:/m);
  await sleep(random() * 500);
  const node = pick(random, nodes);
  await node.kill();
  // Whoever begins now may come to the dead one first.
  const others = ['a', 'b', 'c'].map((stream) => site.start('receive', '--count', '0', '--stream', stream));
  const bad = (await Promise.all(others.map((other) => endOf('another receiver', other)))).flat();
  bad.push(...(await untilAlerts(site, ALERTS - Math.floor(random() * 5))));
  await node.start();
  bad.push(...(await endOf('receive', stages.receive)), ...(await untilAlerts(site, ALERTS)));
  bad.push(...(await whatIsLost(site.data, site.bus)));
  bad.push(...(await stopped(stages)));
  return [...bad, ...(await drainAndCheck(site, ALL))];
};

/** The three stages; the receiver starts once the others are members of their groups, so that none of its images is past. */
async function startWithoutHaste(site: Site): Promise<Stages> {
  const [alert, analyze] = [site.start('alert'), site.start('analyze')];
  await Promise.all([alert, analyze].map((stage) => stage.until(/takes/)));
  return { alert, analyze, receive: startReceiver(site, GENERATED) };
}

async function stopped(stages: Stages): Promise<string[]> {
  return (await Promise.all((['analyze', 'alert'] as const).map((name) => tellToStop(name, stages[name])))).flat();
}

/**
 * Lets the broker go once the first alert is out and as long after as the seed says, with events that wait for their
 * alert; the answer brings it back.
 */
async function takeAway(
  stages: Stages,
  { nodes: [node] }: KafkaCluster,
  way: Way,
  seed: number,
): Promise<() => Promise<void>> {
  if (node === undefined) throw new Error('there is no broker to take away');
  await stages.alert.until(/^alert 1:/m);
  await sleep(seeded(seed)() * 800);
  if (stages.alert !== stages.analyze) await letEventsWait(stages);
  await LEAVE[way](node);
  stages.alert.child.kill('SIGCONT');
  return async () => (way === 'freeze' ? node.thaw() : node.start());
}

/** Stops the alert stage until two more events have come. */
async function letEventsWait({ analyze, alert }: Stages): Promise<void> {
  alert.child.kill('SIGSTOP');
  const events = analyze.stdout().match(/^event /gm)?.length ?? 0;
  // It may have been stopped with the catalog in its hand.
  await analyze.until(new RegExp(`^event ${events + 2}:|^analyze is waiting`, 'm'));
}

/** Waits until each stage has said that the broker does not answer. */
async function allWait({ bus }: Site, stages: Stages): Promise<void> {
  const says = (name: string) => new RegExp(`^${name} is waiting: broker ${bus['IMGPIPE_BROKER']} `, 'm');
  await Promise.all(STAGES.map((name) => stages[name].until(says(name))));
}

const LEAVE: Readonly<Record<Way, (node: KafkaNode) => Promise<void>>> = {
  stop: (node) => node.stop(),
  kill: (node) => node.kill(),
  freeze: async (node) => node.freeze(),
};

/**
 * What each stage says of the broker's absence: that it waits, once, and that it goes on. It may have waited for the
 * catalog before, where the alert stage was stopped with that in its hand.
 */
function saidOnce(stages: Stages): string[] {
  return STAGES.flatMap((name) => {
    const text = stages[name].stderr();
    const count = (what: string) => text.match(new RegExp(`^${name} ${what}`, 'gm'))?.length ?? 0;
    const [waits, forCatalog, goesOn] = [
      count('is waiting: broker'),
      count('is waiting: the catalog'),
      count('resumed after'),
    ];
    return waits === 1 && goesOn === 1 + forCatalog
      ? []
      : [`${name} says ${waits} times that it waits for the broker, and ${goesOn - forCatalog} that it goes on`];
  });
}
