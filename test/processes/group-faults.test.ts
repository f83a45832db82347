import { describe, expect, test } from 'vitest';
import { sharedKafka } from '../support/kafka/shared-kafka.ts';
import {
  analyzerPastSessionTimeout,
  analyzersComeAndGo,
  duplicateMessages,
  foreignMessages,
  messagesFromBeforeClean,
  stopWhileJoining,
} from '../support/rounds/group-rounds.ts';
import { kafkaBus } from '../support/rounds/site.ts';
import { testSite } from '../support/rounds/test-site.ts';

const kafka = await sharedKafka();

describe.skipIf(kafka.whyNone !== undefined)(`on Kafka${kafka.whyNone ? ` (skipped: ${kafka.whyNone})` : ''}`, () => {
  const site = (session = '1s') => testSite(kafkaBus(kafka.address ?? '', { IMGPIPE_KAFKA_SESSION_TIMEOUT: session }));

  test('four streams keep every change while one analyzer is killed, one is added and one stops', async () => {
    expect(await analyzersComeAndGo(site(), 1)).toEqual([]);
  });

  test('an analyzer that is suspended past its session timeout joins its group again and does no harm', async () => {
    expect(await analyzerPastSessionTimeout(site(), 1)).toEqual([]);
  });

  test('a message that is published twice counts once', async () => {
    expect(await duplicateMessages(site(), 1)).toEqual([]);
  });

  test("another pipeline's topics are refused by each stage and by clean; another topic prefix, or the clean of the other, resolves that", async () => {
    expect(await foreignMessages(site(), 1)).toEqual([]);
  });

  test('a message from before the last clean is skipped', async () => {
    expect(await messagesFromBeforeClean(site(), 1)).toEqual([]);
  });

  test('an analyzer stops while it waits to join its group', async () => {
    expect(await stopWhileJoining(site('20s'), 1)).toEqual([]);
  });
});
