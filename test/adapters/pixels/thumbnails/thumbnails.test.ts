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
const TROUBLED = path.join(ROOT, 'test/support/programs/troubled-worker.js');
const PATIENT_MS = 30_000;

/** A picture that counts how often it is read. */
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

/** Work with something done around each task. */
function around(work: PixelExecutor, wrap: <T>(perform: () => Promise<T>) => Promise<T>): PixelExecutor {
  return { ...work, perform: (make, memory) => wrap(() => work.perform(make, memory)) };
}

/** The work of this thread, and how often it was asked for. */
function counted() {
  let tasks = 0;
  const work = around(INLINE_EXECUTOR, (perform) => {
    tasks++;
    return perform();
  });
  return { work, tasks: () => tasks };
}

/** A PNG of these RGBA pixels, row by row. */
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

  it('of a transparent PNG is over white', async () => {
    const bytes = rgba(2, [
      [0, 0, 0, 0],
      [200, 100, 50, 255],
    ]);
    const small = await createThumbnails({ ...LIMITS, side: 1 }).of(source(bytes));
    // (255 + 200) / 2, (255 + 100) / 2, (255 + 50) / 2, halves upwards.
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
    'is upright, and as large as a small picture: %s',
    async (name) => {
      const format = name.endsWith('jpg') ? 'jpg' : 'png';
      const pixels = await decodePicture(fixture(name), format, LIMITS);
      expect(sha256Of(pixels.data)).toBe(expected.decoded[name]?.sha256);
      expect(await createThumbnails(LIMITS).of(source(fixture(name), format))).toEqual(encodeJpeg(pixels));
    },
  );

  it('has 240 pixels on its longest side', async () => {
    const small = await createThumbnails(LIMITS).of(source(png([1, 2, 3], { width: 300, height: 480 })));
    expect(await decodePicture(small, 'jpg', LIMITS)).toMatchObject({ width: 150, height: 240 });
  });
});

describe('a picture that cannot be shown', () => {
  it.each([
    ['damaged', cutPng(), 'png', 'undecodable', 'the PNG is cut short or damaged'],
    ['cut short', fixture('grey.jpg').subarray(0, 500), 'jpg', 'undecodable', 'the JPEG is cut short or damaged'],
    ['no picture', Buffer.from('a text'), 'jpg', 'undecodable', expect.any(String)],
  ] as const)('is told of, and remembered: %s', async (_, bytes, format, code, message) => {
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
  ] as const)('is not even begun with where its header says 30,000 × 30,000: %s', async (_, bytes, format) => {
    const { work, tasks } = counted();
    const thumbnails = createThumbnails({ ...LIMITS, work });
    const picture = source(bytes, format);
    for (let times = 0; times < 2; times++) {
      await expect(thumbnails.of(picture)).rejects.toMatchObject({
        code: 'too_large',
        message: expect.stringMatching(/^the picture is 30000 × 30000 = 900 megapixels.*max_megapixels/),
      });
    }
    expect([tasks(), picture.reads]).toEqual([0, 1]);
  });

  it('is too large where decoding it takes more memory than it may', async () => {
    const { work, tasks } = counted();
    const thumbnails = createThumbnails({ ...LIMITS, maxMemory: 1000, work });
    await expect(thumbnails.of(source(png([1, 2, 3], { width: 40, height: 40 })))).rejects.toMatchObject({
      code: 'too_large',
      message: expect.stringContaining('max_picture_memory'),
    });
    expect(tasks()).toBe(0);
  });

  it.each(['store_unavailable', 'object_missing', 'undecodable'] as const)(
    'because reading it throws is tried again: %s',
    async (code) => {
      const thumbnails = createThumbnails(LIMITS);
      const picture = source(png([1, 2, 3]));
      const error = new ImgpipeError(code, 'The store is away.');
      await expect(thumbnails.of({ ...picture, read: () => Promise.reject(error) })).rejects.toBe(error);
      expect(await thumbnails.of(picture)).toBeInstanceOf(Uint8Array);
    },
  );
});

describe('thumbnails that many ask for at once', () => {
  it('are each made once, with the files of a few in memory', async () => {
    const pool = createPixelPool({ workers: 2, maxTimeMs: PATIENT_MS, smallMemory: 0 });
    let [inHand, most, tasks] = [0, 0, 0];
    const work = around(pool, async (perform) => {
      tasks++;
      try {
        return await perform();
      } finally {
        inHand--;
      }
    });
    const pictures = Array.from({ length: 40 }, (_, index) => {
      const picture = source(png([6 * index, 0, 0], { width: 300, height: 200 }));
      const read = () => {
        inHand++;
        most = Math.max(most, inHand);
        return picture.read();
      };
      return { picture, asked: { ...picture, read } };
    });
    const thumbnails = createThumbnails({ ...LIMITS, work });
    const tenTimes = Array.from({ length: 10 }, () => pictures).flat();
    const all = await Promise.all(tenTimes.map(({ asked }) => thumbnails.of(asked)));
    await thumbnails.close();
    expect(tasks).toBe(40);
    expect(pictures.map(({ picture }) => picture.reads)).toEqual(pictures.map(() => 1));
    expect(most).toBe(4);
    expect(new Set(all.map(sha256Of)).size).toBe(40);
    expect(all.slice(40, 80)).toEqual(all.slice(0, 40));
  });

  it('are made again once they have been dropped', async () => {
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

  it('have the large pictures, and it is no picture’s fault where they do not start', async () => {
    const program = path.join(temporaryFolder(), 'gone.js');
    const work = createPixelPool({ workers: 1, maxTimeMs: PATIENT_MS, program });
    const thumbnails = createThumbnails({ ...LIMITS, work });
    expect(await thumbnails.of(source(png([1, 2, 3])))).toBeInstanceOf(Uint8Array);
    const large = source(png([1, 2, 3], { width: 640, height: 480 }));
    for (let times = 0; times < 2; times++) {
      await expect(thumbnails.of(large)).rejects.toThrow('a worker thread does not start');
    }
    expect(large.reads).toBe(2);
    await thumbnails.close();
  });

  it.each([
    ['exit', PATIENT_MS, 'the picture takes more to be decoded than there is: two workers have died of it'],
    ['hang', 2500, 'the picture takes longer to be decoded than it may (max_picture_time)'],
  ] as const)('are what a picture costs by %s, and the others are made', async (way, maxTimeMs, message) => {
    const bad = source(png([9, 9, 9]));
    const log = path.join(temporaryFolder(), 'log');
    writeFileSync(log, '');
    vi.stubEnv('TROUBLE', way);
    vi.stubEnv('TROUBLE_WITH', bad.sha256);
    vi.stubEnv('TROUBLE_TIMES', '9');
    vi.stubEnv('TROUBLE_LOG', log);
    const work = createPixelPool({ workers: 2, maxTimeMs, program: TROUBLED, smallMemory: 0 });
    const thumbnails = createThumbnails({ ...LIMITS, work });
    const made = [1, 2, 3].map((red) => thumbnails.of(source(png([red, 9, 9]))));
    await expect(thumbnails.of(bad)).rejects.toMatchObject({ code: 'too_large', message });
    expect(await Promise.all(made)).toHaveLength(3);
    await expect(thumbnails.of(bad)).rejects.toMatchObject({ code: 'too_large', message });
    expect(bad.reads).toBe(1);
    await thumbnails.close();
  });

  it('are ended once it is closed: what is in hand is made, and what waits is not', async () => {
    const workers: Worker[] = [];
    const onWorker = (worker: Worker) => workers.push(worker);
    process.on('worker', onWorker);
    let onTask = () => {};
    const pool = createPixelPool({ workers: 2, maxTimeMs: PATIENT_MS, smallMemory: 0 });
    const work = around(pool, (perform) => {
      const answer = perform();
      onTask();
      return answer;
    });
    const thumbnails = createThumbnails({ ...LIMITS, work });
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
