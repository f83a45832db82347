import type { Cluster } from 'kafkajs/src/cluster/index.js';
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
    const found: ReceivedMessage[] = [];
    for (const { name, origin } of topics)
      found.push(...(await newestOf(cluster, name, origin).catch(ignoreUnreadable)));
    return found;
  };
  try {
    const limit = { silenceMs: options.brokerTimeout, lastSignAt: () => lastSignAt };
    return await withSilenceLimit(read(), limit, noResponse);
  } finally {
    void cluster.disconnect().catch(() => {});
  }
}

/** A receiver needs no permission to read. What kafkajs cannot decode is not ours. */
function ignoreUnreadable(error: unknown): [] {
  if (hasType(error, 'TOPIC_AUTHORIZATION_FAILED') || isUnreadable(error)) return [];
  throw error;
}

async function newestOf(cluster: Cluster, topic: string, origin: Origin): Promise<ReceivedMessage[]> {
  await cluster.addTargetTopic(topic);
  const partitions = cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId);
  const starts = await startsOf(cluster, topic, partitions);
  const leaders = Object.entries(cluster.findLeaderForPartitions(topic, [...starts.keys()]));
  const found = await Promise.all(
    leaders.map(async ([nodeId, led]) => {
      const broker = await cluster.findBroker({ nodeId });
      const { responses } = await broker.fetch({
        isolationLevel: 0,
        minBytes: 1,
        maxWaitTime: MAX_WAIT_MS,
        maxBytes: MAX_FETCH_BYTES,
        topics: [
          {
            topic,
            partitions: led.map((partition) => ({
              partition,
              fetchOffset: String(starts.get(partition)),
              maxBytes: MAX_PARTITION_BYTES,
            })),
          },
        ],
      });
      return responses.flatMap((response) => response.partitions);
    }),
  );
  return found.flat().flatMap(({ partition, messages }) =>
    messages
      // A batch is returned whole, also where it begins before the offset.
      .filter(({ offset, isControlRecord }) => !isControlRecord && Number(offset) >= (starts.get(partition) ?? 0))
      .map((record) => messageOf(record, { ...origin, partition })),
  );
}

/** The offset to read each partition from. Empty partitions are left out. */
async function startsOf(cluster: Cluster, topic: string, partitions: readonly number[]): Promise<Map<number, number>> {
  const offsets = async (fromBeginning: boolean) => {
    const all = partitions.map((partition) => ({ partition }));
    const found = await cluster.fetchTopicsOffset([{ topic, partitions: all, fromBeginning }]);
    return new Map(
      found.flatMap((each) => each.partitions.map(({ partition, offset }) => [partition, Number(offset)])),
    );
  };
  const [lows, highs] = [await offsets(true), await offsets(false)];
  return new Map(
    [...highs].flatMap(([partition, high]) => {
      const low = lows.get(partition) ?? high;
      return low < high ? [[partition, Math.max(low, high - PER_PARTITION)] as const] : [];
    }),
  );
}
