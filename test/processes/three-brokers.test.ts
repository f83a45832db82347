import { describe, expect, onTestFinished, test } from 'vitest';
import { startKafka } from '../support/kafka/kafka-cluster.ts';
import { whyNoKafka } from '../support/kafka/shared-kafka.ts';
import { oneOfThreeKilled } from '../support/rounds/broker-rounds.ts';
import { kafkaBus } from '../support/rounds/site.ts';
import { testSite } from '../support/rounds/test-site.ts';

const whyNone = await whyNoKafka();

describe.skipIf(whyNone !== undefined)(`three brokers, two in sync${whyNone ? ` (skipped: ${whyNone})` : ''}`, () => {
  test('lose nothing when one is killed and started again, and the stages continue', async () => {
    const kafka = await startKafka({ nodes: 3 });
    onTestFinished(() => kafka.close());
    const site = testSite(kafkaBus(kafka.address, { IMGPIPE_KAFKA_REPLICATION: '3' }));
    expect(await oneOfThreeKilled(site, 1, kafka)).toEqual([]);
  });
});
