import { describe, expect, it } from 'vitest';
import { decodePicture, encodeJpeg } from '../../../src/adapters/pixels/codec.ts';
import { encodeWithLibjpeg } from '../../../src/adapters/pixels/jpeg/libjpeg.ts';
import type { Pixels } from '../../../src/analysis/pixels.ts';
import { sha256Of } from '../../../src/base/digest.ts';
import { expected, fixture, pattern } from '../../fixtures/pictures/expected.ts';

const LIMITS = { maxPixels: 64e6 };

function decode(bytes: Uint8Array, name: string) {
  return decodePicture(bytes, name.endsWith('.jpg') ? 'jpg' : 'png', LIMITS);
}

/** Encodes with the fallback for machines without SIMD. */
function encodeAt(quality: number, pixels: Pixels): Uint8Array {
  return encodeWithLibjpeg(pixels, quality, (rgb) => rgb.set(pixels.data));
}

describe('decoding', () => {
  it.each(Object.entries(expected.decoded))(
    '%s gives the same pixels as Pillow',
    async (name, { width, height, sha256: sha }) => {
      const pixels = await decode(fixture(name), name);
      expect(pixels).toMatchObject({ width, height });
      expect(sha256Of(pixels.data)).toBe(sha);
    },
  );

  it('accepts a view into a larger buffer', async () => {
    for (const name of ['rgb8-interlaced.png', 'cmyk.jpg', 'exif-6.jpg']) {
      const bytes = fixture(name);
      const inside = new Uint8Array(bytes.length + 20).fill(0xff);
      inside.set(bytes, 7);
      const pixels = await decode(inside.subarray(7, 7 + bytes.length), name);
      expect(pixels).toEqual(await decode(new Uint8Array(bytes), name));
    }
  });

  it('returns pixels that the next decoding does not overwrite', async () => {
    const first = await decode(fixture('baseline-420.jpg'), '.jpg');
    await decode(fixture('baseline-444.jpg'), '.jpg');
    expect(sha256Of(first.data)).toBe(expected.decoded['baseline-420.jpg']?.sha256);
  });
});

describe('encoding', () => {
  it.each(expected.roundTrips)(
    'with libjpeg gives the same file as Pillow for $width × $height, at qualities where both use the accurate DCT',
    async ({ width, height, finest, finestPixels }) => {
      const bytes = encodeAt(96, pattern(width, height));
      expect(sha256Of((await decode(bytes, '.jpg')).data)).toBe(finestPixels);
      expect(sha256Of(bytes)).toBe(finest);
    },
  );

  // Below quality 96 the library uses its fast DCT, which rounds differently from Pillow's.
  it.each(expected.roundTrips)(
    'at quality 75 has the same error as Pillow for $width × $height, and with libjpeg almost the same',
    async ({ width, height, tables, squaredError }) => {
      const picture = pattern(width, height);
      const errorOf = async (bytes: Uint8Array) => {
        expect(sha256Of(bytes.subarray(20, 20 + 2 * 69))).toBe(tables);
        const { data } = await decode(bytes, '.jpg');
        return data.reduce((sum, value, i) => sum + (value - (picture.data[i] ?? 0)) ** 2, 0);
      };
      expect(await errorOf(encodeJpeg(picture))).toBe(squaredError);
      expect(await errorOf(encodeAt(75, picture))).toBeLessThanOrEqual(squaredError * 1.1 + 10);
    },
  );

  it('with libjpeg has space for noise at the highest quality, which is larger than the pixels', async () => {
    for (const [width, height] of [
      [1, 1],
      [1, 17],
      [16, 1],
      [17, 17],
      [33, 5],
      [120, 99],
    ] as const) {
      let seed = width * 1000 + height;
      const data = new Uint8Array(width * height * 3).map(() => {
        seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
        return seed & 0x10000 ? 255 : 0;
      });
      const bytes = encodeAt(100, { width, height, data });
      expect(await decode(bytes, '.jpg')).toMatchObject({ width, height });
    }
  });
});
