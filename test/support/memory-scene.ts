import { expect } from 'vitest';
import { createMemoryCatalog, type MemoryCatalog } from '../../src/adapters/memory/catalog.ts';
import { createMemoryBus, type MemoryBus } from '../../src/adapters/memory/event-bus.ts';
import { createMemoryObjectStore } from '../../src/adapters/memory/object-store.ts';
import { createComparator } from '../../src/adapters/pixels/comparator.ts';
import type { Adapters } from '../../src/app/adapters.ts';
import { pipelineOn } from '../../src/app/pipeline.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Report, Step } from '../../src/domain/reports.ts';
import type { Catalog } from '../../src/ports/catalog/catalog.ts';
import type { ImageSource } from '../../src/ports/image-source.ts';
import { png } from './pictures.ts';

export const TECHNIQUE = 'l2@2';

/** Eight pictures in four batches; each differs from the one before. */
const PICTURES: ImageSource = {
  expected: 8,
  async *pictures() {
    for (let batch = 0; batch < 4; batch += 1) {
      yield [1, 2].map((index) => {
        const number = batch * 2 + index;
        return { kind: 'picture', bytes: png([number, 0, 0]), origin: `/from/${number}` } as const;
      });
    }
  },
};

export interface Scene {
  readonly catalog: MemoryCatalog;
  readonly bus: MemoryBus;
  readonly reports: Report[];
  readonly pipeline: ReturnType<typeof pipelineOn>;
  /** Options of a stage that drains. Calls `then` the first time that the step is reached. */
  at(
    step: Step,
    then: () => void | Promise<void>,
  ): {
    signal: AbortSignal;
    drain: true;
    onReport: (report: Report) => void;
    onStep: (step: Step) => void | Promise<void>;
  };
}

/** The commands of a pipeline on adapters in memory. */
export async function scene(): Promise<Scene> {
  const [catalog, bus, store] = [createMemoryCatalog(), createMemoryBus(), createMemoryObjectStore()];
  await catalog.setBus(bus, null);
  const notUsed = () => Promise.reject(new Error('not used in this test'));
  const adapters: Adapters = {
    // The commands under test use no audit.
    catalog: catalog as MemoryCatalog & Catalog,
    data: store.address,
    store,
    storeOf: () => store,
    broker: { address: bus.address, open: async () => bus },
    source: async () => PICTURES,
    comparator: async () => createComparator({ maxPixels: 10_000 }),
    thumbnails: notUsed,
    readCapture: () => null,
    mask: async () => undefined,
    boxed: notUsed,
    close: async () => {},
  };
  const config = loadConfig({ given: {}, givenAs: 'name', env: {} });
  const reports: Report[] = [];
  return {
    catalog,
    bus,
    reports,
    pipeline: pipelineOn({ config, command: 'run', as: 'a test', adapters }),
    at(step, then) {
      let reached = false;
      const onStep = (each: Step) => {
        if (each !== step || reached) return;
        reached = true;
        return then();
      };
      return { signal: new AbortController().signal, drain: true, onReport: (report) => reports.push(report), onStep };
    },
  };
}

/** Every image has its outcome, every event its alert, and no number is missing or assigned twice. */
export async function expectHandled({ catalog }: Scene): Promise<void> {
  const numbers = Array.from({ length: 9 }, (_, index) => index + 1);
  const ids = numbers.map((number) => ({ stream: 'default', number }));
  const outcomes = await catalog.outcomes(TECHNIQUE, ids);
  expect(outcomes.map((outcome) => outcome?.event?.number ?? outcome?.kind)).toEqual([
    'first',
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    undefined,
  ]);
  expect((await catalog.images(ids)).map((image) => image?.origin)).toEqual([
    ...numbers.slice(0, 8).map((number) => `/from/${number}`),
    undefined,
  ]);
  expect(await catalog.alertRange()).toEqual({ first: 1, last: 7, lastOrder: 7 });
  expect(await catalog.deadLetterRange()).toBeUndefined();
}

export function lostLocks({ reports }: Scene): string[] {
  return reports.flatMap((report) => (report.kind === 'lock_lost' ? [`${report.stage}: ${report.lock}`] : []));
}

export const RECEIVE_STEPS = ['receive:entered', 'receive:stored', 'receive:ready', 'receive:published'] as const;
export const ANALYZE_STEPS = [
  'analyze:compared',
  'analyze:entered',
  'analyze:files',
  'analyze:published',
  'analyze:recorded',
] as const;
export const ALERT_STEPS = ['alert:entered', 'alert:text', 'alert:ready', 'alert:reported'] as const;
