import { rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createComparator } from '../../src/adapters/pixels/comparator.ts';
import { Stopped } from '../../src/domain/errors.ts';
import { TOPICS } from '../../src/domain/messages.ts';
import { imageKey } from '../../src/domain/object-keys.ts';
import type { Step } from '../../src/domain/reports.ts';
import { status } from '../../src/operations/status.ts';
import { cutPng, png } from '../support/pictures.ts';
import { type TestPipeline, testPipeline } from '../support/test-pipeline.ts';

const GREY = png([100, 100, 100]);
/** Differs from GREY by 3, 4 and 0 in one pixel: the norm is 5. */
const OTHER = png([100, 100, 100], { first: [103, 96, 100] });
/** Over the limit of a testPipeline's comparator. */
const LARGE = png([100, 100, 100], { width: 200, height: 51 });

async function outcomesOf(shop: TestPipeline, count: number) {
  const found = await shop.outcomes(...Array.from({ length: count }, (_, index) => index + 1));
  return found.map((outcome) => outcome && [outcome.kind, outcome.reference]);
}

function check({ catalog, store, broker }: TestPipeline) {
  return status({ catalog, store, broker, defaultTechnique: 'l2@1' }, { check: true });
}

/** Nothing is lost, and nothing waits any more; so many events have their alerts, and so many letters stay. */
async function expectClosed(shop: TestPipeline, events: number, deadLetters = 0): Promise<void> {
  expect(await check(shop)).toMatchObject({
    waiting: { analysis: 0, alert: 0 },
    faults: [],
    events,
    alerts: events,
    deadLetters,
  });
}

async function ids({ catalog }: TestPipeline): Promise<number[]> {
  return (await catalog.deadLetterHeads(undefined, 100)).map(({ id }) => id).reverse();
}

/** How each was replayed, by its id. */
async function replayed(shop: TestPipeline, which: readonly number[] | 'all' = 'all') {
  return (await shop.replay(which)).map(({ letter, how }) => [letter.id, how]);
}

function fileOf({ store }: TestPipeline, number: number): string {
  return store.locate(imageKey({ stream: 'default', number, format: 'png' }));
}

/** An analyzer, or an alerter, that a bug of ours stops at this step, each time it comes there. */
function buggy(at: Step) {
  return (step: Step) => {
    if (step === at) throw new TypeError('x is undefined');
  };
}

/** Replays and stops as a kill would: at this step nothing more is done. */
async function killedAt(shop: TestPipeline, at: Step): Promise<void> {
  let reached = false;
  const onStep = (step: Step) => {
    if (step !== at) return;
    reached = true;
    throw new Stopped();
  };
  await expect(shop.replay('all', onStep)).rejects.toThrow(Stopped);
  expect(reached).toBe(true);
}

/** What a receiver does that is started after that. */
async function recovered(shop: TestPipeline): Promise<void> {
  await (await shop.outbox()).recover();
}

describe('the replay of an image', () => {
  it('judges it anew where its file is there again, against the reference that is found now', async () => {
    const shop = await testPipeline();
    await shop.receive([GREY, OTHER, OTHER]);
    rmSync(fileOf(shop, 2));
    await shop.drain();
    expect(await outcomesOf(shop, 3)).toEqual([
      ['first', null],
      ['dead', null],
      ['dead', null],
    ]);
    writeFileSync(fileOf(shop, 2), OTHER);
    expect(await replayed(shop)).toEqual([
      [1, 'published'],
      [2, 'published'],
    ]);
    expect(await check(shop)).toMatchObject({ waiting: { analysis: 2 }, analyzed: 1, faults: [], deadLetters: 2 });
    await shop.drain();
    expect(await outcomesOf(shop, 3)).toEqual([
      ['first', null],
      ['changed', 1],
      ['unchanged', 2],
    ]);
    await expectClosed(shop, 1);
  });

  it('finds out anew whether it is too large, and leaves the outcomes of later images as judged', async () => {
    const shop = await testPipeline();
    await shop.receive([GREY, LARGE, LARGE, OTHER]);
    await shop.drain();
    const before = await outcomesOf(shop, 4);
    expect(before.map((outcome) => outcome?.[0])).toEqual(['first', 'dead', 'dead', 'changed']);
    expect(await replayed(shop)).toEqual([
      [1, 'published'],
      [2, 'published'],
    ]);
    await shop.work(await shop.analyzeStage({ comparator: createComparator({ maxPixels: 1e6 }) }));
    await shop.drain();
    expect(await outcomesOf(shop, 4)).toEqual([['first', null], ['size_changed', 1], ['unchanged', 2], before[3]]);
    const rows = await shop.catalog.images([2, 3].map((number) => ({ stream: 'default', number })));
    expect(rows.map((row) => row?.fact?.verdict)).toEqual(['decodes', 'decodes']);
    await expectClosed(shop, 2);
  });

  it('that is dead again is another letter, and can be replayed once more', async () => {
    const shop = await testPipeline();
    await shop.receive([GREY, cutPng()]);
    await shop.drain();
    await replayed(shop);
    await shop.drain();
    expect(await outcomesOf(shop, 2)).toEqual([
      ['first', null],
      ['dead', null],
    ]);
    expect(await shop.catalog.deadLetters([1, 2])).toMatchObject([
      undefined,
      { reason: 'undecodable', replayedAt: null, position: { offset: 2 } },
    ]);
    await expectClosed(shop, 0, 1);
    expect(await replayed(shop)).toEqual([[2, 'published']]);
  });

  it('is done once: until it is handled it only waits, and its message is not published a third time', async () => {
    const shop = await testPipeline();
    await shop.receive([cutPng()]);
    await shop.drain();
    expect(await replayed(shop, [1, 1])).toEqual([[1, 'published']]);
    expect(await replayed(shop)).toEqual([[1, 'waits']]);
    expect(await shop.messages(TOPICS.imageAnalysis)).toHaveLength(2);
  });

  it('takes no mark of a redelivery: without a replay dead stays dead', async () => {
    const shop = await testPipeline();
    await shop.receive([GREY]);
    rmSync(fileOf(shop, 1));
    await shop.drain();
    writeFileSync(fileOf(shop, 1), GREY);
    const [message] = await shop.messages(TOPICS.imageAnalysis);
    if (message === undefined) throw new Error('there is no message');
    await shop.publish(TOPICS.imageAnalysis, message);
    await shop.drain();
    expect(await outcomesOf(shop, 1)).toEqual([['dead', null]]);
    await expectClosed(shop, 0, 1);
  });

  it('is left to whoever holds the stream, who is named', async () => {
    const shop = await testPipeline();
    await shop.receive([cutPng()]);
    await shop.drain();
    const held = await shop.catalog.lock('stream-default', 'imgpipe receive (process 7)');
    expect(await shop.replay('all')).toMatchObject([{ how: 'left', holder: 'imgpipe receive (process 7)' }]);
    expect(await shop.messages(TOPICS.imageAnalysis)).toHaveLength(1);
    expect(await check(shop)).toMatchObject({ waiting: { analysis: 1 }, unpublished: 1, faults: [] });
    if ('lock' in held) await held.lock.release();
    await recovered(shop);
    expect(await shop.messages(TOPICS.imageAnalysis)).toHaveLength(2);
  });

  it('waits for a stream that is held for a moment only', async () => {
    const shop = await testPipeline();
    await shop.receive([cutPng()]);
    await shop.drain();
    const held = await shop.catalog.lock('stream-default', 'another replay');
    const replaying = shop.replay('all', (step) => {
      if (step === 'replay:marked' && 'lock' in held) setImmediate(() => void held.lock.release());
    });
    expect((await replaying).map(({ how }) => how)).toEqual(['published']);
  });

  it('comes to each of several streams, each in the order of its numbers', async () => {
    const shop = await testPipeline();
    for (const stream of ['sky', 'default']) await shop.receive([cutPng(), cutPng([9, 9, 9])], stream);
    await shop.drain();
    expect(await replayed(shop)).toHaveLength(4);
    const names = (await shop.messages(TOPICS.imageAnalysis)).slice(4).map(({ headers }) => headers['ce_id']);
    expect(names).toEqual(['sky/1', 'sky/2', 'default/1', 'default/2']);
  });

  it.each(['replay:marked', 'outbox:published', 'outbox:recorded'] as const)(
    'that is killed at %s loses nothing: the next receiver publishes it, and it is judged once',
    async (step) => {
      const shop = await testPipeline();
      await shop.receive([GREY, OTHER, GREY]);
      await shop.work(await shop.analyzeStage({ onStep: buggy('analyze:compared') }));
      expect((await outcomesOf(shop, 3)).map((outcome) => outcome?.[0])).toEqual(['dead', 'dead', 'dead']);
      await killedAt(shop, step);
      expect(await check(shop)).toMatchObject({ waiting: { analysis: 3, alert: 0 }, faults: [], deadLetters: 3 });
      await recovered(shop);
      await shop.drain();
      await expectClosed(shop, 2);
      expect(await shop.catalog.lastEvent()).toBe(2);
    },
  );

  it('that is killed before it is published is finished by the next replay, too', async () => {
    const shop = await testPipeline();
    await shop.receive([cutPng()]);
    await shop.drain();
    await killedAt(shop, 'replay:marked');
    expect(await replayed(shop)).toEqual([[1, 'waits']]);
    expect(await shop.messages(TOPICS.imageAnalysis)).toHaveLength(2);
  });

  it('is published again where the log has lost its message', async () => {
    const shop = await testPipeline();
    await shop.receive([GREY, OTHER]);
    await shop.work(await shop.analyzeStage({ onStep: buggy('analyze:files') }));
    await replayed(shop);
    await shop.tamper('DELETE FROM bus_message WHERE "offset" = 2');
    await recovered(shop);
    await shop.drain();
    await expectClosed(shop, 1);
  });
});

describe('the replay of an image whose event has its number', () => {
  async function numbered(): Promise<TestPipeline> {
    const shop = await testPipeline();
    await shop.receive([GREY, OTHER]);
    await shop.work(await shop.analyzeStage({ onStep: buggy('analyze:files') }));
    const [letter] = await shop.catalog.deadLetters([1]);
    expect(letter).toMatchObject({ stage: 'analyze', reason: 'internal', event: 1, image: { number: 2 } });
    return shop;
  }

  it('finishes that event, and the letter goes', async () => {
    const shop = await numbered();
    await expectClosedButPending(shop);
    expect(await replayed(shop)).toEqual([[1, 'published']]);
    expect(await check(shop)).toMatchObject({ waiting: { analysis: 0, alert: 1 }, faults: [] });
    expect(await shop.catalog.firstOpen('l2@1', { stream: 'default', first: 1, last: 2 })).toBe(2);
    await shop.drain();
    await expectClosed(shop, 1);
    expect(await shop.catalog.lastEvent()).toBe(1);
  });

  it.each(['replay:marked', 'outbox:published', 'outbox:recorded'] as const)(
    'that is killed at %s loses nothing, and gives no second number',
    async (step) => {
      const shop = await numbered();
      await killedAt(shop, step);
      expect(await check(shop)).toMatchObject({ waiting: { analysis: 0, alert: 1 }, faults: [] });
      await recovered(shop);
      await shop.drain();
      await expectClosed(shop, 1);
      expect(await shop.catalog.lastEvent()).toBe(1);
    },
  );

  it('that fails again is another letter beside the pending event', async () => {
    const shop = await numbered();
    await replayed(shop);
    await shop.work(await shop.analyzeStage({ onStep: buggy('analyze:files') }));
    expect(await shop.catalog.deadLetters(await ids(shop))).toMatchObject([{ event: 1, replayedAt: null }]);
    await expectClosedButPending(shop);
  });

  async function expectClosedButPending(shop: TestPipeline): Promise<void> {
    expect(await check(shop)).toMatchObject({ waiting: { analysis: 0, alert: 0 }, faults: [], deadLetters: 1 });
  }
});

describe('the replay of an event', () => {
  async function withoutAlert(at: Step = 'alert:text'): Promise<TestPipeline> {
    const shop = await testPipeline();
    await shop.receive([GREY, OTHER, GREY]);
    await shop.work(await shop.analyzeStage());
    await shop.work(await shop.alertStage({ onStep: buggy(at) }), { onStep: buggy(at) });
    expect(await shop.catalog.deadLetters([1, 2])).toMatchObject([
      { stage: 'alert', reason: 'internal', event: 1 },
      { stage: 'alert', reason: 'internal', event: 2 },
    ]);
    return shop;
  }

  it('publishes it again, and its letter goes with its alert; no analyzer is needed', async () => {
    const shop = await withoutAlert();
    expect(await check(shop)).toMatchObject({ waiting: { alert: 0 }, faults: [] });
    expect(await replayed(shop, [2])).toEqual([[2, 'published']]);
    expect(await check(shop)).toMatchObject({ waiting: { alert: 1 }, faults: [] });
    await shop.work(await shop.alertStage());
    expect(await ids(shop)).toEqual([1]);
    await replayed(shop);
    await shop.work(await shop.alertStage());
    await expectClosed(shop, 2);
  });

  it('whose alert is ready already takes the letter away', async () => {
    const shop = await withoutAlert('alert:reported');
    expect(await shop.catalog.alertRange()).toMatchObject({ first: 1, last: 2 });
    await replayed(shop);
    await shop.work(await shop.alertStage());
    await expectClosed(shop, 2);
  });

  it('is done once until it is handled', async () => {
    const shop = await withoutAlert();
    await replayed(shop);
    expect(await replayed(shop)).toEqual([
      [1, 'waits'],
      [2, 'waits'],
    ]);
    expect(await shop.messages(TOPICS.imageEventAlert)).toHaveLength(4);
  });

  it('that fails again is another letter, which closes the event', async () => {
    const shop = await withoutAlert();
    await replayed(shop);
    await shop.work(await shop.alertStage({ onStep: buggy('alert:text') }));
    expect(await ids(shop)).toEqual([3, 4]);
    expect(await check(shop)).toMatchObject({ waiting: { alert: 0 }, faults: [], deadLetters: 2 });
  });

  it('that is killed once it is published loses nothing: it is handled, or replayed again', async () => {
    const shop = await withoutAlert();
    await killedAt(shop, 'replay:published');
    expect(await check(shop)).toMatchObject({ waiting: { alert: 0 }, faults: [], deadLetters: 2 });
    expect(await replayed(shop)).toEqual([
      [1, 'published'],
      [2, 'published'],
    ]);
    await shop.work(await shop.alertStage());
    await expectClosed(shop, 2);
  });

  it('that fails again before it could be marked leaves another letter, and that is unmarked', async () => {
    const shop = await withoutAlert();
    const stage = await shop.alertStage({ onStep: buggy('alert:text') });
    await shop.replay('all', async (step) => {
      if (step === 'replay:published') await shop.work(stage);
    });
    expect(await shop.catalog.deadLetters(await ids(shop))).toMatchObject([
      { id: 3, replayedAt: null },
      { id: 4, replayedAt: null },
    ]);
    expect(await check(shop)).toMatchObject({ waiting: { alert: 0 }, faults: [] });
  });

  it('that has no row says that nothing is left of it', async () => {
    const shop = await withoutAlert();
    await shop.tamper('DELETE FROM event WHERE number = 1');
    expect(await replayed(shop)).toEqual([
      [1, 'gone'],
      [2, 'published'],
    ]);
  });
});

describe('the replay of a message', () => {
  const message = { key: 'k', headers: { a: 'b' }, value: '{', bytes: Uint8Array.of(0x7b, 0xff) };

  async function poisoned(): Promise<TestPipeline> {
    const shop = await testPipeline();
    await shop.publish(TOPICS.imageAnalysis, message);
    await shop.publish(TOPICS.imageEventAlert, { ...message, value: 'x' });
    await shop.drain();
    expect(await ids(shop)).toEqual([1, 2]);
    return shop;
  }

  it('publishes it as it was to its topic; as poison it comes back as another letter', async () => {
    const shop = await poisoned();
    expect(await replayed(shop)).toEqual([
      [1, 'published'],
      [2, 'published'],
    ]);
    expect(await ids(shop)).toEqual([]);
    const [first, again] = await shop.messages(TOPICS.imageAnalysis);
    expect(again).toEqual({ ...first, position: { ...first?.position, offset: 1 } });
    expect([...(again?.bytes ?? [])]).toEqual([...message.bytes]);
    await shop.drain();
    expect(await ids(shop)).toEqual([3, 4]);
    await expectClosed(shop, 0, 2);
  });

  it('that is killed once it is published loses nothing', async () => {
    const shop = await poisoned();
    await killedAt(shop, 'replay:published');
    expect(await ids(shop)).toEqual([1, 2]);
    await shop.drain();
    expect(await replayed(shop)).toHaveLength(4);
    await shop.drain();
    expect(await check(shop)).toMatchObject({ faults: [], waiting: { analysis: 0, alert: 0 } });
  });

  it('of which nothing was kept says so, and it stays', async () => {
    const shop = await poisoned();
    await shop.tamper('UPDATE dead_letter SET message_key = NULL WHERE id = 1');
    expect(await replayed(shop)).toEqual([
      [1, 'gone'],
      [2, 'published'],
    ]);
    expect(await ids(shop)).toEqual([1]);
  });
});

describe('a replay', () => {
  it('of an id that there is not does nothing, and tells what there is', async () => {
    const shop = await testPipeline();
    await expect(shop.replay([1])).rejects.toMatchObject({
      code: 'not_found',
      message: 'there is no dead letter 1: there are none',
    });
    await shop.receive([cutPng(), cutPng([9, 9, 9])]);
    await shop.drain();
    await expect(shop.replay([1, 7])).rejects.toMatchObject({
      code: 'not_found',
      exit: 3,
      message: 'there is no dead letter 7: there are 2, from 1 to 2',
    });
    expect(await shop.catalog.deadLetters([1])).toMatchObject([{ replayedAt: null }]);
  });

  it('of several kinds tells of them in the order of their ids', async () => {
    const shop = await testPipeline();
    await shop.publish(TOPICS.imageAnalysis, { key: '', headers: {}, value: '' });
    await shop.receive([cutPng()]);
    await shop.publish(TOPICS.imageAnalysis, { key: '', headers: {}, value: '' });
    await shop.drain();
    expect((await shop.replay([3, 2, 1])).map(({ letter }) => [letter.id, letter.reason])).toEqual([
      [1, 'bad_message'],
      [2, 'undecodable'],
      [3, 'bad_message'],
    ]);
  });

  it('of all, of which there are none, does nothing', async () => {
    expect(await (await testPipeline()).replay('all')).toEqual([]);
  });
});
