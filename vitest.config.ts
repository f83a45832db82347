import { defineConfig } from 'vitest/config';

/**
 * Tests that take minutes: stages that are killed, brokers that stop, groups that rebalance, every kind of authentication,
 * the tour and the examples of the guides, thousands of pictures, and the viewer under load and in a browser.
 */
const LONG = [
  'test/processes/*-faults.test.ts',
  'test/processes/faults-*.test.ts',
  'test/processes/three-brokers.test.ts',
  'test/adapters/kafka/security.test.ts',
  'test/kafka/cluster.test.ts',
  'test/kafka/main.test.ts',
  'test/docs/{examples,kafka-tour}.test.ts',
  'test/adapters/pixels/{bad-files,hostile}.test.ts',
  'test/house/fresh-checkout.test.ts',
  'test/analysis/changed/changed-rates.test.ts',
  'test/web/{browser,pressure}.test.ts',
];

/** `npm test` skips the long tests; `npm run test:long` runs only them. */
export default defineConfig(({ mode }) => ({
  test: {
    include: mode === 'long' ? LONG : ['test/**/*.test.ts'],
    exclude: mode === 'long' ? [] : LONG,
    globalSetup: ['test/support/build-once.ts', 'test/support/kafka/kafka-for-tests.ts'],
    // Tests wait more than they compute; only those that stop brokers need the machine for themselves.
    maxWorkers: mode === 'long' ? 1 : 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
}));
