import Runner from 'kafkajs/src/consumer/runner.js';

/**
 * A consumer of kafkajs 2.2.4 that is told to stop while brokers come or go begins to fetch anew, and then spins without
 * end, deaf to everything. With this, one that has been told to stop cannot fetch: that ends it.
 */
export function endFetching(): void {
  const runner: Mendable = Runner.prototype;
  if (runner[MENDED]) return;
  const { fetch } = runner;
  Object.assign(runner, {
    [MENDED]: true,
    async fetch(this: Mendable, nodeId: string) {
      if (!this.running) throw new Error('the consumer has been told to stop');
      return fetch.call(this, nodeId);
    },
  });
}

const MENDED = Symbol('ends its fetching');

type Mendable = (typeof Runner)['prototype'] & { readonly [MENDED]?: true };
