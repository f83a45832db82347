import { Partitioners, type Producer, type RecordMetadata } from 'kafkajs';
import { withDeadline } from '../../base/deadlines.ts';
import { ImgpipeError } from '../../domain/errors.ts';
import type { Message } from '../../domain/messages.ts';
import type { RecordPosition } from '../../domain/records.ts';
import { setTopicConfig } from './admin/set-topic-config.ts';
import { createClient, RETRY } from './client.ts';
import { createConnection } from './connection.ts';
import { hasType, unavailable } from './errors.ts';
import { addressOf, type KafkaOptions } from './options.ts';
import { recordOf } from './records.ts';

/** The position of a published message within its topic. */
export type Position = Pick<RecordPosition, 'partition' | 'offset'>;

/** Publishes to topics by their names on the broker. */
export interface Publisher {
  /** Connects ahead of the first message, which takes a while. A failure does not matter: publishing tries again. */
  connect(): Promise<void>;
  /**
   * Resolves once all in-sync replicas have the messages. A batch that is too large for the topic is split. Rejects with
   * errors of kafkajs, and with `message_too_large` for one message that the topic does not take.
   */
  publish(topic: string, messages: readonly Message[]): Promise<Position[]>;
  close(): Promise<void>;
}

/** Kafka's default of `max.message.bytes`. */
const DEFAULT_MESSAGE_BYTES = 1_048_588;

/** Chooses the partition as the Java client does. */
const partitionFor = Partitioners.DefaultPartitioner();

/**
 * An idempotent producer. It is replaced once its `connect` or `send` has failed: after a failed InitProducerId kafkajs
 * would continue without idempotence, and a fenced producer never recovers.
 */
export function createPublisher(options: KafkaOptions, partitionsOf: (topic: string) => Promise<number>): Publisher {
  const { requestTimeout } = options;
  const connection = createConnection(createProducer);
  /** The size of a batch that each topic takes, as far as it has refused larger ones. */
  const maxBytes = new Map<string, number>();

  async function createProducer(): Promise<Producer> {
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
    const positions: Position[] = [];
    while (positions.length < messages.length) {
      const rest = messages.slice(positions.length);
      const batch = rest.slice(0, countWithin(rest, maxBytes.get(topic) ?? Number.POSITIVE_INFINITY));
      try {
        positions.push(...(await send(topic, batch)));
      } catch (error) {
        const [first] = batch;
        if (first === undefined || !isTooLarge(error)) throw error;
        if (batch.length === 1) throw messageTooLarge(topic, first, error);
        maxBytes.set(topic, totalBytes(batch) / 2);
      }
    }
    return positions;
  }

  function messageTooLarge(topic: string, message: Message, cause: unknown): ImgpipeError {
    const size = bytesOf(message);
    const setting = `max.message.bytes=${Math.max(DEFAULT_MESSAGE_BYTES, 2 * size)}`;
    return new ImgpipeError(
      'message_too_large',
      `topic ${topic} on ${addressOf(options)} does not take a message of ${size} bytes, with key ${JSON.stringify(message.key)} (MESSAGE_TOO_LARGE): run '${setTopicConfig(options, topic, setting)}'`,
      { cause },
    );
  }

  async function send(topic: string, messages: readonly Message[]): Promise<Position[]> {
    const count = await partitionsOf(topic);
    const chosen = messages.map(({ key }) => partitionOf(topic, key, count));
    const records = messages.map((message, index) => recordOf(message, chosen[index] ?? 0));
    return connection.use(async (opening) => {
      const sent = async () => (await opening).send({ topic, acks: -1, timeout: requestTimeout, messages: records });
      // Needed because kafkajs never sends what is queued behind a request that has timed out.
      const maxMs = 4 * requestTimeout;
      const timeoutError = () => unavailable(addressOf(options), `no response within ${maxMs / 1000} s`);
      return positions(chosen, await withDeadline(maxMs, sent(), timeoutError));
    });
  }

  return {
    async connect() {
      await connection.use((opening) => opening).catch(() => {});
    },
    publish,
    close: () => connection.close(),
  };
}

/** How many messages, counted from the first, are within a size in bytes; at least one. */
function countWithin(messages: readonly Message[], limit: number): number {
  let size = 0;
  const end = messages.findIndex((message) => {
    size += bytesOf(message);
    return size > limit;
  });
  return end === -1 ? messages.length : Math.max(1, end);
}

function totalBytes(messages: readonly Message[]): number {
  return messages.reduce((sum, message) => sum + bytesOf(message), 0);
}

/** About the size of a message as a record. */
function bytesOf({ key, headers, value, bytes }: Message): number {
  const texts = [key, ...Object.entries(headers).flat(), ...(bytes === undefined ? [value] : [])];
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), bytes?.length ?? 0);
}

function isTooLarge(error: unknown): boolean {
  return hasType(error, 'MESSAGE_TOO_LARGE') || hasType(error, 'RECORD_LIST_TOO_LARGE');
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
