import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { patchFetchAfterStop } from '../../../../src/adapters/kafka/workarounds/fetch-after-stop.ts';

const require = createRequire(import.meta.url);

/** A fetch loop that logs more often than this in a moment is a busy loop. */
const MAX_LOG_LINES = 1000;

it('a consumer that is stopped while a broker joins the cluster ends', async () => {
  patchFetchAfterStop();
  const Runner = require('kafkajs/src/consumer/runner.js');
  let [lines, respond] = [0, () => {}];
  const slow = new Promise<void>((resolve) => {
    respond = resolve;
  });
  const nodes = ['1', '2'];
  const consumerGroup = {
    joinAndSync: async () => {},
    connect: async () => {},
    leave: async () => {},
    heartbeat: async () => {},
    getNodeIds: () => [...nodes],
    fetch: async (node: string) => {
      await (node === '2' ? slow : sleep(1));
      return [];
    },
  };
  const log = () => {
    lines += 1;
    // A busy loop blocks the event loop, so that only the loop itself can be made to fail.
    if (lines > MAX_LOG_LINES) throw new Error('busy loop');
  };
  const logger = { namespace: () => logger, debug: log, info: log, warn: log, error: log };
  const instrumentationEmitter = { emit: () => {} };
  const retry = { retries: 1, initialRetryTime: 1 };
  const runner = new Runner({
    logger,
    consumerGroup,
    instrumentationEmitter,
    concurrency: 1,
    retry,
    onCrash: () => {},
  });
  await runner.start();
  // The fetcher of node 1 sees the new node and waits for the fetcher of node 2. Meanwhile the consumer is stopped.
  nodes.push('3');
  await sleep(20);
  const stopped = runner.stop();
  respond();
  await stopped;
  expect(lines).toBeLessThan(MAX_LOG_LINES);
});
