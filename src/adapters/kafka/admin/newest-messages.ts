import type { Cluster, FetchedTopic } from 'kafkajs/src/cluster/index.js';
import type { ReceivedMessage } from '../../../ports/event-bus.ts';
import { createClient } from '../client.ts';
import { hasType, isTransient, isUnreadable, translated, unavailable } from '../errors.ts';
import { addressOf, type KafkaOptions } from '../options.ts';
import { messageOf } from '../records.ts';
import { retryTransient } from '../retry-transient.ts';
import { clusterOf } from '../workarounds/open-cluster.ts';
import { withSilenceLimit } from './silence-limit.ts';

/** How many of the newest messages of a partition are read, and how many bytes of them at least. */
const PER_PARTITION = 16;
const MAX_PARTITION_BYTES = 65_536;
const MAX_FETCH_BYTES = 4 * 1024 * 1024;
const MAX_WAIT_MS = 100;

/** Where messages are from: the bus, and the topic by its name without the prefix. */
type Origin = Pick<ReceivedMessage['position'], 'bus' | 'topic'>;

/** An existing topic, by its name on the broker. */
export interface NewestRequest {
  readonly name: string;
  readonly origin: Origin;
}

/**
 * The newest messages of each partition of existing topics. Topics that this client may not read, or whose messages it
 * cannot decode, are left out.
 */
export async function readNewest(options: KafkaOptions, topics: readonly NewestRequest[]): Promise<ReceivedMessage[]> {
  const { brokerTimeout, requestTimeout, hosts } = options;
  const address = addressOf(options);
  const noResponse = (ms: number) => () => unavailable(address, `no response within ${ms / 1000} s`);
  try {
    return await retryTransient(() => readOnce(options, topics, noResponse(brokerTimeout)), {
      isTransient: (error) => isTransient(error, hosts),
      withinMs: 2 * requestTimeout,
      failingMs: brokerTimeout,
      timeoutError: noResponse(2 * requestTimeout),
    });
  } catch (error) {
    throw translated(error, address);
  }
}

async function readOnce(
  options: KafkaOptions,
  topics: readonly NewestRequest[],
  noResponse: () => Error,
): Promise<ReceivedMessage[]> {
  let lastSignAt = performance.now();
  const cluster = clusterOf(createClient(options, options.hosts.length), () => {
    lastSignAt = performance.now();
  });
  const read = async () => {
    await cluster.connect();
    return newestReadable(cluster, topics);
  };
  try {
    const limit = { silenceMs: options.brokerTimeout, lastSignAt: () => lastSignAt };
    return await withSilenceLimit(read(), limit, noResponse);
  } finally {
    void cluster.disconnect().catch(() => {});
  }
}

/** A receiver needs no permission to read. What kafkajs cannot decode is not ours. */
async function newestReadable(cluster: Cluster, topics: readonly NewestRequest[]): Promise<ReceivedMessage[]> {
  try {
    return await newestOf(cluster, topics);
  } catch (error) {
    if (!hasType(error, 'TOPIC_AUTHORIZATION_FAILED') && !isUnreadable(error)) throw error;
    if (topics.length === 1) return [];
    const found: ReceivedMessage[] = [];
    for (const topic of topics) found.push(...(await newestReadable(cluster, [topic])));
    return found;
  }
}

async function newestOf(cluster: Cluster, topics: readonly NewestRequest[]): Promise<ReceivedMessage[]> {
  await cluster.addMultipleTargetTopics(topics.map(({ name }) => name));
  const starts = await startsOf(
    cluster,
    topics.map(({ name }) => name),
  );
  const byLeader = new Map<string, FetchedTopic[]>();
  for (const [topic, offsets] of starts) {
    const leaders = cluster.findLeaderForPartitions(topic, [...offsets.keys()]);
    for (const [nodeId, led] of Object.entries(leaders)) {
      const partitions = led.map((partition) => ({
        partition,
        fetchOffset: String(offsets.get(partition)),
        maxBytes: MAX_PARTITION_BYTES,
      }));
      byLeader.set(nodeId, [...(byLeader.get(nodeId) ?? []), { topic, partitions }]);
    }
  }
  const responses = await Promise.all(
    [...byLeader].map(async ([nodeId, fetched]) => {
      const broker = await cluster.findBroker({ nodeId });
      const limits = { isolationLevel: 0, minBytes: 1, maxWaitTime: MAX_WAIT_MS, maxBytes: MAX_FETCH_BYTES };
      return (await broker.fetch({ ...limits, topics: fetched })).responses;
    }),
  );
  const origins = new Map(topics.map(({ name, origin }) => [name, origin]));
  return responses.flat().flatMap(({ topicName, partitions }) => {
    const origin = origins.get(topicName);
    if (origin === undefined) return [];
    return partitions.flatMap(({ partition, messages }) =>
      messages
        // A batch is returned whole, also where it begins before the offset.
        .filter(({ offset, isControlRecord }) => !isControlRecord && Number(offset) >= startOf(topicName, partition))
        .map((record) => messageOf(record, { ...origin, partition })),
    );
  });

  function startOf(topic: string, partition: number): number {
    return starts.get(topic)?.get(partition) ?? 0;
  }
}

/** The offset to read each partition of each topic from. Empty partitions are left out. */
async function startsOf(cluster: Cluster, topics: readonly string[]): Promise<Map<string, Map<number, number>>> {
  const offsets = async (fromBeginning: boolean) => {
    const requests = topics.map((topic) => {
      const all = cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => ({ partition: partitionId }));
      return { topic, partitions: all, fromBeginning };
    });
    const found = await cluster.fetchTopicsOffset(requests);
    return new Map(
      found.map(({ topic, partitions }) => [
        topic,
        new Map(partitions.map(({ partition, offset }) => [partition, Number(offset)])),
      ]),
    );
  };
  const [lows, highs] = [await offsets(true), await offsets(false)];
  return new Map(
    [...highs].map(([topic, ends]) => {
      const begun = [...ends].flatMap(([partition, high]) => {
        const low = lows.get(topic)?.get(partition) ?? high;
        return low < high ? [[partition, Math.max(low, high - PER_PARTITION)] as const] : [];
      });
      return [topic, new Map(begun)];
    }),
  );
}
