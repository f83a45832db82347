import { describe, expect, test } from 'vitest';
import { sharedKafka } from '../support/kafka/shared-kafka.ts';
import {
  analyzerPastItsSession,
  analyzersComeAndGo,
  anotherPipelinesMessages,
  messagesFromBeforeClean,
  sameMessagesTwice,
  toldToStopWhileJoining,
} from '../support/rounds/group-rounds.ts';
import { kafkaBus } from '../support/rounds/site.ts';
import { testSite } from '../support/rounds/test-site.ts';

const kafka = await sharedKafka();

describe.skipIf(kafka.whyNone !== undefined)(`on Kafka${kafka.whyNone ? ` (left out: ${kafka.whyNone})` : ''}`, () => {
  const site = (session = '1s') => testSite(kafkaBus(kafka.address ?? '', { IMGPIPE_KAFKA_SESSION_TIMEOUT: session }));

  test('four streams keep every change while an analyzer is killed, one is added and one is taken away', async () => {
    expect(await analyzersComeAndGo(site(), 1)).toEqual([]);
  });

  test('an analyzer that is stopped past its session comes back to its group and does no harm', async () => {
    expect(await analyzerPastItsSession(site(), 1)).toEqual([]);
  });

  test('a message that is published twice counts once', async () => {
    expect(await sameMessagesTwice(site(), 1)).toEqual([]);
  });

  test("another pipeline's message stops a stage uncommitted; clean and another prefix are the remedies", async () => {
    expect(await anotherPipelinesMessages(site(), 1)).toEqual([]);
  });

  test('a message from before the last clean is passed over', async () => {
    expect(await messagesFromBeforeClean(site(), 1)).toEqual([]);
  });

  test('an analyzer that waits for its group stops when it is told to', async () => {
    expect(await toldToStopWhileJoining(site('20s'), 1)).toEqual([]);
  });
});
