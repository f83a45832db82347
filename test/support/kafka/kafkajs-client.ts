import { Kafka, type KafkaConfig, logLevel } from 'kafkajs';
import { onTestFinished } from 'vitest';

/** A plain kafkajs client, connected until the test has finished. It retries long enough for a broker's restart. */
export async function kafkajsClient(address: string, options: Omit<KafkaConfig, 'brokers'> = {}) {
  const retry = { initialRetryTime: 100, maxRetryTime: 500, retries: 100 };
  const brokers = address.replace('kafka://', '').split(',');
  const kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING, requestTimeout: 3000, retry, ...options });
  const admin = kafka.admin();
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
  const disconnect = async () => {
    await admin.disconnect();
    await producer.disconnect();
  };
  onTestFinished(disconnect);
  await admin.connect();
  await producer.connect();
  return {
    kafka,
    admin,
    disconnect,
    createTopic: (topic: string, numPartitions = 1) =>
      admin.createTopics({ topics: [{ topic, numPartitions }], waitForLeaders: true }),
    send: (topic: string, ...values: string[]) =>
      producer.send({ topic, messages: values.map((value) => ({ value })), acks: -1 }),
    /** The number of messages in a partition. */
    count: async (topic: string, partition = 0) => {
      const offsets = await admin.fetchTopicOffsets(topic);
      const { low, high } = offsets.find((each) => each.partition === partition) ?? { low: '0', high: '0' };
      return Number(high) - Number(low);
    },
  };
}
