import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { ImgpipeError } from '../../../src/domain/errors.ts';
import { TOPICS } from '../../../src/domain/messages.ts';
import { imageKey } from '../../../src/domain/object-keys.ts';
import type { Step } from '../../../src/domain/reports.ts';
import type { ImageSource, SourceItem } from '../../../src/ports/image-source.ts';
import type { ReceiveParts } from '../../../src/stages/receive/receive.ts';
import type { ReconcileParts } from '../../../src/stages/reconcile/reconciler.ts';
import { cutPng, png } from '../../support/pictures.ts';
import { type TestPipeline, testPipeline } from '../../support/test-pipeline.ts';

const GREY = png([100, 100, 100]);
const OTHER = png([100, 100, 101]);

function file(origin: string, bytes: Uint8Array): SourceItem {
  return { kind: 'picture', bytes, origin, onlyIfNew: true };
}

async function received(pipeline: TestPipeline, ...batches: (readonly SourceItem[])[]) {
  const source: ImageSource = {
    expected: undefined,
    async *pictures() {
      yield* batches;
    },
  };
  return pipeline.receiveFrom(source);
}

/** The holder of the stream's lock; undefined if it is free. */
async function holderOf({ catalog }: TestPipeline): Promise<string | undefined> {
  const result = await catalog.lock('stream-default', 'a test');
  if ('holder' in result) return result.holder;
  await result.lock.release();
  return undefined;
}

describe('the pictures of a source', () => {
  it('are stored byte for byte under their numbers, and published', async () => {
    const pipeline = await testPipeline();
    const result = await received(pipeline, [file('/a', GREY)], [file('/b', OTHER), file('/c', GREY)]);
    expect(result).toEqual({ images: 3, numbers: { first: 1, last: 3 }, skipped: 0, rejected: 0 });
    const rows = await pipeline.catalog.images([1, 2, 3].map((number) => ({ stream: 'default', number })));
    expect(rows.map((row) => [row?.origin, row?.state, row?.position?.offset])).toEqual([
      ['/a', 'ready', 0],
      ['/b', 'ready', 1],
      ['/c', 'ready', 2],
    ]);
    const stored = await Promise.all(rows.map((row) => row && pipeline.store.get(imageKey(row))));
    expect(stored.map((bytes) => Buffer.from(bytes ?? ''))).toEqual([GREY, OTHER, GREY]);
    expect(await pipeline.store.list('image_database')).toHaveLength(3);
  });

  it('are skipped if the newest image from their file has the same content, and only then', async () => {
    const pipeline = await testPipeline();
    await received(pipeline, [file('/a', GREY), file('/b', GREY)]);
    const again = await received(pipeline, [file('/a', GREY), file('/b', OTHER), file('/c', GREY)]);
    expect(again).toMatchObject({ images: 2, skipped: 1, numbers: { first: 3, last: 4 } });
    expect(pipeline.reported('skipped')).toEqual([{ kind: 'skipped', origin: '/a', image: 1 }]);
    expect(await received(pipeline, [file('/b', GREY)])).toMatchObject({ images: 1, skipped: 0 });
  });

  it('are checked one after the other if a file occurs twice', async () => {
    const pipeline = await testPipeline();
    const batch = [file('/a', GREY), file('/a', GREY), file('/a', OTHER), file('/a', GREY)];
    expect(await received(pipeline, batch)).toMatchObject({ images: 3, skipped: 1 });
  });

  it('are checked one after the other even if the catalog is slow', async () => {
    const pipeline = await testPipeline();
    const writeImages = pipeline.catalog.writeImages;
    vi.spyOn(pipeline.catalog, 'writeImages').mockImplementation(async (holder, writes) => {
      await sleep(20);
      return writeImages(holder, writes);
    });
    expect(await received(pipeline, [file('/a', GREY), file('/a', GREY)])).toMatchObject({ images: 1, skipped: 1 });
  });

  it('that cannot be numbered end it with the error, and release the stream', async () => {
    const pipeline = await testPipeline();
    const newer = new ImgpipeError('catalog_newer', 'the catalog is newer than this imgpipe');
    vi.spyOn(pipeline.catalog, 'writeImages').mockRejectedValue(newer);
    await expect(received(pipeline, [file('/a', GREY)])).rejects.toBe(newer);
    await expect(received(pipeline, [file('/a', GREY), file('/a', OTHER)])).rejects.toBe(newer);
    expect(await pipeline.catalog.lock('stream-default', 'the next')).toHaveProperty('lock');
  });

  it('that are not pictures are rejected, and the others are received', async () => {
    const pipeline = await testPipeline();
    const error = new ImgpipeError('file_unreadable', 'no such file');
    const result = await received(pipeline, [
      { kind: 'rejected', origin: '/gone', error },
      file('/empty', Buffer.of()),
      file('/text', Buffer.from('a picture')),
      file('/a', GREY),
    ]);
    expect(result).toEqual({ images: 1, numbers: { first: 1, last: 1 }, skipped: 0, rejected: 3 });
    expect(pipeline.reported('rejected').map((report) => [report.origin, report.error.code])).toEqual([
      ['/gone', 'file_unreadable'],
      ['/empty', 'not_a_picture'],
      ['/text', 'not_a_picture'],
    ]);
  });

  it('are published once, though rounds look for lost messages before their positions are recorded', async () => {
    const pipeline = await testPipeline();
    const reconciler = await pipeline.reconciler();
    const rounds: number[] = [];
    const onStep = async (step: Step) => {
      if (step === 'receive:ready' || step === 'receive:published') rounds.push(await reconciler.round());
    };
    const source: ImageSource = {
      expected: undefined,
      async *pictures() {
        yield [file('/a', GREY), file('/b', OTHER)];
        yield [file('/c', GREY)];
      },
    };
    await pipeline.receiveFrom(source, { reconciler, onStep });
    expect(rounds).toEqual([0, 0, 0, 0]);
    expect(await pipeline.messages(TOPICS.imageAnalysis)).toHaveLength(3);
  });

  it('may be empty', async () => {
    const pipeline = await testPipeline();
    expect(await received(pipeline)).toEqual({ images: 0, numbers: undefined, skipped: 0, rejected: 0 });
  });

  it('release the stream when the source ends or fails', async () => {
    const pipeline = await testPipeline();
    const broken: ImageSource = {
      expected: undefined,
      // biome-ignore lint/correctness/useYield: it fails before it yields
      async *pictures() {
        throw new ImgpipeError('file_unreadable', 'the original is gone');
      },
    };
    await expect(pipeline.receiveFrom(broken)).rejects.toMatchObject({ code: 'file_unreadable' });
    expect(await pipeline.catalog.lock('stream-default', 'the next')).toHaveProperty('lock');
  });
});

function promised() {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

describe('while no picture arrives', () => {
  /** A source without a picture. It ends when the test or its signal says so. */
  function idle() {
    const ended = new AbortController();
    const source: ImageSource = {
      expected: undefined,
      async *pictures(_, signal) {
        const either = AbortSignal.any([signal, ended.signal]);
        if (!either.aborted) await new Promise((resolve) => either.addEventListener('abort', resolve));
      },
    };
    return { source, end: () => ended.abort() };
  }

  /** A receiver that holds the stream, beside a reconciler that works all the time. */
  async function idleReceiver(pipeline: TestPipeline, over: Partial<ReceiveParts & ReconcileParts> = {}) {
    const { source, end } = idle();
    const reconciler = await pipeline.reconciler({ everyMs: 1, ...over });
    const receiving = reconciler.during((signal) =>
      pipeline.receiveFrom(source, { as: 'the receiver', reconciler, ...over, signal }),
    );
    receiving.catch(() => {});
    await expect.poll(() => holderOf(pipeline)).toBe('the receiver');
    return { receiving, end };
  }

  it('images of a replay are published by the holder of the stream', async () => {
    const pipeline = await testPipeline();
    await pipeline.receive([cutPng()]);
    await pipeline.drain();
    const { receiving, end } = await idleReceiver(pipeline);
    expect(await pipeline.replay('all')).toMatchObject([{ how: 'left', holder: 'the receiver' }]);
    await expect.poll(() => pipeline.messages(TOPICS.imageAnalysis)).toHaveLength(2);
    end();
    await receiving;
    expect(await pipeline.messages(TOPICS.imageAnalysis)).toHaveLength(2);
    expect(await pipeline.catalog.lock('stream-default', 'the next')).toHaveProperty('lock');
  });

  /** A receiver whose source ends while a round has published an image, and not recorded it yet. */
  async function endingInRound(pipeline: TestPipeline) {
    await pipeline.receive([cutPng()]);
    await pipeline.drain();
    const [published, allowed] = [promised(), promised()];
    const onStep = async (step: Step) => {
      if (step !== 'reconcile:published') return;
      published.resolve();
      await allowed.promise;
    };
    const { receiving, end } = await idleReceiver(pipeline, { onStep });
    await pipeline.replay('all');
    await published.promise;
    end();
    for (let turn = 0; turn < 20; turn += 1) await nextTurn();
    return { receiving, proceed: allowed.resolve };
  }

  it('a round that has published when the source ends records it', async () => {
    const pipeline = await testPipeline();
    const { receiving, proceed } = await endingInRound(pipeline);
    proceed();
    await receiving;
    const [row] = await pipeline.catalog.images([{ stream: 'default', number: 1 }]);
    expect(row?.position?.offset).toBe(1);
    expect(await pipeline.messages(TOPICS.imageAnalysis)).toHaveLength(2);
    expect(await pipeline.catalog.lock('stream-default', 'the next')).toHaveProperty('lock');
  });

  it('a round that has published when the source ends leaves it to the next receiver, if there is one', async () => {
    const pipeline = await testPipeline();
    const { receiving, proceed } = await endingInRound(pipeline);
    await pipeline.receive([GREY]);
    proceed();
    await receiving;
    await (await pipeline.reconciler()).round();
    await pipeline.drain();
    expect(await pipeline.firstOpen(2)).toBeUndefined();
  });

  it('the receiver fails if an image cannot be published, and releases the stream', async () => {
    const pipeline = await testPipeline();
    await pipeline.receive([GREY]);
    const refused = new ImgpipeError('broker_refused', 'TOPIC_AUTHORIZATION_FAILED');
    const bus = { ...pipeline.bus, publish: () => Promise.reject(refused) };
    const { receiving } = await idleReceiver(pipeline, { bus });
    pipeline.bus.faults.loseMessages(TOPICS.imageAnalysis);
    await expect(receiving).rejects.toBe(refused);
    expect(await pipeline.catalog.lock('stream-default', 'the next')).toHaveProperty('lock');
  });
});
