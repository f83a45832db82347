import { describe, expect, test } from 'vitest';
import { oneOfThreeKilled } from '../support/broker-rounds.ts';
import {
  analyzerPastItsSession,
  analyzersComeAndGo,
  anotherPipelinesMessages,
  messagesFromBeforeClean,
  sameMessagesTwice,
  toldToStopWhileJoining,
} from '../support/group-rounds.ts';
import { startKafka } from '../support/kafka-cluster.ts';
import { sharedKafka } from '../support/shared-kafka.ts';
import { type BusSettings, kafkaBus } from '../support/site.ts';
import { testSite } from '../support/test-site.ts';

const kafka = await sharedKafka();

function site(settings: BusSettings = {}) {
  return testSite(kafkaBus(kafka.address ?? '', settings));
}

describe.skipIf(kafka.whyNone !== undefined)(
  `each changed pair has one event and one alert${kafka.whyNone ? ` (left out: ${kafka.whyNone})` : ''}`,
  () => {
    test.each([
      ['where analyzers are killed, added and taken away, with four streams and 400 images', analyzersComeAndGo],
      ['where an analyzer is stopped past its session, and woken', analyzerPastItsSession],
      ['where the same messages are published twice', sameMessagesTwice],
      [
        'where the messages of another pipeline lie in the topic, once somebody has made room',
        anotherPipelinesMessages,
      ],
      ['where messages from before a clean lie in the topic', messagesFromBeforeClean],
    ])('%s', async (_, round) => {
      expect(await round(site(), 1)).toEqual([]);
    });

    test('where a stage is told to stop while it waits to be let into its group', async () => {
      expect(await toldToStopWhileJoining(site({ IMGPIPE_KAFKA_SESSION_TIMEOUT: '4s' }), 1)).toEqual([]);
    });

    test('where one of three brokers is killed and started again', async () => {
      const three = await startKafka({ nodes: 3 });
      try {
        const replicated = testSite(kafkaBus(three.address, { IMGPIPE_KAFKA_REPLICATION: '3' }));
        expect(await oneOfThreeKilled(replicated, 1, three)).toEqual([]);
      } finally {
        await three.close();
      }
    });
  },
);
