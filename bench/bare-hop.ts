import { Partitioners } from 'kafkajs';
import { createCounter, type Hop } from './hop.ts';
import { bareClient, createTopics } from './kafka-admin.ts';

/** The same as in our bus, so that closing does not take longer. */
const MAX_FETCH_MS = 200;
/** The same as in our bus. */
const PARTITIONS = 6;

/**
 * Plain kafkajs with the same guarantees as our bus: an idempotent producer, acknowledgements of all replicas, and one
 * manual commit per batch. Everything else is at kafkajs' defaults.
 */
export async function createBareHop(hosts: readonly string[], topic: string): Promise<Hop> {
  await createTopics(hosts, [topic], PARTITIONS);
  const [received, committed] = [createCounter(), createCounter()];
  const producer = bareClient(hosts).producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  const consumer = bareClient(hosts).consumer({ groupId: topic, maxWaitTimeInMs: MAX_FETCH_MS });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch, resolveOffset, heartbeat }) => {
      const { messages, partition } = batch;
      received.add(messages.length);
      await consumer.commitOffsets([{ topic, partition, offset: String(Number(batch.lastOffset()) + 1) }]);
      resolveOffset(batch.lastOffset());
      await heartbeat();
      committed.add(messages.length);
    },
  });
  return {
    send: async (messages) => {
      const records = messages.map(({ key, headers, value }) => ({ key, headers: { ...headers }, value }));
      await producer.send({ topic, acks: -1, messages: records });
    },
    received,
    committed,
    close: async () => {
      await consumer.disconnect();
      await producer.disconnect();
    },
  };
}
