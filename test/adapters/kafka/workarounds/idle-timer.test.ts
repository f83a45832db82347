import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { createClient } from '../../../../src/adapters/kafka/client.ts';
import { kafkaOptions } from '../../../support/kafka/kafka-options.ts';

const require = createRequire(import.meta.url);

interface Queue {
  pending: unknown[];
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  checkPendingRequests(): void;
  destroy(): void;
}

/** The queue of a connection that may have one request in flight, and has one. */
function busyQueue(): Queue {
  createClient(kafkaOptions('kafka://127.0.0.1:1', { prefix: '' }));
  const RequestQueue = require('kafkajs/src/network/requestQueue/index.js');
  const logger = { debug() {} };
  const queue = new RequestQueue({ maxInFlightRequests: 1, requestTimeout: 1000, clientId: 'c', broker: 'b', logger });
  queue.inflight.set(1, {});
  return queue;
}

it('a connection without pending requests has no timer', () => {
  const queue = busyQueue();
  queue.checkPendingRequests();
  expect(queue.throttleCheckTimeoutId).toBeNull();
});

it('a connection with a pending request checks it by a timer', () => {
  const queue = busyQueue();
  queue.pending.push({});
  queue.checkPendingRequests();
  expect(queue.throttleCheckTimeoutId).not.toBeNull();
  queue.destroy();
});

it('kafkajs is the version that the workarounds patch', () => {
  const manifest = JSON.parse(readFileSync(require.resolve('kafkajs/package.json'), 'utf8'));
  expect(manifest.version).toBe('2.2.4');
});
