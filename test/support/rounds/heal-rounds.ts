import { cpSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Admin, Kafka, logLevel } from 'kafkajs';
import { ALERT_GROUP, consumerGroup, TOPICS } from '../../../src/domain/messages.ts';
import { type KafkaCluster, startKafka } from '../kafka/kafka-cluster.ts';
import { png } from '../pictures.ts';
import { pick, seeded } from '../random.ts';
import type { BrokerRound } from './broker-rounds.ts';
import {
  checkEnd,
  drainAndCheck,
  drainInProcess,
  receiveFile,
  receiveInProcess,
  startReceiver,
  stopStage,
  waitForAlerts,
} from './running-stages.ts';
import type { Site } from './site.ts';

/** Something that makes messages or committed offsets disappear. `prepare` runs while there is less on the broker. */
export interface Disaster {
  prepare?(site: Site, kafka: KafkaCluster): Promise<void>;
  /** May resolve with what ends it, which is called after the round. */
  strike(site: Site, kafka: KafkaCluster): Promise<(() => Promise<void>) | void>;
  /** What a stage must say about it, if it runs once after it. */
  readonly says?: Readonly<Record<(typeof STAGES)[number], string>>;
}

const STAGES = ['analyze', 'alert'] as const;

const TOPIC_NAMES = [TOPICS.imageAnalysis, TOPICS.imageEventAlert] as const;
const GROUPS = [
  [TOPICS.imageAnalysis, consumerGroup('l2@1')],
  [TOPICS.imageEventAlert, ALERT_GROUP],
] as const;

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

/** The data folder becomes what it was some time ago, while the groups have gone on. Stages must not run. */
const folderRestored: Disaster = {
  prepare: async ({ data }) => cpSync(data, `${data}-before`, { recursive: true }),
  strike: async (site) => {
    await drainInProcess(site, 'analyze');
    await drainInProcess(site, 'alert');
    restoreFolder(site);
  },
};

/**
 * The data folder becomes what it was some time ago, while messages are unread: about images and events that it does not
 * have, and whose numbers are given again to others. Stages must not run.
 */
const folderRestoredUnread: Disaster = {
  prepare: async (site) => {
    cpSync(site.data, `${site.data}-before`, { recursive: true });
    const file = `${site.data}-other.png`;
    writeFileSync(file, png([100, 100, 100], { first: [200, 0, 0] }));
    // All pictures that follow are made from this one, and so differ from those after the restore.
    await receiveFile(site, file);
  },
  strike: async (site) => {
    restoreFolder(site);
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
  offsetsToLatest,
  offsetsToEarliest,
  offsetsDeleted,
  folderRestored,
  folderRestoredUnread,
};

/** The stages run on while it happens, and heal it by themselves; with `kill`, after one of them was killed and restarted. */
export function whileRunning({ prepare, strike }: Disaster, { kill = false } = {}): BrokerRound {
  return async (site, seed, kafka) => {
    const images = 80;
    const random = seeded(seed);
    const stages = { alert: site.start('alert'), analyze: site.start('analyze') };
    await Promise.all(Object.values(stages).map((stage) => stage.until(/is assigned/)));
    await prepare?.(site, kafka);
    const receive = startReceiver(site, { count: images, interval: '60ms' });
    await stages.alert.until(/^alert 2:/m);
    await sleep(random() * 500);
    const victim = pick(random, ['alert', 'analyze'] as const);
    if (kill) stages[victim].child.kill('SIGKILL');
    const end = await strike(site, kafka);
    if (kill) stages[victim] = site.start(victim, '--wait');
    const problems = [...(await checkEnd('receive', receive)), ...(await waitForAlerts(site, images / 4))];
    for (const [name, stage] of Object.entries(stages)) problems.push(...(await stopStage(name, stage)));
    problems.push(...(await drainAndCheck(site, { default: images })));
    await end?.();
    return problems;
  };
}

/** It happens while no stage runs, with images and events waiting. One run of each stage heals it. */
export function whileStopped({ prepare, strike, says }: Disaster, { received = 36 } = {}): BrokerRound {
  return async (site, _, kafka) => {
    await receiveInProcess(site, 12);
    await drainInProcess(site, 'analyze');
    await prepare?.(site, kafka);
    await drainInProcess(site, 'alert');
    await receiveInProcess(site, 24);
    await drainInProcess(site, 'analyze');
    await receiveInProcess(site, 36);
    const end = await strike(site, kafka);
    const problems: string[] = [];
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

function restoreFolder({ data }: Site): void {
  rmSync(data, { recursive: true });
  renameSync(`${data}-before`, data);
}

function named({ bus }: Site): (name: string) => string {
  return (name) => `${bus['IMGPIPE_TOPIC_PREFIX']}${name}`;
}

function dataOf({ folder }: KafkaCluster): string {
  return path.join(folder, 'node-1', 'log');
}

async function withAdmin(kafka: KafkaCluster, work: (admin: Admin) => Promise<unknown>): Promise<void> {
  const brokers = [kafka.address.replace('kafka://', '')];
  const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    await work(admin);
  } finally {
    await admin.disconnect();
  }
}
