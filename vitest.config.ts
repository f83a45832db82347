import { defineConfig } from 'vitest/config';

/**
 * What takes minutes: stages that are killed and stopped, brokers that go away, groups that change, passwords by every way,
 * the tour and the examples of the guides, pictures by the thousand, and the viewer under pressure and in a browser.
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

/** `npm test` leaves out what is long; `npm run test:long` runs that alone. */
export default defineConfig(({ mode }) => ({
  test: {
    include: mode === 'long' ? LONG : ['test/**/*.test.ts'],
    exclude: mode === 'long' ? [] : LONG,
    globalSetup: ['test/support/build-once.ts', 'test/support/kafka/kafka-for-tests.ts'],
    // They wait more than they work; only those that take brokers away want the machine for themselves.
    maxWorkers: mode === 'long' ? 1 : 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
}));
