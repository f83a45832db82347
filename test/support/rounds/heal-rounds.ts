import { cpSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Running } from '../imgpipe.ts';
import { type KafkaCluster, startKafka } from '../kafka/kafka-cluster.ts';
import { png } from '../pictures.ts';
import { pick, seeded } from '../random.ts';
import { backUp, restore } from './backups.ts';
import type { BrokerRound } from './broker-rounds.ts';
import {
  checkEnd,
  drainAndCheck,
  drainInProcess,
  receiveFile,
  receiveInProcess,
  type Stages,
  startReceiver,
  stopStage,
  waitForAlerts,
} from './running-stages.ts';
import type { Site } from './site.ts';
import { configure, GROUPS, named, runNamedCommands, untilUnreadAreGone, withAdmin } from './topic-settings.ts';

/** Something that makes messages or committed offsets disappear. `prepare` runs while there is less on the broker. */
export interface Disaster {
  /** Whether it is to happen to messages that nobody has read: stages that run are suspended meanwhile. */
  readonly needsUnread?: boolean;
  prepare?(site: Site, kafka: KafkaCluster): Promise<void>;
  /** May resolve with what ends it, which is called after the round. */
  strike(site: Site, kafka: KafkaCluster): Promise<(() => Promise<void>) | void>;
  /** What a user has to do before stages start again. Resolves with the problems found. */
  mend?(site: Site): Promise<string[]>;
  /** What a stage must say about it, if it runs once after it. */
  readonly says?: Readonly<Record<(typeof STAGES)[number], string>>;
}

const STAGES = ['analyze', 'alert'] as const;

const TOPIC_NAMES = GROUPS.map(([topic]) => topic);

/** The topics are deleted. */
const topicsDeleted: Disaster = {
  strike: (site, kafka) => withAdmin(kafka, (admin) => admin.deleteTopics({ topics: TOPIC_NAMES.map(named(site)) })),
};

/** The broker starts again without its data, as the same cluster. */
const brokerWiped: Disaster = {
  strike: async (_, kafka) => {
    await kafka.nodes[0]?.kill();
    rmSync(dataOf(kafka), { recursive: true });
    await kafka.nodes[0]?.start();
  },
};

/** Another cluster takes the broker's address, until the end of the round. */
const brokerReplaced: Disaster = {
  strike: async (_, kafka) => {
    await kafka.nodes[0]?.stop();
    return (await startKafka({ port: Number(kafka.address.split(':').at(-1)) })).close;
  },
};

/** The broker starts again with the data that it had some time ago. */
const brokerRestored: Disaster = {
  prepare: async (_, kafka) => {
    await kafka.nodes[0]?.stop();
    cpSync(dataOf(kafka), `${dataOf(kafka)}-before`, { recursive: true });
    await kafka.nodes[0]?.start();
  },
  strike: async (_, kafka) => {
    await kafka.nodes[0]?.stop();
    rmSync(dataOf(kafka), { recursive: true });
    renameSync(`${dataOf(kafka)}-before`, dataOf(kafka));
    await kafka.nodes[0]?.start();
  },
};

/** All messages are deleted; the offsets go on. */
const messagesDeleted: Disaster = {
  strike: (site, kafka) =>
    withAdmin(kafka, async (admin) => {
      for (const topic of TOPIC_NAMES.map(named(site))) {
        const partitions = (await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => ({
          partition,
          offset: high,
        }));
        await admin.deleteTopicRecords({ topic, partitions });
      }
    }),
};

/** Segments are deleted once they are older than a moment, until all that was unread is gone. */
const retentionTime = cutBy({ 'retention.ms': '1' });

/** All segments but the newest are deleted. */
const retentionBytes = cutBy({ 'retention.bytes': '1' });

/** The topics become compacted, and keep no more than the newest message of each stream. */
const compacted: Disaster = {
  ...cutBy({ 'cleanup.policy': 'compact', 'min.cleanable.dirty.ratio': '0.01' }, { restored: false }),
  mend: runNamedCommands,
};

/** The committed offsets become those of the logs' ends. Groups must have no members. */
const offsetsToLatest = offsetsTo(false);
/** The committed offsets become those of the logs' starts. Groups must have no members. */
const offsetsToEarliest = offsetsTo(true);

/** The groups are deleted with their offsets, as when those expire. Groups must have no members. */
const offsetsDeleted: Disaster = {
  strike: (site, kafka) =>
    withAdmin(kafka, async (admin) => {
      await admin.deleteGroups(GROUPS.map(([, group]) => named(site)(group)));
    }),
};

/** Data folder and catalog become what they were some time ago, while the groups have gone on. Stages must not run. */
const folderRestored: Disaster = {
  prepare: backUp,
  strike: async (site) => {
    await drainInProcess(site, 'analyze');
    await drainInProcess(site, 'alert');
    await restore(site);
  },
};

/**
 * Data folder and catalog become what they were some time ago, while messages are unread: about images and events that they do
 * not have, and whose numbers are given again to others. Stages must not run.
 */
const folderRestoredUnread: Disaster = {
  prepare: async (site) => {
    await backUp(site);
    const file = `${site.data}-other.png`;
    writeFileSync(file, png([100, 100, 100], { first: [200, 0, 0] }));
    // All pictures that follow are made from this one, and so differ from those after the restore.
    await receiveFile(site, file);
  },
  strike: async (site) => {
    await restore(site);
    await receiveInProcess(site, 30);
  },
  says: {
    analyze: 'analyze: skipped 12 messages about images that are not in the catalog',
    alert: 'alert: skipped 4 messages about events that are not in the catalog',
  },
};

/** All of them, by name. */
export const DISASTERS = {
  topicsDeleted,
  brokerWiped,
  brokerReplaced,
  brokerRestored,
  messagesDeleted,
  retentionTime,
  retentionBytes,
  compacted,
  offsetsToLatest,
  offsetsToEarliest,
  offsetsDeleted,
  folderRestored,
  folderRestoredUnread,
};

/** The stages run on while it happens, and heal it by themselves; with `kill`, after one of them was killed and restarted. */
export function whileRunning({ needsUnread, prepare, strike, mend }: Disaster, { kill = false } = {}): BrokerRound {
  return async (site, seed, kafka) => {
    const images = 80;
    const random = seeded(seed);
    const stages = { alert: site.start('alert'), analyze: site.start('analyze') };
    await Promise.all(Object.values(stages).map((stage) => stage.until(/is assigned/)));
    await prepare?.(site, kafka);
    const receive = startReceiver(site, { count: images, interval: '60ms' });
    await stages.alert.until(/^alert 2:/m);
    await sleep(random() * 500);
    if (needsUnread) await suspendConsumers({ ...stages, receive });
    const victim = pick(random, ['alert', 'analyze'] as const);
    if (kill) stages[victim].child.kill('SIGKILL');
    const end = await strike(site, kafka);
    for (const { child } of Object.values(stages)) child.kill('SIGCONT');
    if (kill) stages[victim] = site.start(victim, '--wait');
    const problems = [...(await checkEnd('receive', receive)), ...(await waitForAlerts(site, images / 4))];
    problems.push(...((await mend?.(site)) ?? []));
    for (const [name, stage] of Object.entries(stages)) problems.push(...(await stopStage(name, stage)));
    problems.push(...(await drainAndCheck(site, { default: images })));
    await end?.();
    return problems;
  };
}

/** It happens while no stage runs, with images and events waiting. One run of each stage heals it. */
export function whileStopped(
  { needsUnread, prepare, strike, mend, says }: Disaster,
  { received = 36 } = {},
): BrokerRound {
  return async (site, _, kafka) => {
    await receiveInProcess(site, 12);
    await drainInProcess(site, 'analyze');
    await prepare?.(site, kafka);
    await drainInProcess(site, 'alert');
    // What is received or analyzed together is published together, in one segment.
    const steps = needsUnread ? [4, 8, 12] : [12];
    for (const step of steps) {
      await receiveInProcess(site, 12 + step);
      await drainInProcess(site, 'analyze');
    }
    for (const step of steps) await receiveInProcess(site, 24 + step);
    const end = await strike(site, kafka);
    const problems = (await mend?.(site)) ?? [];
    for (const stage of STAGES) {
      const running = site.start(stage, '--drain');
      problems.push(...(await checkEnd(stage, running)));
      if (!running.stderr().includes(says?.[stage] ?? '')) problems.push(`${stage} only says: ${running.stderr()}`);
    }
    await receiveInProcess(site, received);
    problems.push(...(await drainAndCheck(site, { default: received })));
    await end?.();
    return problems;
  };
}

/** Each batch of messages gets a segment of its own: retention and compaction leave alone what is being written to. */
const SMALL_SEGMENTS = { 'segment.ms': '1', 'retention.ms': '-1' };

/** Settings of the topics by which messages go that nobody has read. */
function cutBy(settings: Readonly<Record<string, string>>, { restored = true } = {}): Disaster {
  return {
    needsUnread: true,
    prepare: (site, kafka) => configure(site, kafka, SMALL_SEGMENTS),
    strike: async (site, kafka) => {
      await configure(site, kafka, { ...SMALL_SEGMENTS, ...settings });
      await untilUnreadAreGone(site, kafka);
      if (restored) await configure(site, kafka, SMALL_SEGMENTS);
    },
  };
}

function offsetsTo(earliest: boolean): Disaster {
  return {
    strike: (site, kafka) =>
      withAdmin(kafka, async (admin) => {
        for (const [topic, group] of GROUPS) {
          await admin.resetOffsets({ groupId: named(site)(group), topic: named(site)(topic), earliest });
        }
      }),
  };
}

/** Suspends the two consumers, once each has several messages to read. */
async function suspendConsumers({ alert, analyze, receive }: Stages): Promise<void> {
  await suspend(alert, analyze, 3);
  await suspend(analyze, receive, 12);
}

/** Suspends a stage until another, whose results it reads, has told so many more of them. */
async function suspend(stage: Running, source: Running, more: number): Promise<void> {
  const results = () => source.stdout().match(/^(event|image) /gm)?.length ?? 0;
  const waits = () => source.stderr().match(/ is waiting: the catalog/g)?.length ?? 0;
  const wanted = results() + more;
  for (;;) {
    const before = waits();
    stage.child.kill('SIGSTOP');
    while (results() < wanted && waits() === before) await sleep(20);
    if (results() >= wanted) return;
    // It holds the catalog's write lock. Another wait is told only once this one has ended.
    const resumed = results();
    stage.child.kill('SIGCONT');
    while (results() === resumed) await sleep(20);
  }
}

function dataOf({ folder }: KafkaCluster): string {
  return path.join(folder, 'node-1', 'log');
}
