import { Partitioners } from 'kafkajs';
import { createCounter, type Hop } from './hop.ts';
import { bareClient, makeTopics } from './kafka-admin.ts';

/** As long as ours, so that an end does not take longer than it. */
const MAX_FETCH_MS = 200;
/** As many as ours has. */
const PARTITIONS = 6;

/**
 * kafkajs alone, with no more of ours than the safety that both are to have: an idempotent producer, all replicas, and
 * commits by hand, one for each batch. Sockets and all else are kafkajs' own.
 */
export async function createBareHop(hosts: readonly string[], topic: string): Promise<Hop> {
  await makeTopics(hosts, [topic], PARTITIONS);
  const [taken, committed] = [createCounter(), createCounter()];
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
      taken.add(messages.length);
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
    taken,
    committed,
    close: async () => {
      await consumer.disconnect();
      await producer.disconnect();
    },
  };
}
