import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type KafkaCluster, startKafka } from '../support/kafka/kafka-cluster.ts';
import { whyNoKafka } from '../support/kafka/shared-kafka.ts';
import { brokerOutage, runWithOutage, stopDuringOutage } from '../support/rounds/broker-rounds.ts';
import { kafkaBus } from '../support/rounds/site.ts';
import { testSite } from '../support/rounds/test-site.ts';

const whyNone = await whyNoKafka();

describe.skipIf(whyNone !== undefined)(
  `a broker that fails in the middle${whyNone ? ` (skipped: ${whyNone})` : ''}`,
  () => {
    let kafka: KafkaCluster;
    beforeAll(async () => {
      kafka = await startKafka();
    });
    afterAll(() => kafka?.close());
    const site = () => testSite(kafkaBus(kafka.address, { IMGPIPE_KAFKA_REQUEST_TIMEOUT: '2s' }));

    test.each(['stop', 'kill', 'freeze'] as const)(
      'by %s is reported once by each stage, and all recover by themselves',
      async (outage) => {
        expect(await brokerOutage(outage)(site(), 1, kafka)).toEqual([]);
      },
    );

    test('does not end imgpipe run', async () => {
      expect(await runWithOutage('kill')(site(), 1, kafka)).toEqual([]);
    });

    test.each(['kill', 'freeze'] as const)('by %s does not keep stages from stopping', async (outage) => {
      expect(await stopDuringOutage(outage, 'unknown')(site(), 1, kafka)).toEqual([]);
    });
  },
);
