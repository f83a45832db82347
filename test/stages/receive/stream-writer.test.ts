import { randomUUID } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { sha256Of } from '../../../src/base/digest.ts';
import { ImgpipeError, LockLost, Stopped } from '../../../src/domain/errors.ts';
import { TOPICS } from '../../../src/domain/messages.ts';
import { imageKey } from '../../../src/domain/object-keys.ts';
import type { ImageRecord } from '../../../src/domain/records.ts';
import { createStreamWriter, type Picture, type StreamWriterParts } from '../../../src/stages/receive/stream-writer.ts';
import { takeOver } from '../../../src/stages/receive/take-over.ts';
import { png } from '../../support/pictures.ts';
import { newImage } from '../../support/samples.ts';
import { type MemoryTestPipeline, testPipeline } from '../../support/test-pipeline.ts';

const ID = (number: number) => ({ stream: 'default', number });
const LATE = new ImgpipeError('catalog_unavailable', 'the connection was lost before the answer');

/** A picture whose bytes depend on the shade. */
function picture(shade: number): Picture {
  const bytes = png([shade, 0, 0]);
  return { bytes, row: newImage({ format: 'png', sha256: sha256Of(bytes), bytes: bytes.length, origin: `/${shade}` }) };
}

/** Fences the stream, completes what the previous holder left, and makes a writer. */
async function writerOf(pipeline: MemoryTestPipeline, over: Partial<StreamWriterParts> = {}) {
  const { catalog, store, bus, reports } = pipeline;
  const { pipelineId } = await catalog.identity();
  const holder = { stream: 'default', token: randomUUID() };
  const onReport = (report: (typeof reports)[number]) => void reports.push(report);
  const retry = { stage: 'receive', signal: new AbortController().signal, onReport } as const;
  await takeOver({ catalog, store, holder, retry, onReport });
  return createStreamWriter({ catalog, store, bus, pipelineId, holder, retry, ...over });
}

async function rowsOf({ catalog }: MemoryTestPipeline, ...numbers: number[]) {
  const rows = await catalog.images(numbers.map(ID));
  return rows.map((row) => row && [row.origin, row.attempt, row.state, row.position?.offset]);
}

async function publishedBy(pipeline: MemoryTestPipeline): Promise<(string | undefined)[]> {
  return (await pipeline.messages(TOPICS.imageAnalysis)).map(({ headers }) => headers['ce_id']);
}

/** The catalog, except that the first write that `isHit` accepts is carried out, and its answer lost. */
function losingAnswer(
  { catalog }: MemoryTestPipeline,
  isHit: (writes: Parameters<typeof catalog.writeImages>[1]) => boolean,
): StreamWriterParts['catalog'] {
  let lost = false;
  return {
    ...catalog,
    async writeImages(holder, writes) {
      const rows = await catalog.writeImages(holder, writes);
      if (lost || !isHit(writes)) return rows;
      lost = true;
      throw LATE;
    },
  };
}

describe('the pictures that a stream writer adds', () => {
  it('are numbered, stored, made ready and published, in their order', async () => {
    const pipeline = await testPipeline();
    const writer = await writerOf(pipeline);
    const pictures = [picture(1), picture(2), picture(3)];
    const ready: ImageRecord[] = [];
    await writer.add(pictures, (rows) => ready.push(...rows));
    expect(await rowsOf(pipeline, 1, 2, 3)).toEqual([
      ['/1', 1, 'pending', undefined],
      ['/2', 1, 'pending', undefined],
      ['/3', 1, 'pending', undefined],
    ]);
    expect([ready, await publishedBy(pipeline)]).toEqual([[], []]);
    await writer.flush();
    expect(await rowsOf(pipeline, 1, 2, 3)).toEqual([
      ['/1', 1, 'ready', 0],
      ['/2', 1, 'ready', 1],
      ['/3', 1, 'ready', 2],
    ]);
    expect(ready.map(({ number, state }) => [number, state])).toEqual([
      [1, 'ready'],
      [2, 'ready'],
      [3, 'ready'],
    ]);
    expect(await publishedBy(pipeline)).toEqual(['default/1', 'default/2', 'default/3']);
    for (const [index, { bytes }] of pictures.entries()) {
      const key = imageKey({ ...ID(index + 1), format: 'png', attempt: 1 });
      expect(Buffer.from((await pipeline.store.get(key)) ?? '')).toEqual(bytes);
    }
  });

  it('take one transaction for each batch, and two more at the end', async () => {
    const pipeline = await testPipeline();
    const writeImages = vi.spyOn(pipeline.catalog, 'writeImages');
    const writer = await writerOf(pipeline);
    for (let batch = 0; batch < 5; batch += 1) await writer.add([picture(batch), picture(batch + 100)], () => {});
    await writer.flush();
    await writer.flush();
    expect(writeImages).toHaveBeenCalledTimes(5 + 2);
    expect(await publishedBy(pipeline)).toEqual(Array.from({ length: 10 }, (_, index) => `default/${index + 1}`));
  });

  it('are being published from when they are made ready until their positions are recorded', async () => {
    const pipeline = await testPipeline();
    const steps: [string, boolean][] = [];
    const writer = await writerOf(pipeline, { onStep: (step) => void steps.push([step, writer.isPublishing(1)]) });
    await writer.add([picture(1)], () => {});
    await writer.flush();
    expect(steps).toEqual([
      ['receive:entered', false],
      ['receive:stored', false],
      ['receive:ready', true],
      ['receive:published', true],
      ['receive:recorded', false],
    ]);
  });

  it('wait for a bus that does not answer only until the writer is stopped', async () => {
    const pipeline = await testPipeline();
    const stop = new AbortController();
    const publish = () => {
      stop.abort();
      return new Promise<never>(() => {});
    };
    const retry = { stage: 'receive', signal: stop.signal } as const;
    const writer = await writerOf(pipeline, { bus: { publish }, retry });
    await writer.add([picture(1)], () => {});
    await expect(writer.flush()).rejects.toBeInstanceOf(Stopped);
    expect(await rowsOf(pipeline, 1)).toEqual([['/1', 1, 'ready', undefined]]);
    await (await pipeline.reconciler()).round();
    expect(await publishedBy(pipeline)).toEqual(['default/1']);
  });

  it('that have rows already take no numbers, and are not published again', async () => {
    const pipeline = await testPipeline();
    const pictures = [picture(1), picture(2)];
    for (const batch of [pictures, [...pictures, picture(3)]]) {
      const writer = await writerOf(pipeline);
      const ready: number[] = [];
      await writer.add(batch, (rows) => ready.push(...rows.map(({ number }) => number)));
      await writer.flush();
      expect(ready).toEqual(batch.map((_, index) => index + 1));
      expect(writer.isPublishing(1)).toBe(false);
    }
    expect(await publishedBy(pipeline)).toEqual(['default/1', 'default/2', 'default/3']);
    expect(await rowsOf(pipeline, 4)).toEqual([undefined]);
  });
});

describe('a lost answer to a transaction', () => {
  it.each<[string, Parameters<typeof losingAnswer>[1]]>([
    ['that enters rows', ({ added = [] }) => added.length > 0],
    ['that makes rows ready and enters others', ({ ready = [], added = [] }) => ready.length > 0 && added.length > 0],
    ['that makes the last rows ready', ({ ready = [], added = [] }) => ready.length > 0 && added.length === 0],
    ['that records positions', ({ published = [] }) => published.length > 0],
  ])('%s gives no second number, and no second message', async (_, isHit) => {
    const pipeline = await testPipeline();
    const writer = await writerOf(pipeline, { catalog: losingAnswer(pipeline, isHit) });
    const ready: number[] = [];
    for (let batch = 0; batch < 3; batch += 1) {
      const pictures = [picture(batch * 2 + 1), picture(batch * 2 + 2)];
      await writer.add(pictures, (rows) => ready.push(...rows.map(({ number }) => number)));
    }
    await writer.flush();
    expect(pipeline.reports.map(({ kind }) => kind)).toEqual(['waiting', 'resumed']);
    expect(ready).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await rowsOf(pipeline, 1, 2, 3, 4, 5, 6, 7)).toEqual([
      ...ready.map((number) => [`/${number}`, 1, 'ready', number - 1]),
      undefined,
    ]);
    expect(await publishedBy(pipeline)).toEqual(ready.map((number) => `default/${number}`));
    expect(await pipeline.store.list('image_database')).toHaveLength(6);
  });
});

describe('a key that has other bytes', () => {
  const STRANGERS = png([200, 200, 200]);
  const KEY = 'image_database/00002.png';

  it('keeps them: the image is stored under its next key, and the others under theirs', async () => {
    const pipeline = await testPipeline();
    await pipeline.store.put([{ key: KEY, bytes: STRANGERS }]);
    const writer = await writerOf(pipeline);
    const pictures = [picture(1), picture(2), picture(3)];
    await writer.add(pictures, () => {});
    await writer.flush();
    expect(await rowsOf(pipeline, 1, 2, 3)).toEqual([
      ['/1', 1, 'ready', 0],
      ['/2', 2, 'ready', 1],
      ['/3', 1, 'ready', 2],
    ]);
    expect(Buffer.from((await pipeline.store.get(KEY)) ?? '')).toEqual(STRANGERS);
    expect(Buffer.from((await pipeline.store.get('image_database/00002.2.png')) ?? '')).toEqual(pictures[1]?.bytes);
  });

  it('may be followed by others that are taken, too', async () => {
    const pipeline = await testPipeline();
    const taken = [KEY, 'image_database/00002.2.png', 'image_database/00002.3.png', 'image_database/00001.png'];
    await pipeline.store.put(taken.map((key) => ({ key, bytes: STRANGERS })));
    const writer = await writerOf(pipeline);
    await writer.add([picture(1), picture(2)], () => {});
    await writer.flush();
    expect(await rowsOf(pipeline, 1, 2)).toEqual([
      ['/1', 2, 'ready', 0],
      ['/2', 4, 'ready', 1],
    ]);
  });

  it('is used if they are the same bytes', async () => {
    const pipeline = await testPipeline();
    await pipeline.store.put([{ key: 'image_database/00001.png', bytes: picture(1).bytes }]);
    const writer = await writerOf(pipeline);
    await writer.add([picture(1)], () => {});
    await writer.flush();
    expect(await rowsOf(pipeline, 1)).toEqual([['/1', 1, 'ready', 0]]);
  });

  it('that cannot be read as an object is taken', async () => {
    const pipeline = await testPipeline();
    const folder = new ImgpipeError('object_damaged', 'it is a folder');
    const store: StreamWriterParts['store'] = {
      put: async (objects) =>
        Promise.all(
          objects.map(async (object) => {
            if (object.key === KEY) return 'exists';
            await pipeline.store.put([object]);
            return 'added';
          }),
        ),
      digest: (key) => (key === KEY ? Promise.reject(folder) : pipeline.store.digest(key)),
    };
    const writer = await writerOf(pipeline, { store });
    await writer.add([picture(1), picture(2)], () => {});
    await writer.flush();
    expect((await rowsOf(pipeline, 1, 2)).map((row) => row?.[1])).toEqual([1, 2]);
  });
});

describe('a receiver that lost its lock without noticing', () => {
  /** What the next receiver has of the stream afterwards: two images of its own, and nothing of the first receiver's. */
  async function expectUntouched(pipeline: MemoryTestPipeline): Promise<void> {
    await (await pipeline.reconciler()).round();
    await pipeline.drain();
    expect((await rowsOf(pipeline, 1, 2, 3)).map((row) => row?.[0])).toEqual(['/11', '/12', undefined]);
    expect(await publishedBy(pipeline)).toEqual(['default/1', 'default/2']);
    expect(await pipeline.firstOpen(2)).toBeUndefined();
    const rows = await pipeline.catalog.images([ID(1), ID(2)]);
    for (const row of rows) {
      const stored = row && (await pipeline.store.get(imageKey(row)));
      expect(stored && sha256Of(stored)).toBe(row?.sha256);
    }
  }

  async function receivedByTheNext(pipeline: MemoryTestPipeline): Promise<void> {
    const next = await writerOf(pipeline);
    await next.add([picture(11), picture(12)], () => {});
    await next.flush();
  }

  it('numbers nothing', async () => {
    const pipeline = await testPipeline();
    const late = await writerOf(pipeline);
    await receivedByTheNext(pipeline);
    await expect(late.add([picture(1)], () => {})).rejects.toBeInstanceOf(LockLost);
    await expectUntouched(pipeline);
  });

  it('makes nothing ready, publishes nothing and tells no sender', async () => {
    const pipeline = await testPipeline();
    const late = await writerOf(pipeline);
    let told = 0;
    await late.add([picture(1)], () => {
      told += 1;
    });
    // So the next receiver withdraws it.
    pipeline.store.faults.lose('image_database/00001.png');
    await receivedByTheNext(pipeline);
    await expect(late.flush()).rejects.toBeInstanceOf(LockLost);
    expect(told).toBe(0);
    await expectUntouched(pipeline);
  });

  it.each(['before', 'after'] as const)('may put its bytes %s the next one does: they stay apart', async (when) => {
    const pipeline = await testPipeline();
    let proceed = () => {};
    const allowed = new Promise<void>((resolve) => {
      proceed = resolve;
    });
    let reached = () => {};
    const waiting = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const store: StreamWriterParts['store'] = {
      digest: pipeline.store.digest,
      async put(objects) {
        reached();
        await allowed;
        return pipeline.store.put(objects);
      },
    };
    const late = await writerOf(pipeline, { store });
    const adding = late.add([picture(1), picture(2)], () => {});
    adding.catch(() => {});
    await waiting;
    const next = await writerOf(pipeline);
    expect(pipeline.reported('withdrawn')).toEqual([{ kind: 'withdrawn', stream: 'default', images: 2 }]);
    if (when === 'before') {
      proceed();
      await adding;
      await expect(late.flush()).rejects.toBeInstanceOf(LockLost);
    }
    await next.add([picture(11), picture(12)], () => {});
    await next.flush();
    proceed();
    if (when === 'after') await expect(adding).rejects.toBeInstanceOf(LockLost);
    await expectUntouched(pipeline);
    expect((await rowsOf(pipeline, 1))[0]?.[1]).toBe(when === 'before' ? 2 : 1);
  });

  it('records no position', async () => {
    const pipeline = await testPipeline();
    let next: Promise<void> | undefined;
    const late = await writerOf(pipeline, {
      onStep: async (step) => {
        if (step === 'receive:published') next = writerOf(pipeline).then(() => {});
        await next;
      },
    });
    await late.add([picture(1)], () => {});
    await expect(late.flush()).rejects.toBeInstanceOf(LockLost);
    expect(await rowsOf(pipeline, 1)).toEqual([['/1', 1, 'ready', undefined]]);
    await (await pipeline.reconciler()).round();
    await pipeline.drain();
    expect(await pipeline.firstOpen(1)).toBeUndefined();
  });
});
