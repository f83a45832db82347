import { describe, expect, it } from 'vitest';
import { MEMORY_BUS_ID } from '../../src/adapters/memory/event-bus.ts';
import { TOPICS } from '../../src/domain/messages.ts';
import type { Step } from '../../src/domain/reports.ts';
import { PIPELINE_LOCK } from '../../src/ports/catalog/locks.ts';
import { streamLockName, techniqueLockName } from '../../src/stages/locks/acquire-lock.ts';
import { cleanCatalog, fencedPipeline } from '../support/clean-catalog.ts';
import {
  ALERT_STEPS,
  ANALYZE_STEPS,
  expectHandled,
  lostLocks,
  RECEIVE_STEPS,
  scene,
  TECHNIQUE,
} from '../support/memory-scene.ts';
import { deadLetter, levels } from '../support/samples.ts';

const STREAM_LOCK = streamLockName('default');
const TECHNIQUE_LOCK = techniqueLockName(TECHNIQUE);

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

  it('analyze, the lock of the pipeline, in the round that its drain ends with', async () => {
    const all = await scene();
    await all.pipeline.receive(
      [],
      all.at('receive:entered', () => {}),
    );
    const { onStep, ...options } = all.at('reconcile:published', () => all.catalog.loseLocks(PIPELINE_LOCK));
    const loseMessages = (step: Step) => {
      if (step === 'analyze:committed') all.bus.faults.loseMessages(TOPICS.imageEventAlert);
      return onStep(step);
    };
    await all.pipeline.analyze({ ...options, onStep: loseMessages });
    expect(lostLocks(all)).toEqual([`analyze: ${PIPELINE_LOCK}`]);
    await all.pipeline.alert(all.at('alert:committed', () => {}));
    await expectHandled(all);
  });

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

describe('a pipeline that its exclusive holder has left', () => {
  it('is shared by the stages that start then, and by a drop', async () => {
    const all = await scene();
    await all.catalog.addDeadLetters([deadLetter()]);
    await fencedPipeline(all.catalog);
    expect(await all.pipeline.drop('all')).toMatchObject([{ how: 'dropped' }]);
    await fencedPipeline(all.catalog);
    await all.pipeline.run(
      [],
      all.at('receive:entered', () => {}),
    );
    expect(lostLocks(all)).toEqual([]);
    expect(await all.catalog.alertRange()).toMatchObject({ first: 1, last: 7 });
  });
});
