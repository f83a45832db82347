import { describe, expect, onTestFinished, test } from 'vitest';
import { startKafka } from '../support/kafka/kafka-cluster.ts';
import { whyNoKafka } from '../support/kafka/shared-kafka.ts';
import type { BrokerRound } from '../support/rounds/broker-rounds.ts';
import { DISASTERS, whileRunning, whileStopped } from '../support/rounds/heal-rounds.ts';
import { kafkaBus } from '../support/rounds/site.ts';
import { testSite } from '../support/rounds/test-site.ts';

const whyNone = await whyNoKafka();

/** On a busy machine a round takes longer than a test may by default. */
const MAX_ROUND_MS = 120_000;

/** Plays a round on a broker of its own. */
async function play(round: BrokerRound): Promise<string[]> {
  const kafka = await startKafka();
  onTestFinished(() => kafka.close());
  return round(testSite(kafkaBus(kafka.address, { IMGPIPE_KAFKA_REQUEST_TIMEOUT: '2s' })), 1, kafka);
}

describe.skipIf(whyNone !== undefined)(
  `messages that will not come are published again${whyNone ? ` (skipped: ${whyNone})` : ''}`,
  () => {
    // The soak also plays the others while stages run.
    test.each(['topicsDeleted', 'brokerWiped', 'brokerReplaced'] as const)(
      'by running stages: %s',
      async (disaster) => {
        expect(await play(whileRunning(DISASTERS[disaster]))).toEqual([]);
      },
      MAX_ROUND_MS,
    );

    test.each([
      'topicsDeleted',
      'brokerWiped',
      'brokerReplaced',
      'brokerRestored',
      'messagesDeleted',
      'retentionTime',
      'retentionBytes',
      'compacted',
      'offsetsToLatest',
      'offsetsToEarliest',
      'offsetsDeleted',
      'folderRestored',
      'folderRestoredUnread',
    ] as const)(
      'by one run of each stage: %s',
      async (disaster) => {
        expect(await play(whileStopped(DISASTERS[disaster]))).toEqual([]);
      },
      MAX_ROUND_MS,
    );
  },
);
