import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { ImgpipeError } from '../../src/domain/errors.ts';
import { TOPICS } from '../../src/domain/messages.ts';
import { imageKey } from '../../src/domain/object-keys.ts';
import type { Step } from '../../src/domain/reports.ts';
import type { ImageSource, SourceItem } from '../../src/ports/image-source.ts';
import type { ReceiveParts } from '../../src/stages/receive.ts';
import { cutPng, png } from '../support/pictures.ts';
import { newImage } from '../support/samples.ts';
import { type TestPipeline, testPipeline } from '../support/test-pipeline.ts';

const GREY = png([100, 100, 100]);
const OTHER = png([100, 100, 101]);

function file(origin: string, bytes: Uint8Array): SourceItem {
  return { kind: 'picture', bytes, origin, onlyIfNew: true };
}

async function received(shop: TestPipeline, ...batches: (readonly SourceItem[])[]) {
  const source: ImageSource = {
    expected: undefined,
    async *pictures() {
      yield* batches;
    },
  };
  return shop.receiveFrom(source);
}

/** Who holds the stream, if anybody. */
async function holderOf({ catalog }: TestPipeline): Promise<string | undefined> {
  const result = await catalog.lock('stream-default', 'a test');
  if ('holder' in result) return result.holder;
  await result.lock.release();
  return undefined;
}

describe('the pictures of a source', () => {
  it('are kept byte for byte under their numbers, and published', async () => {
    const shop = await testPipeline();
    const result = await received(shop, [file('/a', GREY)], [file('/b', OTHER), file('/c', GREY)]);
    expect(result).toEqual({ images: 3, numbers: { first: 1, last: 3 }, skipped: 0, rejected: 0 });
    const rows = await shop.catalog.images([1, 2, 3].map((number) => ({ stream: 'default', number })));
    expect(rows.map((row) => [row?.origin, row?.state, row?.position?.offset])).toEqual([
      ['/a', 'ready', 0],
      ['/b', 'ready', 1],
      ['/c', 'ready', 2],
    ]);
    const stored = await Promise.all(rows.map((row) => row && shop.store.get(imageKey(row))));
    expect(stored.map((bytes) => Buffer.from(bytes ?? ''))).toEqual([GREY, OTHER, GREY]);
    expect(await shop.store.list('incoming')).toEqual([]);
  });

  it('are passed over where the newest image from that file has this content, and only then', async () => {
    const shop = await testPipeline();
    await received(shop, [file('/a', GREY), file('/b', GREY)]);
    const again = await received(shop, [file('/a', GREY), file('/b', OTHER), file('/c', GREY)]);
    expect(again).toMatchObject({ images: 2, skipped: 1, numbers: { first: 3, last: 4 } });
    expect(shop.reported('skipped')).toEqual([{ kind: 'skipped', origin: '/a', image: 1 }]);
    expect(await received(shop, [file('/b', GREY)])).toMatchObject({ images: 1, skipped: 0 });
  });

  it('are looked at one after the other where a file comes twice', async () => {
    const shop = await testPipeline();
    const batch = [file('/a', GREY), file('/a', GREY), file('/a', OTHER), file('/a', GREY)];
    expect(await received(shop, batch)).toMatchObject({ images: 3, skipped: 1 });
  });

  it('are looked at so, too, where the catalog takes its time', async () => {
    const shop = await testPipeline();
    const addImages = shop.catalog.addImages;
    vi.spyOn(shop.catalog, 'addImages').mockImplementation(async (rows) => {
      await sleep(20);
      return addImages(rows);
    });
    expect(await received(shop, [file('/a', GREY), file('/a', GREY)])).toMatchObject({ images: 1, skipped: 1 });
  });

  it('that cannot get a number end it with that error, and leave the stream free', async () => {
    const shop = await testPipeline();
    const newer = new ImgpipeError('catalog_newer', 'the catalog is newer than this imgpipe');
    vi.spyOn(shop.catalog, 'addImages').mockRejectedValue(newer);
    await expect(received(shop, [file('/a', GREY)])).rejects.toBe(newer);
    await expect(received(shop, [file('/a', GREY), file('/a', OTHER)])).rejects.toBe(newer);
    expect(await shop.catalog.lock('stream-default', 'the next')).toHaveProperty('lock');
  });

  it('that are none get no number, and the rest goes on', async () => {
    const shop = await testPipeline();
    const error = new ImgpipeError('file_unreadable', 'there is no such file');
    const result = await received(shop, [
      { kind: 'rejected', origin: '/gone', error },
      file('/empty', Buffer.of()),
      file('/text', Buffer.from('a picture')),
      file('/a', GREY),
    ]);
    expect(result).toEqual({ images: 1, numbers: { first: 1, last: 1 }, skipped: 0, rejected: 3 });
    expect(shop.reported('rejected').map((report) => [report.origin, report.error.code])).toEqual([
      ['/gone', 'file_unreadable'],
      ['/empty', 'not_a_picture'],
      ['/text', 'not_a_picture'],
    ]);
  });

  it('are none: nothing is given and nothing is wrong', async () => {
    const shop = await testPipeline();
    expect(await received(shop)).toEqual({ images: 0, numbers: undefined, skipped: 0, rejected: 0 });
  });

  it('leave the stream free when they are all taken, or the source fails', async () => {
    const shop = await testPipeline();
    const broken: ImageSource = {
      expected: undefined,
      // biome-ignore lint/correctness/useYield: it fails before it yields
      async *pictures() {
        throw new ImgpipeError('file_unreadable', 'the original is gone');
      },
    };
    await expect(shop.receiveFrom(broken)).rejects.toMatchObject({ code: 'file_unreadable' });
    expect(await shop.catalog.lock('stream-default', 'the next')).toHaveProperty('lock');
  });
});

describe('while no picture comes', () => {
  /** A source without a picture, that ends when it is told to: by the test, or by its signal. */
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

  /** A receiver that holds the stream and looks after it all the time. */
  async function idleReceiver(shop: TestPipeline, over: Partial<ReceiveParts> = {}) {
    const { source, end } = idle();
    const receiving = shop.receiveFrom(source, { as: 'the receiver', pollMs: 1, ...over });
    receiving.catch(() => {});
    await expect.poll(() => holderOf(shop)).toBe('the receiver');
    return { receiving, end };
  }

  it('what a replay makes unpublished is published by whoever holds the stream', async () => {
    const shop = await testPipeline();
    await shop.receive([cutPng()]);
    await shop.drain();
    const { receiving, end } = await idleReceiver(shop);
    expect(await shop.replay('all')).toMatchObject([{ how: 'left', holder: 'the receiver' }]);
    await expect.poll(() => shop.messages(TOPICS.imageAnalysis)).toHaveLength(2);
    end();
    await receiving;
    expect(await shop.messages(TOPICS.imageAnalysis)).toHaveLength(2);
    expect(await shop.catalog.lock('stream-default', 'the next')).toHaveProperty('lock');
  });

  it('the stream is held until what is in hand is published, also where the source ends meanwhile', async () => {
    const shop = await testPipeline();
    await shop.receive([cutPng()]);
    await shop.drain();
    let goOn = () => {};
    const allowed = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    let reached = () => {};
    const published = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const onStep = async (step: Step) => {
      if (step !== 'outbox:published') return;
      reached();
      await allowed;
    };
    const { receiving, end } = await idleReceiver(shop, { onStep });
    await shop.replay('all');
    await published;
    end();
    for (let turn = 0; turn < 20; turn += 1) await nextTurn();
    expect(await shop.catalog.lock('stream-default', 'the next')).toEqual({ holder: 'the receiver' });
    goOn();
    await receiving;
    expect(await shop.catalog.lock('stream-default', 'the next')).toHaveProperty('lock');
  });

  it('the receiver ends where that cannot be done, and the stream is free', async () => {
    const shop = await testPipeline();
    const { receiving } = await idleReceiver(shop);
    await shop.catalog.addImages([newImage()]);
    await expect(receiving).rejects.toMatchObject({ code: 'object_missing' });
    expect(await shop.catalog.lock('stream-default', 'the next')).toHaveProperty('lock');
  });
});
