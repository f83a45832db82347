import { setTimeout as sleep } from 'node:timers/promises';
import type { KafkaCluster, KafkaNode } from '../kafka/kafka-cluster.ts';
import { pick, seeded } from '../random.ts';
import {
  checkEnd,
  drainAndCheck,
  type Generated,
  receiveInProcess,
  type Stages,
  startReceiver,
  stopStage,
  waitForAlerts,
} from './running-stages.ts';
import type { Site } from './site.ts';
import { findLosses } from './site-checks.ts';

/** A round at a site on a Kafka cluster whose nodes it stops and starts. Resolves with the problems found. */
export type BrokerRound = (site: Site, seed: number, kafka: KafkaCluster) => Promise<string[]>;

/** How a broker fails: by a clean stop, by SIGKILL, or by SIGSTOP, which keeps its connections open without responses. */
export type Outage = 'stop' | 'kill' | 'freeze';

const STAGES = ['receive', 'analyze', 'alert'] as const;
/** Enough that the receiver is still running when the broker fails, even if that takes long. */
const GENERATED = { count: 80, interval: '50ms' };
const ALERTS = 20;
const ALL = { default: GENERATED.count };

/**
 * The only broker fails in the middle of a run, until each stage has reported that and for `longerMs` more. Each stage
 * reports it once and recovers by itself.
 */
export function brokerOutage(outage: Outage, longerMs = 0): BrokerRound {
  return async (site, seed, kafka) => {
    const stages = await startConsumersFirst(site);
    const recover = await startOutage(stages, kafka, outage, seed);
    await waitUntilAllReport(site, stages);
    const unreachable = await site.start('status', '--check').ended;
    const problems = unreachable.status === 4 ? [] : [`status --check without a broker: exit ${unreachable.status}`];
    await sleep(longerMs);
    await recover();
    problems.push(...(await checkEnd('receive', stages.receive)), ...(await waitForAlerts(site, ALERTS)));
    problems.push(...(await findLosses(site.data, site.bus)));
    problems.push(...(await stopped(stages)));
    return [...problems, ...reportedOnce(stages), ...(await drainAndCheck(site, ALL))];
  };
}

/** `imgpipe run` survives an outage and ends by itself. */
export function runWithOutage(outage: Outage): BrokerRound {
  return async (site, seed, kafka) => {
    const run = site.start('run', '--count', String(GENERATED.count), '--interval', GENERATED.interval);
    const stages = { receive: run, analyze: run, alert: run };
    const recover = await startOutage(stages, kafka, outage, seed);
    await waitUntilAllReport(site, stages);
    await recover();
    const problems = await checkEnd('run', run);
    return [...problems, ...(await drainAndCheck(site, ALL))];
  };
}

/** Stages stop on a signal during an outage, whether they have noticed it or not; others finish the work. */
export function stopDuringOutage(outage: Outage, known: 'known' | 'unknown'): BrokerRound {
  return async (site, seed, kafka) => {
    const stages = await startConsumersFirst(site);
    const recover = await startOutage(stages, kafka, outage, seed);
    if (known === 'known') await waitUntilAllReport(site, stages);
    // The receiver would have ended by itself, so its exit code says that it was interrupted.
    const ends = STAGES.map((name) => stopStage(name, stages[name], name === 'receive' ? 143 : 0));
    const problems = (await Promise.all(ends)).flat();
    await recover();
    problems.push(...(await findLosses(site.data, site.bus)));
    await receiveInProcess(site, GENERATED.count);
    return [...problems, ...(await drainAndCheck(site, ALL))];
  };
}

/** One of three brokers is killed in the middle; the stages continue on two, and on three again. */
export const oneOfThreeKilled: BrokerRound = async (site, seed, { nodes }) => {
  const random = seeded(seed);
  const stages = await startConsumersFirst(site);
  await stages.alert.until(/^alert 1:/m);
  await sleep(random() * 500);
  const node = pick(random, nodes);
  await node.kill();
  // New clients may try the dead broker first.
  const others = ['a', 'b', 'c'].map((stream) => site.start('receive', '--count', '0', '--stream', stream));
  const problems = (await Promise.all(others.map((other) => checkEnd('another receiver', other)))).flat();
  problems.push(...(await waitForAlerts(site, ALERTS - Math.floor(random() * 5))));
  await node.start();
  problems.push(...(await checkEnd('receive', stages.receive)), ...(await waitForAlerts(site, ALERTS)));
  problems.push(...(await findLosses(site.data, site.bus)));
  problems.push(...(await stopped(stages)));
  return [...problems, ...(await drainAndCheck(site, ALL))];
};

/** Starts the three stages. The receiver starts last, once the others are members of their groups, so that all three are working when the outage begins. */
export async function startConsumersFirst(site: Site, generated: Generated = GENERATED): Promise<Stages> {
  const [alert, analyze] = [site.start('alert'), site.start('analyze')];
  await Promise.all([alert, analyze].map((stage) => stage.until(/is assigned/)));
  return { alert, analyze, receive: startReceiver(site, generated) };
}

async function stopped(stages: Stages): Promise<string[]> {
  return (await Promise.all((['analyze', 'alert'] as const).map((name) => stopStage(name, stages[name])))).flat();
}

/**
 * Makes the broker fail a random time after the first alert, while events are waiting for their alerts. Resolves with a
 * function that brings the broker back.
 */
async function startOutage(
  stages: Stages,
  { nodes: [node] }: KafkaCluster,
  outage: Outage,
  seed: number,
): Promise<() => Promise<void>> {
  if (node === undefined) throw new Error('the cluster has no broker');
  await stages.alert.until(/^alert 1:/m);
  await sleep(seeded(seed)() * 800);
  if (stages.alert !== stages.analyze) await holdBackEvents(stages);
  await FAIL[outage](node);
  stages.alert.child.kill('SIGCONT');
  return async () => (outage === 'freeze' ? node.thaw() : node.start());
}

/** Suspends the alert stage until two more events exist. */
async function holdBackEvents({ analyze, alert }: Stages): Promise<void> {
  alert.child.kill('SIGSTOP');
  const events = analyze.stdout().match(/^event /gm)?.length ?? 0;
  // The suspended stage may hold the catalog's write lock.
  await analyze.until(new RegExp(`^event ${events + 2}:|^analyze is waiting`, 'm'));
}

/** Waits until each stage has reported that the broker is unavailable. */
async function waitUntilAllReport({ bus }: Site, stages: Stages): Promise<void> {
  const says = (name: string) => new RegExp(`^${name} is waiting: broker ${bus['IMGPIPE_BROKER']} `, 'm');
  await Promise.all(STAGES.map((name) => stages[name].until(says(name))));
}

const FAIL: Readonly<Record<Outage, (node: KafkaNode) => Promise<void>>> = {
  stop: (node) => node.stop(),
  kill: (node) => node.kill(),
  freeze: async (node) => node.freeze(),
};

/**
 * Each stage must report once that it waits for the broker, and once that it continues. It may also have waited for the
 * catalog, whose write lock a suspended alert stage may hold.
 */
function reportedOnce(stages: Stages): string[] {
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
      : [
          `${name} reports ${waits} times that it waits for the broker, and ${goesOn - forCatalog} times that it continues`,
        ];
  });
}
