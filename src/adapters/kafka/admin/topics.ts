import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import { ImgpipeError } from '../../../domain/errors.ts';
import { hasType, translated } from '../errors.ts';
import type { KafkaOptions } from '../options.ts';

/** How often to check whether a topic has been created or deleted. */
const POLL_MS = 50;

/**
 * Creates the topics that do not exist, all of them or none. The others keep their settings. Resolves with the partition
 * counts of the cluster's topics, once every partition of the new ones has a leader.
 */
export async function createTopics(
  admin: Admin,
  names: readonly string[],
  options: KafkaOptions,
): Promise<ReadonlyMap<string, number>> {
  const existing = await partitionCounts(admin);
  const missing = names.filter((name) => !existing.has(name));
  if (missing.length === 0) return existing;
  const retention = options.retention === 'forever' ? '-1' : String(options.retention);
  const configEntries = [
    { name: 'retention.ms', value: retention },
    { name: 'retention.bytes', value: '-1' },
    { name: 'cleanup.policy', value: 'delete' },
    // By default a broker refuses messages of a host whose clock is an hour ahead.
    { name: 'message.timestamp.type', value: 'LogAppendTime' },
  ];
  try {
    const topics = missing.map((topic) => ({
      topic,
      numPartitions: options.partitions,
      replicationFactor: options.replication,
      configEntries,
    }));
    // A broker that refuses one of several topics creates the others.
    await admin.createTopics({ topics, validateOnly: true, waitForLeaders: false });
    // Resolves with false, and does not reject, if another process has just created them.
    await admin.createTopics({ topics, waitForLeaders: false });
  } catch (error) {
    if (!hasType(error, 'INVALID_REPLICATION_FACTOR')) throw error;
    throw new ImgpipeError(
      'config_invalid',
      `kafka_replication: the cluster has fewer than ${options.replication} brokers (INVALID_REPLICATION_FACTOR): set a smaller number`,
      { cause: error },
    );
  }
  while (!(await haveLeaders(admin, missing))) await sleep(POLL_MS);
  return partitionCounts(admin);
}

/** The partition count of each topic that this client may describe. */
async function partitionCounts(admin: Admin): Promise<Map<string, number>> {
  const { topics } = await admin.fetchTopicMetadata();
  return new Map(topics.map(({ name, partitions }) => [name, partitions.length]));
}

/** Whether every partition has a leader, which is some time after the creation. */
async function haveLeaders(admin: Admin, names: readonly string[]): Promise<boolean> {
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [...names] });
    return topics.every(({ partitions }) => partitions.length > 0 && partitions.every(({ leader }) => leader >= 0));
  } catch (error) {
    if (hasType(error, 'UNKNOWN_TOPIC_OR_PARTITION') || hasType(error, 'LEADER_NOT_AVAILABLE')) return false;
    throw error;
  }
}

/**
 * Checks that this client may delete those of the topics that exist. Throws `broker_refused`. A DeleteRecords request up
 * to the start of the log needs the same permission and deletes nothing.
 */
export async function checkDeletable(admin: Admin, names: readonly string[], address: string): Promise<void> {
  const existing = new Set(await admin.listTopics());
  for (const topic of names.filter((name) => existing.has(name))) {
    const partitions = (await admin.fetchTopicOffsets(topic)).map(({ partition, low }) => ({ partition, offset: low }));
    try {
      await admin.deleteTopicRecords({ topic, partitions });
    } catch (error) {
      // A compacted topic does not allow it.
      if (!hasType(error, 'POLICY_VIOLATION')) throw translated(error, address, { topic });
    }
  }
}

/** Deletes those of the topics that exist. Resolves once they are gone; brokers delete asynchronously. */
export async function deleteTopics(admin: Admin, names: readonly string[]): Promise<void> {
  const present = async () => {
    const existing = new Set(await admin.listTopics());
    return names.filter((name) => existing.has(name));
  };
  const topics = await present();
  if (topics.length === 0) return;
  try {
    await admin.deleteTopics({ topics });
  } catch (error) {
    if (!hasType(error, 'UNKNOWN_TOPIC_OR_PARTITION')) throw error;
  }
  while ((await present()).length > 0) await sleep(POLL_MS);
}
