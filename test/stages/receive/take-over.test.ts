import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { sha256Of } from '../../../src/base/digest.ts';
import { LockLost, Stopped } from '../../../src/domain/errors.ts';
import { imageKey } from '../../../src/domain/object-keys.ts';
import type { ImageRecord } from '../../../src/domain/records.ts';
import type { Step } from '../../../src/domain/reports.ts';
import { status } from '../../../src/operations/status.ts';
import { view } from '../../../src/operations/view.ts';
import { type TakeOverParts, takeOver } from '../../../src/stages/receive/take-over.ts';
import { addPictures, holderOf } from '../../contracts/catalog/setup.ts';
import { png } from '../../support/pictures.ts';
import { newImage } from '../../support/samples.ts';
import { type MemoryTestPipeline, testPipeline } from '../../support/test-pipeline.ts';

const GREY = png([100, 100, 100]);
const STRANGERS = png([200, 200, 200]);

/** Pending images as an interrupted receiver leaves them, with or without their bytes. */
async function pending(pipeline: MemoryTestPipeline, isStored: readonly boolean[], stream = 'default') {
  const rows = await addPictures(
    pipeline.catalog,
    isStored.map(() => newImage({ stream, format: 'png', sha256: sha256Of(GREY), bytes: GREY.length })),
  );
  const stored = rows.filter((_, index) => isStored[index]);
  await pipeline.store.put(stored.map((row) => ({ key: imageKey(row), bytes: GREY })));
  return rows;
}

function partsOf({ catalog, store, reports }: MemoryTestPipeline, over: Partial<TakeOverParts> = {}): TakeOverParts {
  const holder = { stream: 'default', token: randomUUID() };
  const retry = { stage: 'receive', signal: new AbortController().signal } as const;
  return { catalog, store, holder, retry, onReport: (report) => void reports.push(report), ...over };
}

async function statesOf({ catalog }: MemoryTestPipeline, rows: readonly ImageRecord[]) {
  return (await catalog.images(rows)).map((row) => row?.state);
}

function check({ catalog, store, broker }: MemoryTestPipeline) {
  return status({ data: store.address, catalog, store, broker, defaultTechnique: 'l2@2' }, { check: true });
}

/** Expects that the stream has this many images, without holes, all with their outcomes and alerts. */
async function expectWhole(pipeline: MemoryTestPipeline, images: number): Promise<void> {
  await (await pipeline.reconciler()).round();
  await pipeline.drain();
  expect(await check(pipeline)).toMatchObject({
    images,
    analyzed: images,
    waiting: { analysis: 0, alert: 0 },
    lost: 0,
    faults: [],
    streams: [{ stream: 'default', images, lastNumber: images }],
  });
}

describe('the pending images of an interrupted receiver', () => {
  it('become ready if their bytes are stored', async () => {
    const pipeline = await testPipeline();
    const rows = await pending(pipeline, [true, true, true]);
    await takeOver(partsOf(pipeline));
    expect(await statesOf(pipeline, rows)).toEqual(['ready', 'ready', 'ready']);
    expect(pipeline.reports).toEqual([]);
    await expectWhole(pipeline, 3);
  });

  it('are withdrawn from the first one on whose bytes are not stored, with the objects of the later ones', async () => {
    const pipeline = await testPipeline();
    const rows = await pending(pipeline, [true, false, true, false, true]);
    await takeOver(partsOf(pipeline));
    expect(await statesOf(pipeline, rows)).toEqual(['ready', undefined, undefined, undefined, undefined]);
    expect(await pipeline.store.list('image_database')).toEqual(['image_database/00001.png']);
    expect(pipeline.reported('withdrawn')).toEqual([{ kind: 'withdrawn', stream: 'default', images: 4 }]);
    await pipeline.receive([STRANGERS]);
    await expectWhole(pipeline, 2);
  });

  it.each([
    ['cut short', GREY.subarray(0, 20)],
    ['other bytes', STRANGERS],
  ])('are withdrawn if what is under their key is %s, which stays: the number is given again', async (_, bytes) => {
    const pipeline = await testPipeline();
    await pending(pipeline, [true, true]);
    pipeline.store.faults.corrupt('image_database/00001.png', bytes);
    await takeOver(partsOf(pipeline));
    expect(await pipeline.store.list('image_database')).toEqual(['image_database/00001.png']);
    await pipeline.receive([GREY, STRANGERS]);
    const [row] = await pipeline.catalog.images([{ stream: 'default', number: 1 }]);
    // Bytes that are the new image's own are used.
    expect(row?.attempt).toBe(2);
    expect(await pipeline.store.get('image_database/00001.png')).toEqual(new Uint8Array(bytes));
    await expectWhole(pipeline, 2);
  });

  it('are looked for under the key of their attempt', async () => {
    const pipeline = await testPipeline();
    await pipeline.store.put([{ key: 'image_database/00001.png', bytes: STRANGERS }]);
    const rows = await pending(pipeline, [false]);
    const [next] = await pipeline.catalog.nextImageAttempt(await holderOf(pipeline.catalog), [1]);
    if (next === undefined) throw new Error('the image is not pending');
    await pipeline.store.put([{ key: imageKey(next), bytes: GREY }]);
    await takeOver(partsOf(pipeline));
    expect(await statesOf(pipeline, rows)).toEqual(['ready']);
    await expectWhole(pipeline, 1);
  });

  it('of other streams are left alone', async () => {
    const pipeline = await testPipeline();
    const rows = await pending(pipeline, [true, false], 'sky');
    await takeOver(partsOf(pipeline));
    expect(await statesOf(pipeline, rows)).toEqual(['pending', 'pending']);
  });

  it('are not shown as lost or waiting', async () => {
    const pipeline = await testPipeline();
    await pipeline.receive([GREY]);
    await pending(pipeline, [true, false]);
    await pipeline.drain();
    expect(await check(pipeline)).toMatchObject({ lost: 0, faults: [], waiting: { analysis: 0, alert: 0 } });
  });
});

describe('a take-over', () => {
  it('that is interrupted after it removed objects is finished by the next', async () => {
    const pipeline = await testPipeline();
    await pending(pipeline, [false, true, true]);
    const onStep = (step: Step) => {
      if (step === 'receive:removed') throw new Stopped();
    };
    await expect(takeOver(partsOf(pipeline, { onStep }))).rejects.toBeInstanceOf(Stopped);
    expect(await pipeline.store.list('image_database')).toEqual([]);
    await takeOver(partsOf(pipeline));
    await pipeline.receive([GREY]);
    await expectWhole(pipeline, 1);
  });

  it('by a holder that has lost the stream changes no row', async () => {
    const pipeline = await testPipeline();
    const rows = await pending(pipeline, [true, false]);
    const { catalog } = pipeline;
    const overtaken: TakeOverParts['catalog'] = {
      ...catalog,
      async pendingImages(stream) {
        await holderOf(catalog);
        return catalog.pendingImages(stream);
      },
    };
    await expect(takeOver(partsOf(pipeline, { catalog: overtaken }))).rejects.toBeInstanceOf(LockLost);
    expect(await statesOf(pipeline, rows)).toEqual(['pending', 'pending']);
  });
});

describe('a receiver that is killed', () => {
  it.each(['receive:entered', 'receive:stored', 'receive:ready', 'receive:published', 'receive:recorded'] as const)(
    'at %s leaves a stream that goes on without holes, and with every image once',
    async (step) => {
      const pipeline = await testPipeline();
      const stop = new AbortController();
      const onStep = (reached: Step) => {
        if (reached !== step || stop.signal.aborted) return;
        stop.abort();
        throw new Stopped();
      };
      const source = {
        expected: 4,
        async *pictures() {
          for (const from of [1, 3]) {
            yield [from, from + 1].map(
              (number) => ({ kind: 'picture', bytes: png([number, 0, 0]), origin: `/from/${number}` }) as const,
            );
          }
        },
      };
      await expect(pipeline.receiveFrom(source, { onStep, signal: stop.signal })).rejects.toBeInstanceOf(Stopped);
      const told = pipeline.reported('image').map(({ image }) => image.origin);
      await pipeline.receive([png([11, 0, 0]), png([12, 0, 0])]);
      const { images } = await check(pipeline);
      await expectWhole(pipeline, images);
      const rows = await pipeline.catalog.images(
        Array.from({ length: images }, (_, index) => ({ stream: 'default', number: index + 1 })),
      );
      const origins = rows.map((row) => row?.origin);
      // What a sender was told stays received.
      expect(origins.slice(0, told.length)).toEqual(told);
      expect(new Set(rows.map((row) => row?.sha256)).size).toBe(images);
    },
  );
});

describe('a catalog that was restored below newer files', () => {
  it('goes on with the numbers that it has, beside the newer files', async () => {
    const pipeline = await testPipeline();
    await pipeline.receive([GREY, STRANGERS]);
    await pipeline.drain();
    const newer = ['image_database/00003.png', 'image_database/00004.jpg', 'image_database/00005.png'];
    await pipeline.store.put(newer.map((key) => ({ key, bytes: png([9, 9, 9]) })));
    const events = ['image_event_database/image_event_002.jpg', 'image_event_database/image_event_003.txt'];
    await pipeline.store.put(
      [...events, 'image_event_alerts/image_event_alert_004.txt'].map((key) => ({ key, bytes: GREY })),
    );
    await pipeline.receive([1, 2, 3, 4].map((shade) => png([shade, 0, 0])));
    await expectWhole(pipeline, 6);
    const rows = await pipeline.catalog.images([3, 4, 5, 6].map((number) => ({ stream: 'default', number })));
    // Image 4 is a PNG: the newer JPEG file has another key.
    expect(rows.map((row) => row?.attempt)).toEqual([2, 1, 2, 1]);
    expect((await pipeline.catalog.events([1, 2, 3, 4])).map((event) => event?.attempt)).toEqual([1, 2, 2, 1]);
    expect((await pipeline.catalog.alerts([1, 2, 3, 4])).map((alert) => alert?.attempt)).toEqual([1, 1, 1, 2]);
    for (const key of newer) expect(Buffer.from((await pipeline.store.get(key)) ?? '')).toEqual(png([9, 9, 9]));
    const shown = await view(pipeline.catalog, pipeline.store, 3);
    expect(shown.paths.difference).toBe(pipeline.store.locate('image_event_database/image_event_003.2.jpg'));
    expect(shown.paths.image).toBe(pipeline.store.locate('image_database/00004.png'));
    expect(shown.paths.reference).toBe(pipeline.store.locate('image_database/00003.2.png'));
  });
});
