import { describe, expect, it } from 'vitest';
import { createMemoryCatalog, type MemoryCatalog } from '../../src/adapters/memory/catalog.ts';
import { createMemoryBus, MEMORY_BUS_ID } from '../../src/adapters/memory/event-bus.ts';
import { createMemoryObjectStore } from '../../src/adapters/memory/object-store.ts';
import { createComparator } from '../../src/adapters/pixels/comparator.ts';
import type { Adapters } from '../../src/app/adapters.ts';
import { pipelineOn } from '../../src/app/pipeline.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Report, Step } from '../../src/domain/reports.ts';
import type { Catalog } from '../../src/ports/catalog/catalog.ts';
import { PIPELINE_LOCK } from '../../src/ports/catalog/locks.ts';
import type { ImageSource } from '../../src/ports/image-source.ts';
import { streamLockName, techniqueLockName } from '../../src/stages/locks/acquire-lock.ts';
import { cleanCatalog } from '../support/clean-catalog.ts';
import { png } from '../support/pictures.ts';
import { deadLetter, levels } from '../support/samples.ts';

const TECHNIQUE = 'l2@1';
const STREAM_LOCK = streamLockName('default');
const TECHNIQUE_LOCK = techniqueLockName(TECHNIQUE);

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

interface Scene {
  readonly catalog: MemoryCatalog;
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
async function scene(): Promise<Scene> {
  const [catalog, bus, store] = [createMemoryCatalog(), createMemoryBus(), createMemoryObjectStore()];
  await catalog.setBus(bus, null);
  const notUsed = () => Promise.reject(new Error('not used in this test'));
  const adapters: Adapters = {
    // The commands under test use no audit.
    catalog: catalog as MemoryCatalog & Catalog,
    store,
    broker: { address: bus.address, open: async () => bus },
    source: async () => PICTURES,
    comparator: async () => createComparator({ maxPixels: 10_000 }),
    thumbnails: notUsed,
    mask: async () => undefined,
    boxed: notUsed,
    close: async () => {},
  };
  const config = loadConfig({ given: {}, givenAs: 'name', env: {} });
  const reports: Report[] = [];
  return {
    catalog,
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
async function expectHandled({ catalog }: Scene): Promise<void> {
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

function lostLocks({ reports }: Scene): string[] {
  return reports.flatMap((report) => (report.kind === 'lock_lost' ? [`${report.stage}: ${report.lock}`] : []));
}

const RECEIVE_STEPS = ['receive:entered', 'receive:stored', 'receive:ready', 'receive:published'] as const;
const ANALYZE_STEPS = [
  'analyze:compared',
  'analyze:entered',
  'analyze:files',
  'analyze:published',
  'analyze:recorded',
] as const;
const ALERT_STEPS = ['alert:entered', 'alert:text', 'alert:ready', 'alert:reported'] as const;

describe('a stage that loses a lock stops writing, acquires it again and completes its work', () => {
  it.each(RECEIVE_STEPS)('receive, the lock of the pipeline, at %s', async (step) => {
    const all = await scene();
    const received = await all.pipeline.receive(
      [],
      all.at(step, () => all.catalog.loseLocks(PIPELINE_LOCK)),
    );
    expect(received).toEqual({ images: 8, numbers: { first: 1, last: 8 }, skipped: 0, rejected: 0 });
    expect(lostLocks(all)).toEqual([`receive: ${PIPELINE_LOCK}`]);
    await all.pipeline.analyze(all.at('analyze:committed', () => {}));
    await all.pipeline.alert(all.at('alert:committed', () => {}));
    await expectHandled(all);
  });

  it.each(ANALYZE_STEPS.flatMap((step) => [TECHNIQUE_LOCK, PIPELINE_LOCK].map((lock) => [lock, step] as const)))(
    'analyze, the lock %s, at %s',
    async (lock, step) => {
      const all = await scene();
      await all.pipeline.receive(
        [],
        all.at('receive:entered', () => {}),
      );
      await all.pipeline.analyze(all.at(step, () => all.catalog.loseLocks(lock)));
      expect(lostLocks(all)).toEqual([`analyze: ${lock}`]);
      await all.pipeline.alert(all.at('alert:committed', () => {}));
      await expectHandled(all);
    },
  );

  it.each(ALERT_STEPS)('alert, the lock of the pipeline, at %s', async (step) => {
    const all = await scene();
    await all.pipeline.receive(
      [],
      all.at('receive:entered', () => {}),
    );
    await all.pipeline.analyze(all.at('analyze:committed', () => {}));
    await all.pipeline.alert(all.at(step, () => all.catalog.loseLocks(PIPELINE_LOCK)));
    expect(lostLocks(all)).toEqual([`alert: ${PIPELINE_LOCK}`]);
    await expectHandled(all);
  });

  it.each(
    (['receive:entered', 'receive:published', 'analyze:entered', 'alert:text'] as const).flatMap((step) =>
      [STREAM_LOCK, TECHNIQUE_LOCK, PIPELINE_LOCK].map((lock) => [lock, step] as const),
    ),
  )('run, the lock %s, at %s', async (lock, step) => {
    const all = await scene();
    const result = await all.pipeline.run(
      [],
      all.at(step, () => all.catalog.loseLocks(lock)),
    );
    expect(result).toMatchObject({ images: 8, events: 7, alerts: 7, deadLetters: 0 });
    await expectHandled(all);
    // A receiver that is done holds no lock any more.
    expect(lostLocks(all).length).toBeLessThanOrEqual(1);
    if (lock !== STREAM_LOCK) expect(lostLocks(all)).toHaveLength(1);
  });

  it('run, all locks at once, as with a dropped connection', async () => {
    const all = await scene();
    const lose = () => {
      for (const lock of [STREAM_LOCK, TECHNIQUE_LOCK, PIPELINE_LOCK]) all.catalog.loseLocks(lock);
    };
    expect(await all.pipeline.run([], all.at('receive:entered', lose))).toMatchObject({ images: 8, alerts: 7 });
    await expectHandled(all);
    expect(lostLocks(all)).toEqual([`receive: ${PIPELINE_LOCK}`]);
  });
});

describe('without its lock', () => {
  it.each(ANALYZE_STEPS)('an analyzer writes nothing after %s', async (step) => {
    const all = await scene();
    await all.pipeline.receive(
      [],
      all.at('receive:entered', () => {}),
    );
    const steps: Step[] = [];
    const { onStep, ...options } = all.at(step, () => all.catalog.loseLocks(TECHNIQUE_LOCK));
    const stop = new AbortController();
    await all.pipeline
      .analyze({
        ...options,
        signal: stop.signal,
        onStep: (each) => {
          steps.push(each);
          return onStep(each);
        },
        onReport: ({ kind }) => {
          if (kind === 'lock_lost') stop.abort();
        },
      })
      .catch(() => {});
    expect(steps.at(-1)).toBe(step);
  });

  it('an analyzer ends if another threshold is in use when it starts again', async () => {
    const all = await scene();
    await all.pipeline.receive(
      [],
      all.at('receive:entered', () => {}),
    );
    const analyzing = all.pipeline.analyze(
      all.at('analyze:compared', () => {
        all.catalog.loseLocks(TECHNIQUE_LOCK);
        void all.catalog.lock(TECHNIQUE_LOCK, 'another analyzer', 'shared');
        void all.catalog.setThreshold(TECHNIQUE, levels(5));
      }),
    );
    await expect(analyzing).rejects.toMatchObject({ code: 'threshold_disagrees' });
  });

  it('a receiver waits on standby during a clean, and receives the rest into the cleaned pipeline', async () => {
    const all = await scene();
    let clean: Promise<void> | undefined;
    const startClean = async () => {
      const result = await all.catalog.lock(PIPELINE_LOCK, 'imgpipe clean');
      if (!('lock' in result)) throw new Error('the lock was not lost');
      await cleanCatalog(all.catalog);
      await all.catalog.setBus({ id: MEMORY_BUS_ID, address: MEMORY_BUS_ID }, null);
      await result.lock.release();
    };
    const options = all.at('receive:published', () => {
      all.catalog.loseLocks(PIPELINE_LOCK);
      clean = startClean();
    });
    const before = (await all.catalog.identity()).pipelineId;
    await all.pipeline.receive([], options);
    await clean;
    const rows = await all.catalog.images([1, 2, 3].map((number) => ({ stream: 'default', number })));
    expect((await all.catalog.identity()).pipelineId).not.toBe(before);
    expect(rows.every((row) => row?.state === 'ready' && row.position !== null)).toBe(true);
    expect(lostLocks(all)).toEqual([`receive: ${PIPELINE_LOCK}`]);
  });

  it('a drop during a clean fails, and the error names the clean', async () => {
    const all = await scene();
    await all.catalog.addDeadLetters([deadLetter()]);
    await all.catalog.lock(PIPELINE_LOCK, 'imgpipe clean (process 7)');
    await expect(all.pipeline.drop('all')).rejects.toMatchObject({
      code: 'in_use',
      message: expect.stringContaining('is being cleaned by imgpipe clean (process 7)'),
    });
    expect(await all.catalog.deadLetterHeads(undefined, 9)).toMatchObject([{ id: 1, droppedAt: null }]);
  });

  it('a replay fails, and the error says what to do', async () => {
    const all = await scene();
    await all.pipeline.receive(
      [],
      all.at('receive:entered', () => {}),
    );
    await all.catalog.addDeadLetters([deadLetter({ image: { stream: 'default', number: 1 }, technique: TECHNIQUE })]);
    const options = all.at('replay:marked', () => all.catalog.loseLocks(PIPELINE_LOCK));
    await expect(all.pipeline.replay('all', options)).rejects.toMatchObject({
      code: 'in_use',
      message: expect.stringContaining('run it again'),
    });
  });
});

describe('a stage that is paused while its pipeline is cleaned writes nothing into the new one, and takes part again', () => {
  /** Cleans the pipeline, whose lock was lost without a signal. */
  async function cleanUnnoticed({ catalog }: Scene): Promise<void> {
    catalog.loseLocks(PIPELINE_LOCK, { unnoticed: true });
    await cleanCatalog(catalog);
  }

  /** What stages write. */
  const rows = ({ catalog }: Scene) =>
    catalog.snapshot(async (pages) => ({
      images: (await pages.imagePage(undefined, 99)).length,
      outcomes: (await pages.outcomePage(TECHNIQUE, undefined, 99)).length,
      events: (await pages.eventPage(0, 99)).length,
      alerts: (await pages.alertRowPage(0, 99)).length,
      letters: (await catalog.deadLetterHeads(undefined, 99)).length,
    }));
  const NOTHING = { images: 0, outcomes: 0, events: 0, alerts: 0, letters: 0 };

  it.each(ANALYZE_STEPS)('analyze, at %s', async (step) => {
    const all = await scene();
    await all.pipeline.receive(
      [],
      all.at('receive:entered', () => {}),
    );
    await all.pipeline.analyze(all.at(step, () => cleanUnnoticed(all)));
    expect(await rows(all)).toEqual(NOTHING);
    expect(lostLocks(all)).toEqual([`analyze: ${PIPELINE_LOCK}`]);
    await all.pipeline.run(
      [],
      all.at('receive:entered', () => {}),
    );
    await expectHandled(all);
  });

  it('analyze, if it is told images that others have received since', async () => {
    const all = await scene();
    const ordinary = () => all.at('receive:entered', () => {});
    await all.pipeline.receive([], ordinary());
    const options = all.at('analyze:committed', async () => {
      await cleanUnnoticed(all);
      await all.pipeline.receive([], ordinary());
    });
    await all.pipeline.analyze(options);
    expect(lostLocks(all)).toEqual([`analyze: ${PIPELINE_LOCK}`]);
    await all.pipeline.alert(ordinary());
    await expectHandled(all);
  });

  it.each(ALERT_STEPS)('alert, at %s', async (step) => {
    const all = await scene();
    await all.pipeline.receive(
      [],
      all.at('receive:entered', () => {}),
    );
    await all.pipeline.analyze(all.at('analyze:committed', () => {}));
    await all.pipeline.alert(all.at(step, () => cleanUnnoticed(all)));
    expect(await rows(all)).toEqual(NOTHING);
    expect(lostLocks(all)).toEqual([`alert: ${PIPELINE_LOCK}`]);
    await all.pipeline.run(
      [],
      all.at('receive:entered', () => {}),
    );
    await expectHandled(all);
  });

  it.each(RECEIVE_STEPS)('receive, at %s: what it has not received yet, it receives there', async (step) => {
    const all = await scene();
    await all.pipeline.receive(
      [],
      all.at(step, () => cleanUnnoticed(all)),
    );
    expect(lostLocks(all)).toEqual([`receive: ${PIPELINE_LOCK}`]);
    const { images } = await rows(all);
    const kept = await all.catalog.images(
      Array.from({ length: images }, (_, index) => ({ stream: 'default', number: index + 1 })),
    );
    expect(kept.every((image) => image?.state === 'ready' && image.position !== null)).toBe(true);
    expect(kept.at(-1)?.origin).toBe('/from/8');
    await all.pipeline.analyze(all.at('analyze:committed', () => {}));
    expect((await rows(all)).outcomes).toBe(images);
  });

  it('run, and ends with all that it still received', async () => {
    const all = await scene();
    const options = all.at('analyze:compared', () => cleanUnnoticed(all));
    await all.pipeline.run([], options);
    expect(lostLocks(all)).toEqual([`receive: ${PIPELINE_LOCK}`]);
    const { images, outcomes } = await rows(all);
    expect(outcomes).toBe(images);
  });
});
