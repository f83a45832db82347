import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { decodePicture, encodeDrawnJpeg } from '../../../../src/adapters/pixels/codec.ts';
import { createJpegEncoder, type JpegEncoder } from '../../../../src/adapters/pixels/jpeg/encoder.ts';
import { encodeWithLibjpeg } from '../../../../src/adapters/pixels/jpeg/libjpeg.ts';
import { encodeDifference } from '../../../../src/adapters/pixels/workers/pixel-tasks.ts';
import { differenceImage } from '../../../../src/analysis/difference-image.ts';
import { l2 } from '../../../../src/analysis/l2.ts';
import type { Pixels } from '../../../../src/analysis/pixels.ts';
import { quarterTurn } from '../../../../src/analysis/quarter-turn.ts';
import { sha256Of } from '../../../../src/base/digest.ts';
import { drawn, encoded } from '../../../fixtures/pictures/drawn.ts';

const LIMITS = { maxPixels: 64e6 };
const encode = createJpegEncoder() as JpegEncoder;

function encodedAt(quality: number, picture: Pixels): Uint8Array {
  const row = picture.width * 3;
  return encode(picture, quality, (rgb, first, count) => {
    rgb.set(picture.data.subarray(first * row, (first + count) * row));
  });
}

function upTo(max: number): number[] {
  return Array.from({ length: max }, (_, index) => index + 1);
}

describe('the SIMD encoder', () => {
  it('is available on this machine', () => {
    expect(encode).toBeDefined();
  });

  it.each(encoded.files)(
    'gives the same file as Pillow for $kind, $width × $height, quality $quality',
    async ({ kind, width, height, quality, sha256: sha }) => {
      const bytes = encodedAt(quality, drawn(kind, width, height));
      expect(sha256Of(bytes)).toBe(sha);
      expect(await decodePicture(bytes, 'jpg', LIMITS)).toMatchObject({ width, height });
    },
  );

  it.each(encoded.sizes)(
    'gives the same file for every size from 1 × 1 to $to × $to: $kind, quality $quality',
    ({ kind, quality, to, sha256: sha }) => {
      const every = upTo(to).flatMap((width) =>
        upTo(to).map((height) => encodedAt(quality, drawn(kind, width, height))),
      );
      expect(sha256Of(Buffer.concat(every))).toBe(sha);
    },
  );

  it.each(encoded.qualities)(
    'gives the same file at every quality: $kind, $width × $height',
    ({ kind, width, height, sha256: sha }) => {
      const picture = drawn(kind, width, height);
      expect(sha256Of(Buffer.concat(upTo(100).map((quality) => encodedAt(quality, picture))))).toBe(sha);
    },
  );

  it('draws from the top down, each row once, into a buffer of a few rows', () => {
    const drawings: [number, number, number][] = [];
    let bufferBytes = 0;
    const height = 20_000;
    const { data } = drawn('extremes', 100, 16);
    const afresh = createJpegEncoder() as JpegEncoder;
    const bytes = afresh({ width: 100, height }, 100, (rgb, first, count) => {
      drawings.push([first, count, rgb.length]);
      bufferBytes = Math.max(bufferBytes, rgb.buffer.byteLength);
      rgb.set(data.subarray(0, rgb.length));
    });
    expect(drawings).toEqual(Array.from({ length: 1250 }, (_, band) => [band * 16, 16, 4800]));
    expect(bytes.length).toBeGreaterThan(3e6);
    expect(bufferBytes).toBeLessThan(2e6);
  });

  it('has space for the largest possible output, also for the first picture', () => {
    const { data, ...size } = drawn('extremes', 16_000, 16);
    const afresh = createJpegEncoder() as JpegEncoder;
    const bytes = afresh(size, 100, (rgb) => rgb.set(data));
    expect(bytes.length).toBeGreaterThan(500 * 1000);
    expect(sha256Of(bytes)).toBe(sha256Of(encodedAt(100, { ...size, data })));
  });

  it('is not affected by an earlier picture that failed, or was wider or narrower', () => {
    const picture = drawn('noise', 100, 50);
    const right = sha256Of(encodedAt(75, picture));
    const half = (_: Uint8Array, first: number) => {
      if (first > 0) throw new Error('no more');
    };
    expect(() => encode(picture, 75, half)).toThrow('no more');
    expect(sha256Of(encodedAt(75, picture))).toBe(right);
    encodedAt(30, drawn('scene', 4000, 20));
    encodedAt(100, drawn('scene', 3, 3));
    expect(sha256Of(encodedAt(75, picture))).toBe(right);
  });

  it('returns bytes that the next picture does not overwrite', () => {
    const bytes = encodedAt(75, drawn('scene', 50, 50));
    const before = sha256Of(bytes);
    encodedAt(75, drawn('noise', 50, 50));
    expect(sha256Of(bytes)).toBe(before);
  });

  it.each([
    [0, 5],
    [5, 0],
    [65_536, 1],
    [1, 65_536],
    [1.5, 1],
  ])('refuses %s × %s pixels', (width, height) => {
    expect(() => encode({ width, height }, 75, () => undefined)).toThrow(RangeError);
  });
});

it('the generated stream has the same pictures, norms and difference images as with Pillow and NumPy', async () => {
  const original = readFileSync(new URL('../../../../image_original/original_image.jpg', import.meta.url));
  let before = await decodePicture(original, 'jpg', LIMITS);
  for (const { sha256: sha, norm, difference } of encoded.stream) {
    const bytes = encodeDrawnJpeg(before, quarterTurn(before));
    expect(sha256Of(bytes)).toBe(sha);
    const after = await decodePicture(bytes, 'jpg', LIMITS);
    const measured = l2(before, after);
    expect(measured.norm).toBe(norm);
    expect(sha256Of(encodeDifference(before, after, measured))).toBe(difference);
    before = after;
  }
});

describe('a machine without SIMD', () => {
  afterEach(() => vi.restoreAllMocks());

  it('encodes and draws differences with libjpeg', async () => {
    vi.spyOn(WebAssembly, 'validate').mockReturnValue(false);
    vi.resetModules();
    expect(createJpegEncoder()).toBeUndefined();
    const codec = await import('../../../../src/adapters/pixels/codec.ts');
    const comparator = await import('../../../../src/adapters/pixels/workers/pixel-tasks.ts');
    const [before, after] = [drawn('edges', 75, 53), drawn('scene', 75, 53)];

    const bytes = codec.encodeJpeg(after);
    expect(
      Buffer.compare(
        bytes,
        encodeWithLibjpeg(after, 75, (rgb) => rgb.set(after.data)),
      ),
    ).toBe(0);
    expect(Buffer.compare(bytes, encodedAt(75, after))).not.toBe(0);
    expect(await codec.decodePicture(bytes, 'jpg', LIMITS)).toMatchObject({ width: 75, height: 53 });

    const measured = l2(before, after);
    const { data } = differenceImage(before, after, measured);
    const difference = comparator.encodeDifference(before, after, measured);
    expect(
      Buffer.compare(
        difference,
        encodeWithLibjpeg(after, 75, (rgb) => rgb.set(data)),
      ),
    ).toBe(0);
  });
});
