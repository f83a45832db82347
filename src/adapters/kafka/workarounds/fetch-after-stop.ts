import Runner from 'kafkajs/src/consumer/runner.js';
import { patchOnce } from './patch-once.ts';

/**
 * Defect of kafkajs 2.2.4: a consumer that is stopped while brokers join or leave the cluster starts to fetch again, and
 * then blocks the event loop forever. The patch makes a stopped consumer's fetch reject, which ends its loop.
 */
export function patchFetchAfterStop(): void {
  patchOnce(Runner.prototype, ({ fetch }) => ({
    async fetch(nodeId) {
      if (!this.running) throw new Error('the consumer has been stopped');
      return fetch.call(this, nodeId);
    },
  }));
}
