import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openKafkaBus } from '../../src/adapters/kafka/broker.ts';
import { kafkaConnectionOf } from '../../src/config/kafka-connection.ts';
import { loadConfig } from '../../src/config/load.ts';
import { TOPICS } from '../../src/domain/messages.ts';
import type { ReceivedMessage } from '../../src/ports/event-bus.ts';
import type { Round } from './fault-rounds.ts';
import type { Running } from './imgpipe.ts';
import { seeded } from './random.ts';
import {
  drainAndCheck,
  drainHere,
  endOf,
  finish,
  receiveHere,
  startReceiver,
  startStages,
  tellToStop,
  untilAlerts,
  wrongEnd,
} from './running-stages.ts';
import { createSite, type Site } from './site.ts';
import { statusOf as statusAt, whatIsLost } from './whole.ts';

const IMAGES = 12;
const ALERTS = 3;
const ALL = { default: IMAGES };

/** Four streams of a hundred images each; meanwhile an analyzer is killed, one is added and one is taken away. */
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
  const bad = await whatIsLost(site.data, site.bus);
  const added = site.start('analyze');
  await added.until(/takes/);
  await sleep(random() * 500);
  bad.push(...(await tellToStop('the analyzer that leaves', leaving)));
  for (const [index, receiver] of receivers.entries()) bad.push(...(await endOf(`receiver ${index}`, receiver)));
  bad.push(...(await untilAlerts(site, 100)));
  bad.push(...(await tellToStop('the added analyzer', added)), ...(await tellToStop('alert', alert)));
  return [...bad, ...(await drainAndCheck(site, Object.fromEntries(streams.map((stream) => [stream, 100]))))];
};

/** An analyzer is stopped until the group has given it up and another has its partitions; it is woken, and both go on. */
export const analyzerPastItsSession: Round = async (site, seed) => {
  const random = seeded(seed);
  const stages = startStages(site, { count: 80, interval: '50ms' });
  await stages.analyze.until(/^event 1:/m);
  await sleep(random() * 300);
  stages.analyze.child.kill('SIGSTOP');
  const second = site.start('analyze');
  // It may have been stopped with the catalog in its hand.
  await second.until(/is assigned (all|the only)|analyze is waiting/);
  const bad = await whatIsLost(site.data, site.bus);
  await sleep(random() * 500);
  const again = isMemberAgain(stages.analyze);
  stages.analyze.child.kill('SIGCONT');
  await again;
  bad.push(...(await endOf('receive', stages.receive)), ...(await untilAlerts(site, 20)));
  bad.push(...(await tellToStop('the second analyzer', second)));
  return [...bad, ...(await finish(site, stages, { default: 80 }))];
};

/** The same messages are published once more before, while and after they are handled. */
export const sameMessagesTwice: Round = async (site) => {
  await receiveHere(site, IMAGES);
  await publishAgain(site, TOPICS.imageAnalysis);
  const analyze = site.start('analyze');
  await analyze.until(/^event 3:/m);
  await publishAgain(site, TOPICS.imageAnalysis);
  await publishAgain(site, TOPICS.imageEventAlert);
  const alert = site.start('alert');
  const bad = await untilAlerts(site, ALERTS);
  await publishAgain(site, TOPICS.imageEventAlert);
  bad.push(...(await tellToStop('analyze', analyze)), ...(await tellToStop('alert', alert)));
  return [...bad, ...(await drainAndCheck(site, ALL))];
};

/** Another pipeline's message stops each stage that comes to it, uncommitted; `clean` starts over, and a prefix goes round it. */
export const anotherPipelinesMessages: Round = async (site) => {
  const other = createSite(path.join(path.dirname(site.data), 'other'), site.bus);
  const third = createSite(path.join(path.dirname(site.data), 'third'), site.bus);
  const within = { ...site.bus, IMGPIPE_TOPIC_PREFIX: `${site.bus['IMGPIPE_TOPIC_PREFIX']}apart.` };
  const apart = createSite(path.join(path.dirname(site.data), 'third'), within);
  try {
    // Images and events of the other's wait.
    await receiveHere(other, IMAGES);
    await drainHere(other, 'analyze');
    await receiveHere(other, IMAGES + 4);
    const committed = await committedBy(other);
    const bad = await stopsBefore(other, site, 'run', '--count', '4');
    for (const stage of ['analyze', 'alert']) bad.push(...(await stopsBefore(other, third, stage)));
    if ((await committedBy(other)) !== committed) bad.push("another pipeline's messages are committed");
    bad.push(...(await endOf('clean', site.start('clean', '--yes'))));
    await receiveHere(site, IMAGES);
    bad.push(...(await drainAndCheck(site, ALL)));
    bad.push(...(await endOf('run with another prefix', apart.start('run', '--count', String(IMAGES)))));
    return [...bad, ...(await drainAndCheck(apart, ALL))];
  } finally {
    await Promise.all([other, third, apart].map((each) => each.close()));
  }
};

/** What was published before a `clean` that left the topics is passed over, and the new pipeline is whole. */
export const messagesFromBeforeClean: Round = async (site) => {
  await receiveHere(site, 4);
  await drainHere(site, 'analyze');
  await receiveHere(site, 6);
  const bad = await endOf('clean', site.start('clean', '--yes', '--keep-topics'));
  const stages = startStages(site, { count: IMAGES, interval: '20ms' });
  bad.push(...(await untilAlerts(site, ALERTS)), ...(await finish(site, stages, ALL)));
  for (const [name, count] of [
    ['analyze', 2],
    ['alert', 1],
  ] as const) {
    const told = stages[name].stderr().match(/skipped a message from before the last clean/g)?.length ?? 0;
    if (told !== count) bad.push(`${name} passes over ${told} messages instead of ${count}`);
  }
  return bad;
};

/** An analyzer whose group does not let it in, since another is stopped and not given up yet, is told to stop. The other is woken. */
export const toldToStopWhileJoining: Round = async (site) => {
  const stages = startStages(site, { count: IMAGES, interval: '20ms' });
  const bad = [...(await endOf('receive', stages.receive)), ...(await untilAlerts(site, ALERTS))];
  // Idle, it has not the catalog in its hand.
  while ((await statusOf(site)).waiting?.analysis !== 0) await sleep(20);
  stages.analyze.child.kill('SIGSTOP');
  const second = site.start('analyze');
  await second.until(/is waiting for partitions/);
  bad.push(...(await tellToStop('the analyzer that waits', second)));
  stages.analyze.child.kill('SIGCONT');
  await receiveHere(site, IMAGES + 4);
  bad.push(...(await untilAlerts(site, ALERTS + 1)));
  return [...bad, ...(await finish(site, stages, { default: IMAGES + 4 }))];
};

/** A stage at `site` comes to the other pipeline's message and stops; the answer is what is wrong with that. */
async function stopsBefore(other: Site, site: Site, ...stage: string[]): Promise<string[]> {
  const ids = await Promise.all([other, site].map(pipelineIdOf));
  const end = await site.start(...stage).ended;
  const bad = wrongEnd(`${stage[0]} with another pipeline's message`, end, 1);
  for (const part of [...ids, '--topic-prefix', "'imgpipe clean'"])
    if (!end.stderr.includes(part)) bad.push(`${stage[0]} does not say ${part}: ${end.stderr}`);
  return bad;
}

const statusOf = ({ data, bus }: Site) => statusAt(data, bus);

async function pipelineIdOf(site: Site): Promise<string> {
  return (await statusOf(site)).pipelineId;
}

/** What the pipeline's groups have committed, of all partitions. */
async function committedBy(site: Site): Promise<string> {
  const { broker } = await statusOf(site);
  return JSON.stringify(broker.groups.map(({ partitions }) => partitions.map(({ committed }) => committed)));
}

/** Publishes all messages of a topic once more. */
async function publishAgain(site: Site, topic: string): Promise<void> {
  const connection = kafkaConnectionOf(loadConfig({ given: {}, givenAs: 'name', env: site.bus }));
  if (connection === undefined) throw new Error('the messages of a Kafka cluster were to be published again');
  const bus = await openKafkaBus(connection, { create: true, withinMs: 10_000 });
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

async function isMemberAgain(analyzer: Running): Promise<void> {
  const shares = (text: string) => text.match(/ takes /g)?.length ?? 0;
  const before = shares(analyzer.stderr());
  while (analyzer.child.exitCode === null && shares(analyzer.stderr()) === before) await sleep(20);
}
