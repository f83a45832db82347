import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Tests that take minutes: commands in many processes, stages that are killed, all that needs a broker, every kind of
 * authentication, the contracts on Kafka, PostgreSQL and migrated catalogs, the tour and the examples of the guides,
 * thousands of pictures, and the viewer as a process, under load and in a browser.
 */
const LONG = [
  'test/processes/*-faults.test.ts',
  'test/processes/faults-*.test.ts',
  'test/processes/{heals,hosts,replaced-folder,three-brokers}.test.ts',
  'test/adapters/kafka/{authorization,compacted-topic,event-bus,refusals,security,slow-broker,topics}.test.ts',
  'test/adapters/transfer.test.ts',
  'test/adapters/postgres/catalog.test.ts',
  'test/adapters/sqlite/{migrated-contracts,migration,processes,read-database}.test.ts',
  'test/compatibility/{alert-client,kcat}.test.ts',
  'test/kafka/{cluster,dead-letters,main,techniques}.test.ts',
  'test/docs/{examples,kafka-tour,library,postgresql}.test.ts',
  'test/adapters/pixels/{bad-files,hostile,memory,jpeg/many-files}.test.ts',
  'test/cli/{alive,check-memory,compare,copied-folder,copy,damaged-catalog,data-folder,dead,file-modes,hostile-input,json,list,masks,read-only,s3,stages,stdout,techniques,terminal,view-status-clean}.test.ts',
  'test/repository/{docker,fresh-checkout}.test.ts',
  'test/analysis/changed/changed-rates.test.ts',
  'test/web/{browser,live,pressure,serve}.test.ts',
];

/** Those that take longest start first: else the last one runs alone in the end. */
const LONGEST = [
  'heals',
  'faults-kafka',
  'faults-cluster',
  'kafka-tour',
  'broker-faults',
  'faults-embedded',
  'browser',
  'security',
  'kafka/main',
  'hostile',
  'no-wait-faults',
].map((name) => `${name}.test.ts`);

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const at = LONGEST.findIndex((name) => moduleId.endsWith(name));
      return at === -1 ? LONGEST.length : at;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

/** Tests that replace modules, timers or globals, and so need module instances of their own. Loading those takes longer than most tests. */
const ISOLATED = [
  'test/adapters/kafka/consumer/*.test.ts',
  'test/adapters/pixels/{jpeg/{encoder,libjpeg},png/no-simd}.test.ts',
  'test/adapters/pixels/{thumbnails,workers}/*.test.ts',
  'test/adapters/sqlite/doorbell.test.ts',
  'test/docs/unit-file.test.ts',
  'test/kafka/setup.test.ts',
  'test/web/{browser/arrivals,list-query}.test.ts',
];

/** `npm test` skips the long tests; `npm run test:long` runs only them. */
export default defineConfig(({ mode }) => ({
  test: {
    globalSetup: [
      'test/support/build-once.ts',
      'test/support/kafka/kafka-for-tests.ts',
      'test/support/postgres/postgres-for-tests.ts',
      'test/support/s3/s3-for-tests.ts',
    ],
    // Tests wait more than they compute, and long ones most of all.
    maxWorkers: mode === 'long' ? 4 : 3,
    sequence: { sequencer: LongestFirst },
    // A busy machine is slow: only what hangs shall end here.
    testTimeout: 120_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
    projects:
      mode === 'long'
        ? [{ extends: true, test: { name: 'long', include: LONG } }]
        : [
            {
              extends: true,
              test: { name: 'shared', include: ['test/**/*.test.ts'], exclude: [...LONG, ...ISOLATED], isolate: false },
            },
            { extends: true, test: { name: 'isolated', include: ISOLATED, exclude: LONG } },
          ],
  },
}));
