import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type KafkaCluster, startKafka } from '../support/kafka/kafka-cluster.ts';
import { whyNoKafka } from '../support/kafka/shared-kafka.ts';
import { brokerAway, runWithBrokerAway, toldToStopWithBrokerAway } from '../support/rounds/broker-rounds.ts';
import { kafkaBus } from '../support/rounds/site.ts';
import { testSite } from '../support/rounds/test-site.ts';

const whyNone = await whyNoKafka();

describe.skipIf(whyNone !== undefined)(
  `a broker that goes in the middle${whyNone ? ` (left out: ${whyNone})` : ''}`,
  () => {
    let kafka: KafkaCluster;
    beforeAll(async () => {
      kafka = await startKafka();
    });
    afterAll(() => kafka?.close());
    const site = () => testSite(kafkaBus(kafka.address, { IMGPIPE_KAFKA_REQUEST_TIMEOUT: '2s' }));

    test.each(['stop', 'kill', 'freeze'] as const)(
      'by %s is told once by each stage, and all go on by themselves',
      async (way) => {
        expect(await brokerAway(way)(site(), 1, kafka)).toEqual([]);
      },
    );

    test('is outlasted by imgpipe run', async () => {
      expect(await runWithBrokerAway('kill')(site(), 1, kafka)).toEqual([]);
    });

    test.each(['kill', 'freeze'] as const)('by %s keeps no stage from stopping when it is told to', async (way) => {
      expect(await toldToStopWithBrokerAway(way, 'unknown')(site(), 1, kafka)).toEqual([]);
    });
  },
);
