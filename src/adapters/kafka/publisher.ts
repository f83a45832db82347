import { Partitioners, type Producer, type RecordMetadata } from 'kafkajs';
import { withDeadline } from '../../base/deadlines.ts';
import type { Message } from '../../domain/messages.ts';
import type { RecordPosition } from '../../domain/records.ts';
import { createClient, RETRY } from './client.ts';
import { unavailable } from './errors.ts';
import { addressOf, type KafkaOptions } from './options.ts';
import { putAway } from './put-away.ts';
import { recordOf } from './records.ts';

/** Where a message has come to lie. */
export type Position = Pick<RecordPosition, 'partition' | 'offset'>;

/** Sends to topics by their names on the broker. */
export interface Publisher {
  /** Answers once all in-sync replicas have the messages. What it throws is kafkajs' own. */
  publish(topic: string, messages: readonly Message[]): Promise<Position[]>;
  close(): Promise<void>;
}

/** The Java client's way from a key to its partition. */
const partitionFor = Partitioners.DefaultPartitioner();

/**
 * An idempotent producer. One whose `connect` or `send` has failed is not used again: after a failed InitProducerId it
 * would go on without idempotence, and after a fencing not at all.
 */
export function createPublisher(options: KafkaOptions, partitionsOf: (topic: string) => Promise<number>): Publisher {
  const { requestTimeout } = options;
  let current: Promise<Producer> | undefined;

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
      await hangUp(producer);
      throw error;
    }
  }

  async function publish(topic: string, messages: readonly Message[]): Promise<Position[]> {
    if (messages.length === 0) return [];
    const count = await partitionsOf(topic);
    const chosen = messages.map(({ key }) => partitionOf(topic, key, count));
    const producer = current ?? connect();
    current = producer;
    try {
      const answers = await withDeadline(
        // kafkajs forgets to send what waits behind a request that has timed out.
        4 * requestTimeout,
        (async () =>
          (await producer).send({
            topic,
            acks: -1,
            timeout: requestTimeout,
            messages: messages.map((message, index) => recordOf(message, chosen[index] ?? 0)),
          }))(),
        () => unavailable(addressOf(options), `no answer within ${(4 * requestTimeout) / 1000} s`),
      );
      return positions(chosen, answers);
    } catch (error) {
      if (current === producer) current = undefined;
      producer.then(hangUp, () => {});
      throw error;
    }
  }

  return {
    publish,
    close: async () => {
      if (current !== undefined) await putAway(current, hangUp);
      current = undefined;
    },
  };
}

async function hangUp(producer: Producer): Promise<void> {
  await producer.disconnect().catch(() => {});
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

/** A batch lies in one piece within its partition, in the order in which it was given. */
function positions(chosen: readonly number[], answers: readonly RecordMetadata[]): Position[] {
  const next = new Map(answers.map(({ partition, baseOffset }) => [partition, Number(baseOffset)]));
  return chosen.map((partition) => {
    const offset = next.get(partition);
    if (offset === undefined || !(offset >= 0))
      throw new Error(`the broker does not say where in partition ${partition} it put them`);
    next.set(partition, offset + 1);
    return { partition, offset };
  });
}
