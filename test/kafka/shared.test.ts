import { Kafka, logLevel } from 'kafkajs';
import { expect, test } from 'vitest';
import { sharedKafka } from '../support/shared-kafka.ts';

const kafka = await sharedKafka();

test.skipIf(kafka.whyNone !== undefined)(
  `the run's broker serves a client${kafka.whyNone ? ` (left out: ${kafka.whyNone})` : ''}`,
  async () => {
    const brokers = kafka.address?.replace('kafka://', '').split(',') ?? [];
    const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    expect((await admin.describeCluster()).brokers).toHaveLength(1);
    await admin.disconnect();
  },
);
