import { Partitioners, type Producer, type RecordMetadata } from 'kafkajs';
import { withDeadline } from '../../base/deadlines.ts';
import type { Message } from '../../domain/messages.ts';
import type { RecordPosition } from '../../domain/records.ts';
import { createClient, RETRY } from './client.ts';
import { createConnection } from './connection.ts';
import { unavailable } from './errors.ts';
import { addressOf, type KafkaOptions } from './options.ts';
import { recordOf } from './records.ts';

/** The position of a published message within its topic. */
export type Position = Pick<RecordPosition, 'partition' | 'offset'>;

/** Publishes to topics by their names on the broker. */
export interface Publisher {
  /** Resolves once all in-sync replicas have the messages. Rejects with errors of kafkajs. */
  publish(topic: string, messages: readonly Message[]): Promise<Position[]>;
  close(): Promise<void>;
}

/** Chooses the partition as the Java client does. */
const partitionFor = Partitioners.DefaultPartitioner();

/**
 * An idempotent producer. It is replaced once its `connect` or `send` has failed: after a failed InitProducerId kafkajs
 * would continue without idempotence, and a fenced producer never recovers.
 */
export function createPublisher(options: KafkaOptions, partitionsOf: (topic: string) => Promise<number>): Publisher {
  const { requestTimeout } = options;
  const connection = createConnection(connect);

  async function connect(): Promise<Producer> {
    const producer = createClient(options).producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
      retry: { ...RETRY },
    });
    try {
      await producer.connect();
      return producer;
    } catch (error) {
      await producer.disconnect().catch(() => {});
      throw error;
    }
  }

  async function publish(topic: string, messages: readonly Message[]): Promise<Position[]> {
    if (messages.length === 0) return [];
    const count = await partitionsOf(topic);
    const chosen = messages.map(({ key }) => partitionOf(topic, key, count));
    const records = messages.map((message, index) => recordOf(message, chosen[index] ?? 0));
    return connection.use(async (opening) => {
      const send = async () => (await opening).send({ topic, acks: -1, timeout: requestTimeout, messages: records });
      // Needed because kafkajs never sends what is queued behind a request that has timed out.
      const maxMs = 4 * requestTimeout;
      const timeoutError = () => unavailable(addressOf(options), `no response within ${maxMs / 1000} s`);
      return positions(chosen, await withDeadline(maxMs, send(), timeoutError));
    });
  }

  return { publish, close: () => connection.close() };
}

function partitionOf(topic: string, key: string, count: number): number {
  const partitionMetadata = Array.from({ length: count }, (_, partitionId) => ({
    partitionId,
    leader: 0,
    partitionErrorCode: 0,
    replicas: [],
    isr: [],
  }));
  return partitionFor({ topic, partitionMetadata, message: { key, value: null } });
}

/** The position of each message: those of one batch and partition are contiguous and in order. */
function positions(chosen: readonly number[], results: readonly RecordMetadata[]): Position[] {
  const next = new Map(results.map(({ partition, baseOffset }) => [partition, Number(baseOffset)]));
  return chosen.map((partition) => {
    const offset = next.get(partition);
    if (offset === undefined || !(offset >= 0)) {
      throw new Error(`the broker returned no offset for partition ${partition}`);
    }
    next.set(partition, offset + 1);
    return { partition, offset };
  });
}
