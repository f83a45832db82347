import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Worker } from 'node:worker_threads';
import { PNG } from 'pngjs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { decodePicture, encodeJpeg } from '../../../../src/adapters/pixels/codec.ts';
import { createThumbnails } from '../../../../src/adapters/pixels/thumbnails/thumbnails.ts';
import { INLINE_EXECUTOR, type PixelExecutor } from '../../../../src/adapters/pixels/workers/pixel-executor.ts';
import { createPixelPool } from '../../../../src/adapters/pixels/workers/pixel-pool.ts';
import { sha256Of } from '../../../../src/base/digest.ts';
import { ImgpipeError, Stopped } from '../../../../src/domain/errors.ts';
import type { PictureFormat } from '../../../../src/domain/records.ts';
import type { PictureSource } from '../../../../src/ports/comparator.ts';
import { expected, fixture } from '../../../fixtures/pictures/expected.ts';
import { withFrameSize } from '../../../support/hostile-pictures.ts';
import { ROOT } from '../../../support/imgpipe.ts';
import { cutPng, png } from '../../../support/pictures.ts';
import { chunk, ihdr, png as pngOf } from '../../../support/png-files.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const LIMITS = { maxPixels: 64e6 };
const FAULTY_WORKER = path.join(ROOT, 'test/support/programs/troubled-worker.js');
const LONG_MS = 30_000;

/** A picture source that counts its reads. */
function source(bytes: Uint8Array, format: PictureFormat = 'png'): PictureSource & { reads: number } {
  return {
    sha256: sha256Of(bytes),
    format,
    reads: 0,
    async read() {
      this.reads++;
      return bytes;
    },
  };
}

/** An executor that wraps each task of another one. */
function wrapped(executor: PixelExecutor, wrap: <T>(run: () => Promise<T>) => Promise<T>): PixelExecutor {
  return { ...executor, run: (createTask, memory) => wrap(() => executor.run(createTask, memory)) };
}

/** The inline executor, with a count of its tasks. */
function counting() {
  let tasks = 0;
  const executor = wrapped(INLINE_EXECUTOR, (run) => {
    tasks++;
    return run();
  });
  return { executor, tasks: () => tasks };
}

/** A PNG with the given RGBA pixels, row by row. */
function rgba(width: number, pixels: number[][]): Buffer {
  const picture = new PNG({ width, height: pixels.length / width });
  picture.data.set(pixels.flat());
  return PNG.sync.write(picture);
}

describe('a thumbnail', () => {
  it('of a PNG is the mean of its pixels, as a JPEG', async () => {
    const bytes = rgba(4, [
      ...[
        [0, 0, 0, 255],
        [100, 0, 0, 255],
        [40, 10, 0, 255],
        [40, 20, 0, 255],
      ],
      ...[
        [0, 0, 4, 255],
        [0, 0, 4, 255],
        [40, 30, 0, 255],
        [44, 40, 9, 255],
      ],
    ]);
    const small = await createThumbnails({ ...LIMITS, side: 2 }).of(source(bytes));
    const data = Uint8Array.from([25, 0, 2, 41, 25, 2]);
    expect(small).toEqual(encodeJpeg({ width: 2, height: 1, data }));
  });

  it('of a transparent PNG is blended with white', async () => {
    const bytes = rgba(2, [
      [0, 0, 0, 0],
      [200, 100, 50, 255],
    ]);
    const small = await createThumbnails({ ...LIMITS, side: 1 }).of(source(bytes));
    // (255 + 200) / 2, (255 + 100) / 2, (255 + 50) / 2, rounded half up.
    expect(small).toEqual(encodeJpeg({ width: 1, height: 1, data: Uint8Array.from([228, 178, 153]) }));
  });

  it('of a JPEG is the mean of its pixels', async () => {
    const bytes = fixture('tiny-2x1.jpg');
    const { data } = await decodePicture(bytes, 'jpg', LIMITS);
    expect(sha256Of(data)).toBe(expected.decoded['tiny-2x1.jpg']?.sha256);
    const small = await createThumbnails({ ...LIMITS, side: 1 }).of(source(bytes, 'jpg'));
    const mean = [0, 1, 2].map((index) => Math.round(((data[index] ?? 0) + (data[index + 3] ?? 0)) / 2));
    expect(small).toEqual(encodeJpeg({ width: 1, height: 1, data: Uint8Array.from(mean) }));
  });

  it.each(['exif-6.jpg', 'exif-6.png', 'exif-3.jpg'])(
    'is upright, and not scaled up for a small picture: %s',
    async (name) => {
      const format = name.endsWith('jpg') ? 'jpg' : 'png';
      const pixels = await decodePicture(fixture(name), format, LIMITS);
      expect(sha256Of(pixels.data)).toBe(expected.decoded[name]?.sha256);
      expect(await createThumbnails(LIMITS).of(source(fixture(name), format))).toEqual(encodeJpeg(pixels));
    },
  );

  it('is 240 pixels on its longest side', async () => {
    const small = await createThumbnails(LIMITS).of(source(png([1, 2, 3], { width: 300, height: 480 })));
    expect(await decodePicture(small, 'jpg', LIMITS)).toMatchObject({ width: 150, height: 240 });
  });
});

describe('a picture that cannot be decoded', () => {
  it.each([
    ['a corrupt PNG', cutPng(), 'png', 'undecodable', 'the PNG is cut short after 75 % of the rows'],
    [
      'a truncated JPEG',
      fixture('grey.jpg').subarray(0, 500),
      'jpg',
      'undecodable',
      expect.stringMatching(/^the JPEG is cut short after \d+ % of the rows$/),
    ],
    ['not a picture', Buffer.from('a text'), 'jpg', 'undecodable', expect.any(String)],
  ] as const)('has its verdict reported and cached: %s', async (_, bytes, format, code, message) => {
    const thumbnails = createThumbnails(LIMITS);
    const picture = source(bytes, format);
    for (let times = 0; times < 3; times++) {
      const error = await thumbnails.of(picture).catch((thrown) => thrown);
      expect(error).toBeInstanceOf(ImgpipeError);
      expect(error).toMatchObject({ code, message });
    }
    expect(picture.reads).toBe(1);
  });

  it.each([
    ['PNG', pngOf(ihdr(30_000, 30_000, 8, 2), chunk('IDAT', Buffer.alloc(10))), 'png'],
    ['JPEG', withFrameSize(fixture('baseline-420.jpg'), 30_000, 30_000), 'jpg'],
  ] as const)('is not decoded if its header says 30,000 × 30,000: %s', async (_, bytes, format) => {
    const { executor, tasks } = counting();
    const thumbnails = createThumbnails({ ...LIMITS, executor });
    const picture = source(bytes, format);
    for (let times = 0; times < 2; times++) {
      await expect(thumbnails.of(picture)).rejects.toMatchObject({
        code: 'too_large',
        message: expect.stringMatching(/^the picture is 30000 × 30000 = 900 megapixels.*max_megapixels/),
      });
    }
    expect([tasks(), picture.reads]).toEqual([0, 1]);
  });

  it('is too large if decoding would exceed the memory limit', async () => {
    const { executor, tasks } = counting();
    const thumbnails = createThumbnails({ ...LIMITS, maxMemory: 1000, executor });
    await expect(thumbnails.of(source(png([1, 2, 3], { width: 40, height: 40 })))).rejects.toMatchObject({
      code: 'too_large',
      message: expect.stringContaining('max_picture_memory'),
    });
    expect(tasks()).toBe(0);
  });

  it.each(['store_unavailable', 'object_missing', 'undecodable'] as const)(
    'because reading it failed is read again: %s',
    async (code) => {
      const thumbnails = createThumbnails(LIMITS);
      const picture = source(png([1, 2, 3]));
      const error = new ImgpipeError(code, 'The store is unavailable.');
      await expect(thumbnails.of({ ...picture, read: () => Promise.reject(error) })).rejects.toBe(error);
      expect(await thumbnails.of(picture)).toBeInstanceOf(Uint8Array);
    },
  );
});

describe('concurrent requests', () => {
  it('create each thumbnail once, with few files in memory', async () => {
    const pool = createPixelPool({ workers: 2, maxTimeMs: LONG_MS, inlineMemory: 0 });
    let [inFlight, maxInFlight, tasks] = [0, 0, 0];
    const executor = wrapped(pool, async (run) => {
      tasks++;
      try {
        return await run();
      } finally {
        inFlight--;
      }
    });
    const pictures = Array.from({ length: 40 }, (_, index) => {
      const picture = source(png([6 * index, 0, 0], { width: 300, height: 200 }));
      const read = () => {
        inFlight++;
        maxInFlight = Math.max(maxInFlight, inFlight);
        return picture.read();
      };
      return { picture, asked: { ...picture, read } };
    });
    const thumbnails = createThumbnails({ ...LIMITS, executor });
    const tenTimes = Array.from({ length: 10 }, () => pictures).flat();
    const all = await Promise.all(tenTimes.map(({ asked }) => thumbnails.of(asked)));
    await thumbnails.close();
    expect(tasks).toBe(40);
    expect(pictures.map(({ picture }) => picture.reads)).toEqual(pictures.map(() => 1));
    expect(maxInFlight).toBe(4);
    expect(new Set(all.map(sha256Of)).size).toBe(40);
    expect(all.slice(40, 80)).toEqual(all.slice(0, 40));
  });

  it('create a thumbnail again after it was evicted', async () => {
    const thumbnails = createThumbnails({ ...LIMITS, maxBytes: 0 });
    const picture = source(png([1, 2, 3]));
    await thumbnails.of(picture);
    await thumbnails.of(picture);
    expect(picture.reads).toBe(2);
  });
});

describe('workers', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it('process large pictures, and a failed start is not a verdict on a picture', async () => {
    const program = path.join(temporaryFolder(), 'gone.js');
    const executor = createPixelPool({ workers: 1, maxTimeMs: LONG_MS, program });
    const thumbnails = createThumbnails({ ...LIMITS, executor });
    expect(await thumbnails.of(source(png([1, 2, 3])))).toBeInstanceOf(Uint8Array);
    const large = source(png([1, 2, 3], { width: 640, height: 480 }));
    for (let times = 0; times < 2; times++) {
      await expect(thumbnails.of(large)).rejects.toThrow('a worker thread failed to start');
    }
    expect(large.reads).toBe(2);
    await thumbnails.close();
  });

  it.each([
    ['exit', LONG_MS, 'decoding crashed two workers, probably for lack of memory'],
    ['hang', 2500, 'decoding takes longer than the limit (max_picture_time)'],
  ] as const)('that fail (%s) make only their picture fail', async (fault, maxTimeMs, message) => {
    const bad = source(png([9, 9, 9]));
    const log = path.join(temporaryFolder(), 'log');
    writeFileSync(log, '');
    vi.stubEnv('TROUBLE', fault);
    vi.stubEnv('TROUBLE_WITH', bad.sha256);
    vi.stubEnv('TROUBLE_TIMES', '9');
    vi.stubEnv('TROUBLE_LOG', log);
    const executor = createPixelPool({ workers: 2, maxTimeMs, program: FAULTY_WORKER, inlineMemory: 0 });
    const thumbnails = createThumbnails({ ...LIMITS, executor });
    const made = [1, 2, 3].map((red) => thumbnails.of(source(png([red, 9, 9]))));
    await expect(thumbnails.of(bad)).rejects.toMatchObject({ code: 'too_large', message });
    expect(await Promise.all(made)).toHaveLength(3);
    await expect(thumbnails.of(bad)).rejects.toMatchObject({ code: 'too_large', message });
    expect(bad.reads).toBe(1);
    await thumbnails.close();
  });

  it('are terminated on close: running tasks complete, and waiting ones do not start', async () => {
    const workers: Worker[] = [];
    const onWorker = (worker: Worker) => workers.push(worker);
    process.on('worker', onWorker);
    let onTask = () => {};
    const pool = createPixelPool({ workers: 2, maxTimeMs: LONG_MS, inlineMemory: 0 });
    const executor = wrapped(pool, (run) => {
      const result = run();
      onTask();
      return result;
    });
    const thumbnails = createThumbnails({ ...LIMITS, executor });
    await Promise.all([1, 2].map((red) => thumbnails.of(source(png([red, 0, 0])))));
    const alive = () => workers.filter(({ threadId }) => threadId !== -1).length;
    expect(alive()).toBe(2);
    let closing: Promise<void> | undefined;
    onTask = () => {
      closing ??= thumbnails.close();
    };
    const pictures = Array.from({ length: 20 }, (_, green) => source(png([0, green, 0])));
    const [first, ...others] = await Promise.allSettled(pictures.map((picture) => thumbnails.of(picture)));
    await closing;
    process.off('worker', onWorker);
    expect(first?.status).toBe('fulfilled');
    expect(others.map((result) => result.status === 'rejected' && result.reason)).toEqual(
      others.map(() => new Stopped()),
    );
    expect(pictures.slice(4).map(({ reads }) => reads)).toEqual(pictures.slice(4).map(() => 0));
    await expect(thumbnails.of(source(png([0, 0, 9])))).rejects.toBeInstanceOf(Stopped);
    expect([workers.length, alive()]).toEqual([2, 0]);
  });
});
