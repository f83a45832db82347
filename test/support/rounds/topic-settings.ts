import { setTimeout as sleep } from 'node:timers/promises';
import { type Admin, type ConfigResourceTypes, Kafka, logLevel } from 'kafkajs';
import { ALERT_GROUP, consumerGroup, TOPICS } from '../../../src/domain/messages.ts';
import { start } from '../imgpipe.ts';
import type { KafkaCluster } from '../kafka/kafka-cluster.ts';
import { runKafkaTool } from '../kafka/kafka-tool.ts';
import { checkExit } from './running-stages.ts';
import type { Site } from './site.ts';

/** The topics of a pipeline with one technique, each with its consumer group. */
export const GROUPS = [
  [TOPICS.imageAnalysis, consumerGroup('l2@2')],
  [TOPICS.imageEventAlert, ALERT_GROUP],
] as const;

const TOPIC_RESOURCE: ConfigResourceTypes.TOPIC = 2;

/** The name of a topic or group on the broker. */
export function named({ bus }: Site): (name: string) => string {
  return (name) => `${bus['IMGPIPE_TOPIC_PREFIX']}${name}`;
}

export async function withAdmin<T>(kafka: KafkaCluster, work: (admin: Admin) => Promise<T>): Promise<T> {
  const brokers = [kafka.address.replace('kafka://', '')];
  const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

/** Replaces the settings of both topics. Those that are left out become the broker's defaults. */
export function configure(site: Site, kafka: KafkaCluster, settings: Readonly<Record<string, string>>): Promise<void> {
  const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
  const resources = GROUPS.map(([topic]) => ({ type: TOPIC_RESOURCE, name: named(site)(topic), configEntries }));
  return withAdmin(kafka, (admin) => admin.alterConfigs({ validateOnly: false, resources }));
}

/** Waits until the next message of each group is not in the log any more, although the group has not read it. */
export function untilUnreadAreGone(site: Site, kafka: KafkaCluster): Promise<void> {
  return withAdmin(kafka, async (admin) => {
    for (const [topic, group] of GROUPS) {
      while (!(await nextIsGone(admin, named(site)(topic), named(site)(group)))) await sleep(100);
    }
  });
}

async function nextIsGone(admin: Admin, topic: string, groupId: string): Promise<boolean> {
  // The first message of the log, which compaction does not tell: it leaves the log's start as it is.
  const firsts = await admin.fetchTopicOffsetsByTimestamp(topic, 0);
  const [group] = await admin.fetchOffsets({ groupId, topics: [topic] });
  return firsts.some(({ partition, offset }) => {
    const committed = group?.partitions.find((each) => each.partition === partition)?.offset;
    return Number(committed ?? -1) >= 0 && Number(offset) > Number(committed);
  });
}

/** Starts a stage until it is not refused any more, and runs the command that each refusal names. */
export async function runNamedCommands(site: Site): Promise<string[]> {
  const problems: string[] = [];
  for (const _ of GROUPS) {
    const refused = await start(['analyze', '--drain', '--data', site.data], { env: site.bus }).ended;
    problems.push(...checkExit('analyze on a compacted topic', refused, 2));
    const [, tool = '', args = ''] = /run 'kafka-(\w+)\.sh (.+?)'/.exec(refused.stderr) ?? [];
    problems.push(...(await runKafkaTool(tool, args.split(' '))));
  }
  return problems;
}
