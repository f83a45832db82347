import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { endFetching } from '../../../../src/adapters/kafka/workarounds/fetch-after-stop.ts';

const require = createRequire(import.meta.url);

/** More often than this nobody asks in a moment who does not spin. */
const SPINS = 1000;

it('a consumer that is told to stop while a broker comes ends', async () => {
  endFetching();
  const Runner = require('kafkajs/src/consumer/runner.js');
  let [asked, arrive] = [0, () => {}];
  const slow = new Promise<void>((resolve) => {
    arrive = resolve;
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
    asked += 1;
    // What spins leaves no other a turn: only from within can it be ended.
    if (asked > SPINS) throw new Error('it spins');
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
  // The fetcher of node 1 sees the new node and waits for that of node 2; then comes the end.
  nodes.push('3');
  await sleep(20);
  const stopped = runner.stop();
  arrive();
  await stopped;
  expect(asked).toBeLessThan(SPINS);
});
