import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import { ImgpipeError } from '../../../domain/errors.ts';
import { isAnswer } from '../errors.ts';
import type { KafkaOptions } from '../options.ts';

/** How often it is asked whether a topic has come or gone. */
const ASK_MS = 50;

/** Makes the topics that are not there, and answers once they can be used; those that are there stay as they are. */
export async function makeTopics(admin: Admin, names: readonly string[], options: KafkaOptions): Promise<void> {
  const there = new Set(await admin.listTopics());
  const missing = names.filter((name) => !there.has(name));
  if (missing.length === 0) return;
  const retention = options.retention === 'forever' ? '-1' : String(options.retention);
  const configEntries = [
    { name: 'retention.ms', value: retention },
    { name: 'retention.bytes', value: '-1' },
    { name: 'cleanup.policy', value: 'delete' },
  ];
  try {
    // Of those that another process makes at the same time the answer is that they are there.
    await admin.createTopics({
      topics: missing.map((topic) => ({
        topic,
        numPartitions: options.partitions,
        replicationFactor: options.replication,
        configEntries,
      })),
      waitForLeaders: false,
    });
  } catch (error) {
    if (!isAnswer(error, 'INVALID_REPLICATION_FACTOR')) throw error;
    throw new ImgpipeError(
      'config_invalid',
      `kafka_replication: the cluster has too few brokers to keep a topic on ${options.replication} of them: give a smaller number`,
      { cause: error },
    );
  }
  while (!(await areLed(admin, missing))) await sleep(ASK_MS);
}

/** A new topic is known everywhere, and each of its partitions led, only a moment later. */
async function areLed(admin: Admin, names: readonly string[]): Promise<boolean> {
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [...names] });
    return topics.every(({ partitions }) => partitions.length > 0 && partitions.every(({ leader }) => leader >= 0));
  } catch (error) {
    if (isAnswer(error, 'UNKNOWN_TOPIC_OR_PARTITION') || isAnswer(error, 'LEADER_NOT_AVAILABLE')) return false;
    throw error;
  }
}

/** How many partitions each of these topics has; a topic that is not there is left out. */
export async function partitionCounts(admin: Admin, names: readonly string[]): Promise<Map<string, number>> {
  const there = new Set(await admin.listTopics());
  const topics = names.filter((name) => there.has(name));
  if (topics.length === 0) return new Map();
  const metadata = await admin.fetchTopicMetadata({ topics });
  return new Map(metadata.topics.map(({ name, partitions }) => [name, partitions.length]));
}

/** Deletes those of the topics that are there, and answers once they are gone: deleting is asynchronous. */
export async function deleteTopics(admin: Admin, names: readonly string[]): Promise<void> {
  const present = async () => {
    const there = new Set(await admin.listTopics());
    return names.filter((name) => there.has(name));
  };
  const topics = await present();
  if (topics.length === 0) return;
  try {
    await admin.deleteTopics({ topics });
  } catch (error) {
    if (!isAnswer(error, 'UNKNOWN_TOPIC_OR_PARTITION')) throw error;
  }
  while ((await present()).length > 0) await sleep(ASK_MS);
}
