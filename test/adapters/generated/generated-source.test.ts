import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGeneratedSource, isRotated } from '../../../src/adapters/generated/generated-source.ts';
import { decodePicture, encodeJpeg } from '../../../src/adapters/pixels/codec.ts';
import { createPictureCache } from '../../../src/adapters/pixels/picture-cache.ts';
import { turnPicture } from '../../../src/adapters/pixels/turn-picture.ts';
import { orient } from '../../../src/analysis/orientation.ts';
import type { ImageSource, SourceItem, StreamPosition } from '../../../src/ports/image-source.ts';
import { fixture, pattern } from '../../fixtures/pictures/expected.ts';

const LIMITS = { maxPixels: 64e6 };
const turn = (picture: Uint8Array) => turnPicture(picture, { ...LIMITS, cache: createPictureCache() });
const square = encodeJpeg(pattern(40, 40));
let folder = '';
let originalPath = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imgpipe-generated-'));
  originalPath = join(folder, 'original.jpg');
  await writeFile(originalPath, square);
});
afterAll(() => rm(folder, { recursive: true }));

function at(lastNumber: number, last?: Uint8Array): StreamPosition {
  return { lastNumber, lastPicture: async () => last };
}

const START = at(0);

async function batches(source: ImageSource, position = START, signal = new AbortController().signal) {
  const all: (readonly SourceItem[])[] = [];
  for await (const items of source.pictures(position, signal)) all.push(items);
  return all;
}

async function pictures(source: ImageSource, position = START): Promise<Uint8Array[]> {
  return (await batches(source, position)).flat().map((item) => {
    if (item.kind !== 'picture') throw item.error;
    expect(item.origin).toBe('generated');
    return item.bytes;
  });
}

async function turnedOf(bytes: Uint8Array): Promise<Uint8Array> {
  // For a square picture, a rotation by 90° counter-clockwise is EXIF orientation 8.
  return encodeJpeg(orient(await decodePicture(bytes, 'jpg', LIMITS), 8));
}

describe('a generated stream', () => {
  it('rotates pictures 3, 7, 11 and so on', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].filter(isRotated)).toEqual([3, 7, 11]);
  });

  it('starts with the original and repeats the previous picture, except for those that are rotated', async () => {
    const source = createGeneratedSource({ originalPath, count: 10, intervalMs: 0, turn });
    expect(source.expected).toBe(10);
    const all = await pictures(source);
    const second = await turnedOf(square);
    const third = await turnedOf(second);
    const right = [square, square, second, second, second, second, third, third, third, third];
    expect(all.map((bytes) => Buffer.from(bytes).toString('hex'))).toEqual(
      right.map((bytes) => Buffer.from(bytes).toString('hex')),
    );
  });

  it('continues an existing stream without the original', async () => {
    const source = createGeneratedSource({ originalPath: '/nowhere', count: 2, intervalMs: 0, turn });
    const all = await pictures(source, at(5, square));
    expect(all).toEqual([square, await turnedOf(square)]);
  });

  it('rotates a PNG into a JPEG', async () => {
    const source = createGeneratedSource({ originalPath, count: 1, intervalMs: 0, turn });
    const [turned = new Uint8Array()] = await pictures(source, at(2, fixture('rgb8.png')));
    expect(await decodePicture(turned, 'jpg', LIMITS)).toMatchObject({ width: 29, height: 21 });
  });

  it('ends with a rejected item if the picture to rotate does not decode', async () => {
    const source = createGeneratedSource({ originalPath, count: 9, intervalMs: 0, turn });
    const items = (await batches(source, at(1, square.subarray(0, 400)))).flat();
    expect(items.map(({ kind }) => kind)).toEqual(['picture', 'rejected']);
    expect(items[1]).toMatchObject({
      origin: 'generated',
      error: {
        code: 'undecodable',
        message:
          'cannot generate image 3 because the previous image cannot be rotated: the JPEG is cut short before its image data',
      },
    });
  });

  it('throws an error with the path of an original that cannot be read', async () => {
    const path = join(folder, 'missing.jpg');
    const source = createGeneratedSource({ originalPath: path, count: 1, intervalMs: 0, turn });
    await expect(batches(source)).rejects.toMatchObject({
      code: 'file_unreadable',
      message: `Cannot read the original image ${path}: the file does not exist (ENOENT).`,
    });
  });

  it('yields batches of at most 64 without an interval', async () => {
    const path = join(folder, 'one.jpg');
    await writeFile(path, encodeJpeg(pattern(1, 1)));
    const source = createGeneratedSource({ originalPath: path, count: 140, intervalMs: 0, turn });
    const sizes = (await batches(source)).map(({ length }) => length);
    expect(sizes.reduce((a, b) => a + b)).toBe(140);
    // A slow machine ends a batch earlier.
    expect(Math.max(...sizes)).toBeLessThanOrEqual(64);
    expect(sizes.length).toBeLessThan(140);
  });

  it('yields pictures one by one at the interval, and a slow consumer does not delay later ones', async () => {
    const source = createGeneratedSource({ originalPath, count: 6, intervalMs: 40, turn });
    const start = performance.now();
    const times: number[] = [];
    for await (const items of source.pictures(START, new AbortController().signal)) {
      expect(items).toHaveLength(1);
      times.push(performance.now() - start);
      // The other five are due by then and follow without waiting.
      while (times.length === 1 && performance.now() - start < 400);
    }
    for (const [i, time] of times.entries()) expect(time).toBeGreaterThanOrEqual(i * 40 - 1);
    expect((times[5] ?? 0) - (times[1] ?? 0)).toBeLessThan(4 * 40 - 10);
  });

  it('stops immediately on abort, even while waiting', async () => {
    const controller = new AbortController();
    const source = createGeneratedSource({ originalPath, count: undefined, intervalMs: 60_000, turn });
    expect(source.expected).toBeUndefined();
    const seen: (readonly SourceItem[])[] = [];
    for await (const items of source.pictures(START, controller.signal)) {
      seen.push(items);
      setImmediate(() => controller.abort());
    }
    expect(seen).toHaveLength(1);
  });
});
