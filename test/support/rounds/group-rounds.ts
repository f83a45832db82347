import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openKafkaBus } from '../../../src/adapters/kafka/broker.ts';
import { kafkaConnectionOf } from '../../../src/config/kafka-connection.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { TOPICS } from '../../../src/domain/messages.ts';
import type { ReceivedMessage } from '../../../src/ports/event-bus.ts';
import type { Running } from '../imgpipe.ts';
import { seeded } from '../random.ts';
import type { Round } from './fault-rounds.ts';
import {
  checkEnd,
  checkExit,
  drainAndCheck,
  drainInProcess,
  finish,
  receiveInProcess,
  startReceiver,
  startStages,
  stopStage,
  waitForAlerts,
} from './running-stages.ts';
import { createSite, type Site } from './site.ts';
import { findLosses, statusOf as statusAt } from './site-checks.ts';

const IMAGES = 12;
const ALERTS = 3;
const ALL = { default: IMAGES };

/** Four streams of a hundred images each, while one analyzer is killed, one is added and one stops. */
export const analyzersComeAndGo: Round = async (site, seed) => {
  const random = seeded(seed);
  const streams = ['north', 'east', 'south', 'west'];
  const alert = site.start('alert');
  const [killed, leaving] = [site.start('analyze'), site.start('analyze')];
  await Promise.all([killed, leaving].map((analyzer) => analyzer.until(/is assigned|standing by/)));
  const receivers = streams.map((stream) => startReceiver(site, { count: 100, interval: '20ms' }, stream));
  await Promise.any([killed, leaving].map((analyzer) => analyzer.until(/^event \d/m)));
  await sleep(random() * 500);
  killed.child.kill('SIGKILL');
  await killed.ended;
  const problems = await findLosses(site.data, site.bus);
  const added = site.start('analyze');
  await added.until(/is assigned/);
  await sleep(random() * 500);
  problems.push(...(await stopStage('the analyzer that leaves', leaving)));
  for (const [index, receiver] of receivers.entries())
    problems.push(...(await checkEnd(`receiver ${index}`, receiver)));
  problems.push(...(await waitForAlerts(site, 100)));
  problems.push(...(await stopStage('the added analyzer', added)), ...(await stopStage('alert', alert)));
  return [...problems, ...(await drainAndCheck(site, Object.fromEntries(streams.map((stream) => [stream, 100]))))];
};

/** An analyzer is suspended until the group has removed it and another owns its partitions; resumed, both continue. */
export const analyzerPastSessionTimeout: Round = async (site, seed) => {
  const random = seeded(seed);
  const stages = startStages(site, { count: 80, interval: '50ms' });
  await stages.analyze.until(/^event 1:/m);
  await sleep(random() * 300);
  stages.analyze.child.kill('SIGSTOP');
  const second = site.start('analyze');
  // The suspended analyzer may hold the catalog's write lock.
  await second.until(/is assigned (all|the only)|analyze is waiting/);
  const problems = await findLosses(site.data, site.bus);
  await sleep(random() * 500);
  const again = rejoined(stages.analyze);
  stages.analyze.child.kill('SIGCONT');
  await again;
  problems.push(...(await checkEnd('receive', stages.receive)), ...(await waitForAlerts(site, 20)));
  problems.push(...(await stopStage('the second analyzer', second)));
  return [...problems, ...(await finish(site, stages, { default: 80 }))];
};

/** The same messages are published again before, while and after they are handled. */
export const duplicateMessages: Round = async (site) => {
  await receiveInProcess(site, IMAGES);
  await republish(site, TOPICS.imageAnalysis);
  const analyze = site.start('analyze');
  await analyze.until(/^event 3:/m);
  await republish(site, TOPICS.imageAnalysis);
  await republish(site, TOPICS.imageEventAlert);
  const alert = site.start('alert');
  const problems = await waitForAlerts(site, ALERTS);
  await republish(site, TOPICS.imageEventAlert);
  problems.push(...(await stopStage('analyze', analyze)), ...(await stopStage('alert', alert)));
  return [...problems, ...(await drainAndCheck(site, ALL))];
};

/** No stage starts on the topics of another pipeline, and `clean` does not delete them. A topic prefix, or the other's `clean`, resolves that. */
export const foreignMessages: Round = async (site) => {
  const [other, third] = [await site.beside('other'), await site.beside('third')];
  const within = { ...third.bus, IMGPIPE_TOPIC_PREFIX: `${site.bus['IMGPIPE_TOPIC_PREFIX']}apart.` };
  const apart = createSite(path.dirname(third.data), within);
  try {
    // The other pipeline now has images and events waiting.
    await receiveInProcess(other, IMAGES);
    await drainInProcess(other, 'analyze');
    await receiveInProcess(other, IMAGES + 4);
    const committed = await committedBy(other);
    const problems = await checkRefusal(other, site, 'run', '--count', '4');
    for (const stage of ['analyze', 'alert']) problems.push(...(await checkRefusal(other, third, stage)));
    if ((await committedBy(other)) !== committed) problems.push("another pipeline's messages are committed");
    problems.push(...(await checkRefusal(other, site, 'clean', '--yes')));
    if ((await committedBy(other)) !== committed) problems.push("a refused clean changes another pipeline's groups");
    problems.push(...(await checkEnd('clean', other.start('clean', '--yes'))));
    await receiveInProcess(site, IMAGES);
    problems.push(...(await drainAndCheck(site, ALL)));
    problems.push(...(await checkEnd('run with another prefix', apart.start('run', '--count', String(IMAGES)))));
    return [...problems, ...(await drainAndCheck(apart, ALL))];
  } finally {
    await apart.close();
  }
};

/** Messages from before a `clean --keep-topics` are skipped, and the new pipeline is complete. */
export const messagesFromBeforeClean: Round = async (site) => {
  await receiveInProcess(site, 4);
  await drainInProcess(site, 'analyze');
  await receiveInProcess(site, 6);
  const problems = await checkEnd('clean', site.start('clean', '--yes', '--keep-topics'));
  const stages = startStages(site, { count: IMAGES, interval: '20ms' });
  problems.push(...(await waitForAlerts(site, ALERTS)), ...(await finish(site, stages, ALL)));
  for (const [name, count] of [
    ['analyze', 2],
    ['alert', 1],
  ] as const) {
    const skipped = stages[name].stderr().match(/skipped a message from before the last clean/g)?.length ?? 0;
    if (skipped !== count) problems.push(`${name} skips ${skipped} messages instead of ${count}`);
  }
  return problems;
};

/** An analyzer stops while it waits to join, because a suspended member has not been removed from the group yet. */
export const stopWhileJoining: Round = async (site) => {
  const stages = startStages(site, { count: IMAGES, interval: '20ms' });
  const problems = [...(await checkEnd('receive', stages.receive)), ...(await waitForAlerts(site, ALERTS))];
  // An idle analyzer holds no lock on the catalog.
  while ((await statusOf(site)).waiting?.analysis !== 0) await sleep(20);
  stages.analyze.child.kill('SIGSTOP');
  const second = site.start('analyze');
  await second.until(/is waiting for partitions/);
  problems.push(...(await stopStage('the analyzer that waits', second)));
  stages.analyze.child.kill('SIGCONT');
  await receiveInProcess(site, IMAGES + 4);
  problems.push(...(await waitForAlerts(site, ALERTS + 1)));
  return [...problems, ...(await finish(site, stages, { default: IMAGES + 4 }))];
};

/** Checks that a stage at `site` stops at the other pipeline's message, and says what to do. */
async function checkRefusal(other: Site, site: Site, ...stage: string[]): Promise<string[]> {
  const ids = await Promise.all([other, site].map(pipelineIdOf));
  const end = await site.start(...stage).ended;
  const problems = checkExit(`${stage[0]} with another pipeline's message`, end, 2);
  for (const part of [...ids, '--topic-prefix'])
    if (!end.stderr.includes(part)) problems.push(`${stage[0]} does not mention ${part}: ${end.stderr}`);
  return problems;
}

const statusOf = ({ data, bus }: Site) => statusAt(data, bus);

async function pipelineIdOf(site: Site): Promise<string> {
  return (await statusOf(site)).pipelineId;
}

/** The committed offsets of the pipeline's groups, of all partitions. */
async function committedBy(site: Site): Promise<string> {
  const { broker } = await statusOf(site);
  return JSON.stringify(broker.groups.map(({ partitions }) => partitions.map(({ committed }) => committed)));
}

/** Publishes all messages of a topic again. */
async function republish(site: Site, topic: string): Promise<void> {
  const connection = kafkaConnectionOf(loadConfig({ given: {}, givenAs: 'name', env: site.bus }));
  if (connection === undefined) throw new Error('the site has no Kafka broker');
  const bus = await openKafkaBus(connection, { check: false });
  const messages: ReceivedMessage[] = [];
  const { signal } = new AbortController();
  try {
    const onChunk = async (chunk: Parameters<Parameters<typeof bus.consume>[0]['onChunk']>[0]) => {
      messages.push(...chunk.messages);
      await chunk.commit((messages.at(-1)?.position.offset ?? 0) + 1);
    };
    await bus.consume({ topic, group: `copier-${randomUUID()}`, signal, drain: true, onChunk });
    await bus.publish(topic, messages);
  } finally {
    await bus.close();
  }
}

async function rejoined(analyzer: Running): Promise<void> {
  const shares = (text: string) => text.match(/ is assigned /g)?.length ?? 0;
  const before = shares(analyzer.stderr());
  while (analyzer.child.exitCode === null && shares(analyzer.stderr()) === before) await sleep(20);
}
