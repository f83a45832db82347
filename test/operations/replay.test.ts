import { describe, expect, it } from 'vitest';
import { createComparator } from '../../src/adapters/pixels/comparator.ts';
import { Stopped } from '../../src/domain/errors.ts';
import { TOPICS } from '../../src/domain/messages.ts';
import { imageKey } from '../../src/domain/object-keys.ts';
import type { Step } from '../../src/domain/reports.ts';
import { status } from '../../src/operations/status.ts';
import { cutPng, png } from '../support/pictures.ts';
import { deadLetter } from '../support/samples.ts';
import { type MemoryTestPipeline, testPipeline } from '../support/test-pipeline.ts';

const GREY = png([100, 100, 100]);
/** Differs from GREY by 3, 4 and 0 in one pixel: the norm is 5. */
const OTHER = png([100, 100, 100], { first: [103, 96, 100] });
/** Exceeds the limit of a test pipeline's comparator. */
const LARGE = png([100, 100, 100], { width: 200, height: 51 });

async function outcomesOf(pipeline: MemoryTestPipeline, count: number) {
  const found = await pipeline.outcomes(...Array.from({ length: count }, (_, index) => index + 1));
  return found.map((outcome) => outcome && [outcome.kind, outcome.reference]);
}

function check({ catalog, store, broker }: MemoryTestPipeline) {
  return status({ data: store.address, catalog, store, broker, defaultTechnique: 'l2@2' }, { check: true });
}

/** Expects that nothing is lost or waiting: every event has its alert, and this many dead letters are left. */
async function expectClosed(pipeline: MemoryTestPipeline, events: number, deadLetters = 0): Promise<void> {
  expect(await check(pipeline)).toMatchObject({
    waiting: { analysis: 0, alert: 0 },
    faults: [],
    events,
    alerts: events,
    deadLetters,
  });
}

async function ids({ catalog }: MemoryTestPipeline): Promise<number[]> {
  return (await catalog.deadLetterHeads(undefined, 100)).map(({ id }) => id).reverse();
}

/** The result of each replay, by id. */
async function replayed(pipeline: MemoryTestPipeline, which: readonly number[] | 'all' = 'all') {
  return (await pipeline.replay(which)).map(({ letter, how }) => [letter.id, how]);
}

function keyOf(number: number): string {
  return imageKey({ stream: 'default', number, format: 'png', attempt: 1 });
}

/** Throws a bug whenever a stage reaches this step. */
function buggy(at: Step) {
  return (step: Step) => {
    if (step === at) throw new TypeError('x is undefined');
  };
}

/** Replays everything and interrupts the replay at a step, as a kill would. */
async function killedAt(pipeline: MemoryTestPipeline, at: Step): Promise<void> {
  let reached = false;
  const onStep = (step: Step) => {
    if (step !== at) return;
    reached = true;
    throw new Stopped();
  };
  await expect(pipeline.replay('all', onStep)).rejects.toThrow(Stopped);
  expect(reached).toBe(true);
}

/** Publishes what is open, as the next stage does. */
async function recovered(pipeline: MemoryTestPipeline): Promise<void> {
  await (await pipeline.reconciler()).round();
}

describe('the replay of an image', () => {
  it('compares it again once its file is restored, with the reference found at that time', async () => {
    const pipeline = await testPipeline();
    await pipeline.receive([GREY, OTHER, OTHER]);
    pipeline.store.faults.lose(keyOf(2));
    await pipeline.drain();
    expect(await outcomesOf(pipeline, 3)).toEqual([
      ['first', null],
      ['dead', null],
      ['dead', null],
    ]);
    pipeline.store.faults.corrupt(keyOf(2), OTHER);
    expect(await replayed(pipeline)).toEqual([
      [1, 'published'],
      [2, 'published'],
    ]);
    expect(await check(pipeline)).toMatchObject({ waiting: { analysis: 2 }, analyzed: 1, faults: [], deadLetters: 2 });
    await pipeline.drain();
    expect(await outcomesOf(pipeline, 3)).toEqual([
      ['first', null],
      ['changed', 1],
      ['unchanged', 2],
    ]);
    await expectClosed(pipeline, 1);
  });

  it('checks again whether it is too large, and leaves the outcomes of later images alone', async () => {
    const pipeline = await testPipeline();
    await pipeline.receive([GREY, LARGE, LARGE, OTHER]);
    await pipeline.drain();
    const before = await outcomesOf(pipeline, 4);
    expect(before.map((outcome) => outcome?.[0])).toEqual(['first', 'dead', 'dead', 'changed']);
    expect(await replayed(pipeline)).toEqual([
      [1, 'published'],
      [2, 'published'],
    ]);
    await pipeline.work(await pipeline.analyzeStage({ comparator: createComparator({ maxPixels: 1e6 }) }));
    await pipeline.drain();
    expect(await outcomesOf(pipeline, 4)).toEqual([['first', null], ['size_changed', 1], ['unchanged', 2], before[3]]);
    const rows = await pipeline.catalog.images([2, 3].map((number) => ({ stream: 'default', number })));
    expect(rows.map((row) => row?.fact?.verdict)).toEqual(['decodes', 'decodes']);
    await expectClosed(pipeline, 2);
  });

  it('that is dead again is another dead letter, which can be replayed again', async () => {
    const pipeline = await testPipeline();
    await pipeline.receive([GREY, cutPng()]);
    await pipeline.drain();
    await replayed(pipeline);
    await pipeline.drain();
    expect(await outcomesOf(pipeline, 2)).toEqual([
      ['first', null],
      ['dead', null],
    ]);
    expect(await pipeline.catalog.deadLetters([1, 2])).toMatchObject([
      undefined,
      { reason: 'undecodable', replayedAt: null, position: { offset: 2 } },
    ]);
    await expectClosed(pipeline, 0, 1);
    expect(await replayed(pipeline)).toEqual([[2, 'published']]);
  });

  it('takes effect once: until the image is handled, its message is not published again', async () => {
    const pipeline = await testPipeline();
    await pipeline.receive([cutPng()]);
    await pipeline.drain();
    expect(await replayed(pipeline, [1, 1])).toEqual([[1, 'published']]);
    expect(await replayed(pipeline)).toEqual([[1, 'waits']]);
    expect(await pipeline.messages(TOPICS.imageAnalysis)).toHaveLength(2);
  });

  it('is not triggered by a redelivery: without a replay, a dead image stays dead', async () => {
    const pipeline = await testPipeline();
    await pipeline.receive([GREY]);
    pipeline.store.faults.lose(keyOf(1));
    await pipeline.drain();
    pipeline.store.faults.corrupt(keyOf(1), GREY);
    const [message] = await pipeline.messages(TOPICS.imageAnalysis);
    if (message === undefined) throw new Error('the message is missing');
    await pipeline.publish(TOPICS.imageAnalysis, message);
    await pipeline.drain();
    expect(await outcomesOf(pipeline, 1)).toEqual([['dead', null]]);
    await expectClosed(pipeline, 0, 1);
  });

  it('is left to the holder of the stream, which is reported', async () => {
    const pipeline = await testPipeline();
    await pipeline.receive([cutPng()]);
    await pipeline.drain();
    const held = await pipeline.catalog.lock('stream-default', 'imgpipe receive (process 7)');
    expect(await pipeline.replay('all')).toMatchObject([{ how: 'left', holder: 'imgpipe receive (process 7)' }]);
    expect(await pipeline.messages(TOPICS.imageAnalysis)).toHaveLength(1);
    expect(await check(pipeline)).toMatchObject({ waiting: { analysis: 1 }, unpublished: 1, faults: [] });
    if ('lock' in held) await held.lock.release();
    await recovered(pipeline);
    expect(await pipeline.messages(TOPICS.imageAnalysis)).toHaveLength(2);
  });

  it('waits for a stream that is held for a moment', async () => {
    const pipeline = await testPipeline();
    await pipeline.receive([cutPng()]);
    await pipeline.drain();
    const held = await pipeline.catalog.lock('stream-default', 'another replay');
    const replaying = pipeline.replay('all', (step) => {
      if (step === 'replay:marked' && 'lock' in held) setImmediate(() => void held.lock.release());
    });
    expect((await replaying).map(({ how }) => how)).toEqual(['published']);
  });

  it('publishes several streams, each by number', async () => {
    const pipeline = await testPipeline();
    for (const stream of ['sky', 'default']) await pipeline.receive([cutPng(), cutPng([9, 9, 9])], stream);
    await pipeline.drain();
    expect(await replayed(pipeline)).toHaveLength(4);
    const names = (await pipeline.messages(TOPICS.imageAnalysis)).slice(4).map(({ headers }) => headers['ce_id']);
    expect(names).toEqual(['sky/1', 'sky/2', 'default/1', 'default/2']);
  });

  it.each(['replay:marked', 'reconcile:published'] as const)(
    'that is killed at %s loses nothing: the next stage publishes it, and it is compared once',
    async (step) => {
      const pipeline = await testPipeline();
      await pipeline.receive([GREY, OTHER, GREY]);
      await pipeline.work(await pipeline.analyzeStage({ onStep: buggy('analyze:compared') }));
      expect((await outcomesOf(pipeline, 3)).map((outcome) => outcome?.[0])).toEqual(['dead', 'dead', 'dead']);
      await killedAt(pipeline, step);
      expect(await check(pipeline)).toMatchObject({ waiting: { analysis: 3, alert: 0 }, faults: [], deadLetters: 3 });
      await recovered(pipeline);
      await pipeline.drain();
      await expectClosed(pipeline, 2);
      expect(await pipeline.catalog.snapshot((pages) => pages.lastEvent())).toBe(2);
    },
  );

  it('that is killed before it is published is completed by the next replay, too', async () => {
    const pipeline = await testPipeline();
    await pipeline.receive([cutPng()]);
    await pipeline.drain();
    await killedAt(pipeline, 'replay:marked');
    expect(await replayed(pipeline)).toEqual([[1, 'waits']]);
    expect(await pipeline.messages(TOPICS.imageAnalysis)).toHaveLength(2);
  });

  it('is published again if the log has lost its message', async () => {
    const pipeline = await testPipeline();
    await pipeline.receive([GREY, OTHER]);
    await pipeline.work(await pipeline.analyzeStage({ onStep: buggy('analyze:files') }));
    await replayed(pipeline);
    pipeline.bus.faults.loseMessages(TOPICS.imageAnalysis, [2]);
    await recovered(pipeline);
    await pipeline.drain();
    await expectClosed(pipeline, 1);
  });
});

describe('the replay of an image that has a pending event', () => {
  async function numbered(): Promise<MemoryTestPipeline> {
    const pipeline = await testPipeline();
    await pipeline.receive([GREY, OTHER]);
    await pipeline.work(await pipeline.analyzeStage({ onStep: buggy('analyze:files') }));
    const [letter] = await pipeline.catalog.deadLetters([1]);
    expect(letter).toMatchObject({ stage: 'analyze', reason: 'internal', event: 1, image: { number: 2 } });
    return pipeline;
  }

  it('completes the event and removes the dead letter', async () => {
    const pipeline = await numbered();
    await expectSettled(pipeline);
    expect(await replayed(pipeline)).toEqual([[1, 'published']]);
    expect(await check(pipeline)).toMatchObject({ waiting: { analysis: 1, alert: 0 }, faults: [] });
    expect(await pipeline.catalog.firstOpen('l2@2', { stream: 'default', first: 1, last: 2 })).toBe(2);
    await pipeline.drain();
    await expectClosed(pipeline, 1);
    expect(await pipeline.catalog.snapshot((pages) => pages.lastEvent())).toBe(1);
  });

  it.each(['replay:marked', 'reconcile:published'] as const)(
    'that is killed at %s loses nothing and numbers no second event',
    async (step) => {
      const pipeline = await numbered();
      await killedAt(pipeline, step);
      expect(await check(pipeline)).toMatchObject({ waiting: { analysis: 1, alert: 0 }, faults: [] });
      await recovered(pipeline);
      await pipeline.drain();
      await expectClosed(pipeline, 1);
      expect(await pipeline.catalog.snapshot((pages) => pages.lastEvent())).toBe(1);
    },
  );

  it('that fails again is another dead letter beside the pending event', async () => {
    const pipeline = await numbered();
    await replayed(pipeline);
    await pipeline.work(await pipeline.analyzeStage({ onStep: buggy('analyze:files') }));
    expect(await pipeline.catalog.deadLetters(await ids(pipeline))).toMatchObject([{ event: 1, replayedAt: null }]);
    await expectSettled(pipeline);
  });

  it('is needed: until then its dead letter settles the image, and no stage publishes it', async () => {
    const pipeline = await numbered();
    await recovered(pipeline);
    expect(await pipeline.messages(TOPICS.imageAnalysis)).toHaveLength(2);
    await pipeline.drain();
    await expectSettled(pipeline);
  });

  it('is not needed where the message is delivered again', async () => {
    const pipeline = await numbered();
    const [, message] = await pipeline.messages(TOPICS.imageAnalysis);
    if (message === undefined) throw new Error('the message is missing');
    await pipeline.publish(TOPICS.imageAnalysis, message);
    await pipeline.drain();
    await expectClosed(pipeline, 1);
  });

  /** Nothing is open: the dead letter settles the image. */
  async function expectSettled(pipeline: MemoryTestPipeline): Promise<void> {
    expect(await check(pipeline)).toMatchObject({ waiting: { analysis: 0, alert: 0 }, faults: [], deadLetters: 1 });
    expect(await pipeline.firstOpen(2)).toBeUndefined();
  }
});

describe('the replay of an event', () => {
  async function withoutAlert(at: Step = 'alert:text'): Promise<MemoryTestPipeline> {
    const pipeline = await testPipeline();
    await pipeline.receive([GREY, OTHER, GREY]);
    await pipeline.work(await pipeline.analyzeStage());
    await pipeline.work(await pipeline.alertStage({ onStep: buggy(at) }), { onStep: buggy(at) });
    expect(await pipeline.catalog.deadLetters([1, 2])).toMatchObject([
      { stage: 'alert', reason: 'internal', event: 1 },
      { stage: 'alert', reason: 'internal', event: 2 },
    ]);
    return pipeline;
  }

  it('publishes it again without an analyzer, and its alert removes the dead letter', async () => {
    const pipeline = await withoutAlert();
    expect(await check(pipeline)).toMatchObject({ waiting: { alert: 0 }, faults: [] });
    expect(await replayed(pipeline, [2])).toEqual([[2, 'published']]);
    expect(await check(pipeline)).toMatchObject({ waiting: { alert: 1 }, faults: [] });
    await pipeline.work(await pipeline.alertStage());
    expect(await ids(pipeline)).toEqual([1]);
    await replayed(pipeline);
    await pipeline.work(await pipeline.alertStage());
    await expectClosed(pipeline, 2);
  });

  it('that has a ready alert removes the dead letter', async () => {
    const pipeline = await withoutAlert('alert:reported');
    expect(await pipeline.catalog.alertRange()).toMatchObject({ first: 1, last: 2 });
    await replayed(pipeline);
    await pipeline.work(await pipeline.alertStage());
    await expectClosed(pipeline, 2);
  });

  it('takes effect once until the event is handled', async () => {
    const pipeline = await withoutAlert();
    await replayed(pipeline);
    expect(await replayed(pipeline)).toEqual([
      [1, 'waits'],
      [2, 'waits'],
    ]);
    expect(await pipeline.messages(TOPICS.imageEventAlert)).toHaveLength(4);
  });

  it('that fails again is another dead letter, which closes the event', async () => {
    const pipeline = await withoutAlert();
    await replayed(pipeline);
    await pipeline.work(await pipeline.alertStage({ onStep: buggy('alert:text') }));
    expect(await ids(pipeline)).toEqual([3, 4]);
    expect(await check(pipeline)).toMatchObject({ waiting: { alert: 0 }, faults: [], deadLetters: 2 });
  });

  it('that is killed after publishing loses nothing: the event is handled, or replayed again', async () => {
    const pipeline = await withoutAlert();
    await killedAt(pipeline, 'replay:published');
    expect(await check(pipeline)).toMatchObject({ waiting: { alert: 0 }, faults: [], deadLetters: 2 });
    expect(await replayed(pipeline)).toEqual([
      [1, 'published'],
      [2, 'published'],
    ]);
    await pipeline.work(await pipeline.alertStage());
    await expectClosed(pipeline, 2);
  });

  it('that fails again before it is marked leaves another dead letter, which is not marked', async () => {
    const pipeline = await withoutAlert();
    const stage = await pipeline.alertStage({ onStep: buggy('alert:text') });
    await pipeline.replay('all', async (step) => {
      if (step === 'replay:published') await pipeline.work(stage);
    });
    expect(await pipeline.catalog.deadLetters(await ids(pipeline))).toMatchObject([
      { id: 3, replayedAt: null },
      { id: 4, replayedAt: null },
    ]);
    expect(await check(pipeline)).toMatchObject({ waiting: { alert: 0 }, faults: [] });
  });

  it('that has no row reports that nothing can be published', async () => {
    const pipeline = await withoutAlert();
    await pipeline.catalog.faults.loseEvents([1]);
    expect(await replayed(pipeline)).toEqual([
      [1, 'gone'],
      [2, 'published'],
    ]);
  });
});

describe('the replay of a message', () => {
  const message = { key: 'k', headers: { a: 'b' }, value: '{', bytes: Uint8Array.of(0x7b, 0xff) };

  async function poisoned(): Promise<MemoryTestPipeline> {
    const pipeline = await testPipeline();
    await pipeline.publish(TOPICS.imageAnalysis, message);
    await pipeline.publish(TOPICS.imageEventAlert, { ...message, value: 'x' });
    await pipeline.drain();
    expect(await ids(pipeline)).toEqual([1, 2]);
    return pipeline;
  }

  it('publishes it unchanged to its topic; if it still cannot be handled, it becomes another dead letter', async () => {
    const pipeline = await poisoned();
    expect(await replayed(pipeline)).toEqual([
      [1, 'published'],
      [2, 'published'],
    ]);
    expect(await ids(pipeline)).toEqual([]);
    const [first, again] = await pipeline.messages(TOPICS.imageAnalysis);
    expect(again).toEqual({ ...first, position: { ...first?.position, offset: 1 } });
    expect([...(again?.bytes ?? [])]).toEqual([...message.bytes]);
    await pipeline.drain();
    expect(await ids(pipeline)).toEqual([3, 4]);
    await expectClosed(pipeline, 0, 2);
  });

  it('that is killed after publishing loses nothing', async () => {
    const pipeline = await poisoned();
    await killedAt(pipeline, 'replay:published');
    expect(await ids(pipeline)).toEqual([1, 2]);
    await pipeline.drain();
    expect(await replayed(pipeline)).toHaveLength(4);
    await pipeline.drain();
    expect(await check(pipeline)).toMatchObject({ faults: [], waiting: { analysis: 0, alert: 0 } });
  });

  it('that was not stored reports so, and keeps the dead letter', async () => {
    const pipeline = await poisoned();
    await pipeline.catalog.addDeadLetters([deadLetter({ message: null })]);
    expect(await replayed(pipeline)).toEqual([
      [1, 'published'],
      [2, 'published'],
      [3, 'gone'],
    ]);
    expect(await ids(pipeline)).toEqual([3]);
  });
});

describe('a replay', () => {
  it('of an id that does not exist does nothing, and the error lists the ids that exist', async () => {
    const pipeline = await testPipeline();
    await expect(pipeline.replay([1])).rejects.toMatchObject({
      code: 'not_found',
      message: 'dead letter 1 does not exist: there are none',
    });
    await pipeline.receive([cutPng(), cutPng([9, 9, 9])]);
    await pipeline.drain();
    await expect(pipeline.replay([1, 7])).rejects.toMatchObject({
      code: 'not_found',
      exit: 3,
      message: 'dead letter 7 does not exist: there are 2, from 1 to 2',
    });
    expect(await pipeline.catalog.deadLetters([1])).toMatchObject([{ replayedAt: null }]);
  });

  it('of several kinds reports them by id', async () => {
    const pipeline = await testPipeline();
    const poison = { key: '', headers: {}, value: '' };
    await pipeline.publish(TOPICS.imageAnalysis, poison);
    await pipeline.drain();
    await pipeline.receive([cutPng()]);
    await pipeline.drain();
    await pipeline.publish(TOPICS.imageAnalysis, poison);
    await pipeline.drain();
    expect((await pipeline.replay([3, 2, 1])).map(({ letter }) => [letter.id, letter.reason])).toEqual([
      [1, 'bad_message'],
      [2, 'undecodable'],
      [3, 'bad_message'],
    ]);
  });

  it('of all does nothing if there are none', async () => {
    expect(await (await testPipeline()).replay('all')).toEqual([]);
  });
});
