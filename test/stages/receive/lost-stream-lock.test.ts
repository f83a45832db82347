import { describe, expect, it } from 'vitest';
import { TOPICS } from '../../../src/domain/messages.ts';
import { imageKey } from '../../../src/domain/object-keys.ts';
import type { Report, Step } from '../../../src/domain/reports.ts';
import type { ImageSource, SourceItem } from '../../../src/ports/image-source.ts';
import { streamLockName } from '../../../src/stages/locks/acquire-lock.ts';
import { png } from '../../support/pictures.ts';
import { type MemoryTestPipeline, testPipeline } from '../../support/test-pipeline.ts';

const LOCK = streamLockName('default');

/** A source of batches of two pictures. No two pictures are equal. */
function sourceOf(name: string, batches: number, over: Partial<SourceItem> = {}): ImageSource {
  const shade = name.charCodeAt(0);
  return {
    expected: undefined,
    async *pictures() {
      for (let batch = 0; batch < batches; batch += 1) {
        yield [1, 2].map((index) => {
          const number = batch * 2 + index;
          return {
            kind: 'picture',
            bytes: png([shade, number, 0]),
            origin: `/${name}/${number}`,
            ...over,
          } as SourceItem;
        });
      }
    },
  };
}

function origins(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `/${name}/${index + 1}`);
}

async function rowsOf({ catalog }: MemoryTestPipeline, count: number) {
  return catalog.images(Array.from({ length: count + 1 }, (_, index) => ({ stream: 'default', number: index + 1 })));
}

/**
 * Every image has one number, in order, its bytes under its key and a published message, after a round for the images whose
 * publication the loss has interrupted. The store has nothing else.
 */
async function expectReceived(pipeline: MemoryTestPipeline, expected: readonly string[]): Promise<void> {
  await (await pipeline.reconciler()).round();
  const rows = await rowsOf(pipeline, expected.length);
  expect(rows.map((row) => row?.origin)).toEqual([...expected, undefined]);
  for (const row of rows) {
    if (row === undefined) continue;
    expect([row.state, row.position?.topic]).toEqual(['ready', TOPICS.imageAnalysis]);
    expect((await pipeline.store.get(imageKey(row)))?.length).toBe(row.bytes);
  }
  expect((await pipeline.store.list('image_database')).sort()).toEqual(
    rows.flatMap((row) => (row === undefined ? [] : [imageKey(row)])),
  );
  const ids = (await pipeline.messages(TOPICS.imageAnalysis)).map(({ headers }) => headers['ce_id']);
  expect(new Set(ids)).toEqual(new Set(expected.map((_, index) => `default/${index + 1}`)));
}

/** Calls `then` the second time that a step is reached: in the middle of a source. */
function atSecond(step: Step, then: () => void) {
  let count = 0;
  return (reached: Step) => {
    if (reached !== step) return;
    count += 1;
    if (count === 2) then();
  };
}

const STEPS = ['receive:entered', 'receive:stored', 'receive:ready', 'receive:published'] as const;

describe('a receiver that loses the lock of its stream', () => {
  it.each(STEPS)('at %s receives every picture once, in order, and reports the loss once', async (step) => {
    const pipeline = await testPipeline();
    const onStep = atSecond(step, () => pipeline.catalog.loseLocks(LOCK));
    const received = await pipeline.receiveFrom(sourceOf('a', 4), { onStep });
    expect(received).toEqual({ images: 8, numbers: { first: 1, last: 8 }, skipped: 0, rejected: 0 });
    await expectReceived(pipeline, origins('a', 8));
    // What had a number but no bytes yet is numbered again.
    const repaired = ['image', 'recovered', 'withdrawn'];
    const kinds = pipeline.reports.map(({ kind }) => kind).filter((kind) => !repaired.includes(kind));
    expect(kinds).toEqual(['lock_lost', 'working']);
    expect(pipeline.reported('lock_lost')).toEqual([{ kind: 'lock_lost', stage: 'receive', lock: LOCK }]);
    expect(pipeline.reported('image').map(({ image }) => image.origin)).toEqual(origins('a', 8));
  });

  it.each(STEPS)('at %s writes nothing before it has the lock again', async (step) => {
    const pipeline = await testPipeline();
    const writes: string[] = [];
    let lost = false;
    const watched = <T extends object>(port: T, names: readonly string[]): T =>
      new Proxy(port, {
        get(target, name) {
          const value: unknown = Reflect.get(target, name);
          if (typeof value !== 'function' || !names.includes(String(name))) return value;
          return (...args: unknown[]): unknown => {
            if (lost) writes.push(String(name));
            return Reflect.apply(value, target, args);
          };
        },
      });
    const catalog = watched(pipeline.catalog, ['writeImages', 'nextImageAttempt', 'withdrawImages']);
    const store = watched(pipeline.store, ['put', 'remove']);
    const bus = watched(pipeline.bus, ['publish']);
    const onStep = atSecond(step, () => {
      lost = true;
      pipeline.catalog.loseLocks(LOCK);
    });
    const onReport = ({ kind }: Report) => {
      if (kind === 'working') lost = false;
    };
    await pipeline.receiveFrom(sourceOf('a', 4), { onStep, onReport, catalog, store, bus });
    expect([lost, writes]).toEqual([false, []]);
  });

  it.each(STEPS)('at %s to another receiver waits for it, and the two do not interleave', async (step) => {
    const pipeline = await testPipeline();
    const reports: Report[] = [];
    let second: Promise<unknown> = Promise.resolve();
    const onStep = atSecond(step, () => {
      pipeline.catalog.loseLocks(LOCK);
      second = pipeline.receiveFrom(sourceOf('b', 3), { as: 'the second' });
    });
    const onReport = (report: Report) => void reports.push(report);
    const first = await pipeline.receiveFrom(sourceOf('a', 4), { as: 'the first', onStep, onReport });
    await second;
    expect(first).toMatchObject({ images: 8, skipped: 0, rejected: 0 });
    const order = (await rowsOf(pipeline, 14)).flatMap((row) => row?.origin ?? []);
    expect(order.filter((origin) => origin.startsWith('/a'))).toEqual(origins('a', 8));
    const from = order.findIndex((origin) => origin.startsWith('/b'));
    expect(order.slice(from, from + 6)).toEqual(origins('b', 6));
    await expectReceived(pipeline, order);
    expect(order).toHaveLength(14);
    expect(reports.filter(({ kind }) => kind === 'lock_lost')).toHaveLength(1);
  });

  it('skips the files that another receiver has received meanwhile', async () => {
    const pipeline = await testPipeline();
    let second: Promise<unknown> = Promise.resolve();
    const onStep = atSecond('receive:stored', () => {
      pipeline.catalog.loseLocks(LOCK);
      second = pipeline.receiveFrom(sourceOf('a', 4, { onlyIfNew: true }), { as: 'the second' });
    });
    const first = await pipeline.receiveFrom(sourceOf('a', 4, { onlyIfNew: true }), { as: 'the first', onStep });
    await second;
    expect(first.images + first.skipped).toBe(8);
    await expectReceived(pipeline, origins('a', 8));
  });

  it('while it waits for a picture continues with the same source', async () => {
    const pipeline = await testPipeline();
    let arrive = () => {};
    const arrived = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    let started = 0;
    const source: ImageSource = {
      expected: undefined,
      async *pictures() {
        started += 1;
        yield [{ kind: 'picture', bytes: png([1, 1, 1]), origin: '/a/1' }];
        await arrived;
        yield [{ kind: 'picture', bytes: png([2, 2, 2]), origin: '/a/2' }];
      },
    };
    const receiving = pipeline.receiveFrom(source);
    await expect.poll(() => pipeline.reported('image')).toHaveLength(1);
    pipeline.catalog.loseLocks(LOCK);
    await expect.poll(() => pipeline.reported('working')).toHaveLength(1);
    arrive();
    expect(await receiving).toMatchObject({ images: 2, numbers: { first: 1, last: 2 } });
    expect(started).toBe(1);
    await expectReceived(pipeline, origins('a', 2));
  });
});
