import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { brokerAway, runWithBrokerAway, toldToStopWithBrokerAway } from '../support/broker-rounds.ts';
import { type KafkaCluster, startKafka } from '../support/kafka-cluster.ts';
import { kafkaBus } from '../support/site.ts';
import { testSite } from '../support/test-site.ts';

let kafka: KafkaCluster;
beforeAll(async () => {
  kafka = await startKafka();
});
afterAll(() => kafka?.close());

function site() {
  return testSite(kafkaBus(kafka.address, { IMGPIPE_KAFKA_REQUEST_TIMEOUT: '2s' }));
}

describe('a broker that goes in the middle of a run is said once, and the run goes on by itself', () => {
  test.each(['stop', 'kill', 'freeze'] as const)('with three stages, by %s', async (way) => {
    expect(await brokerAway(way)(site(), 1, kafka)).toEqual([]);
  });

  test('with imgpipe run', async () => {
    expect(await runWithBrokerAway('kill')(site(), 1, kafka)).toEqual([]);
  });
});

describe('stages whose broker is away stop when they are told to', () => {
  test.each(['kill', 'freeze'] as const)('by %s', async (way) => {
    expect(await toldToStopWithBrokerAway(way, 'unknown')(site(), 1, kafka)).toEqual([]);
  });
});
