import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Background } from '../../../src/adapters/pixels/background.ts';
import { decodePicture } from '../../../src/adapters/pixels/codec.ts';
import { needOf } from '../../../src/adapters/pixels/limits.ts';
import { bytesOf } from '../../../src/adapters/pixels/pixel-memory.ts';
import { sha256Of } from '../../../src/base/digest.ts';
import { formatOf } from '../../../src/domain/picture-format.ts';

/** Pictures of the other kinds, and their pixels as Pillow decodes them: see make.py there. */
const FOLDER = new URL('../../fixtures/kinds/', import.meta.url);
const LIMITS = { maxPixels: 64e6, maxMemory: 1024e6 };

interface ExpectedPicture {
  readonly width: number;
  readonly height: number;
  readonly sha256: string;
  readonly over_orange?: string;
}

type Expected = Readonly<Record<string, ExpectedPicture>>;

const expected = JSON.parse(readFileSync(new URL('expected.json', FOLDER), 'utf8')) as Expected;

const ORANGE = [255, 128, 0] as const;
const transparent = Object.entries(expected).filter(([, picture]) => picture.over_orange !== undefined);

function decode(name: string, background?: Background) {
  const bytes = readFileSync(new URL(name, FOLDER));
  return decodePicture(bytes, formatOf(bytes), { ...LIMITS, background });
}

describe('the decoders of WebP, GIF, BMP and TIFF', () => {
  it.each(Object.entries(expected))(
    'decode %s to the pixels that Pillow decodes',
    async (name, { width, height, sha256 }) => {
      const pixels = await decode(name);
      expect({ width: pixels.width, height: pixels.height }).toEqual({ width, height });
      expect(sha256Of(pixels.data)).toBe(sha256);
    },
  );

  it.each(transparent)('lay %s over the background', async (name, { over_orange }) => {
    expect(sha256Of((await decode(name, ORANGE)).data)).toBe(over_orange);
  });

  it.each(Object.keys(expected))('need as much memory for the pixels of %s as they say', async (name) => {
    const bytes = readFileSync(new URL(name, FOLDER));
    expect(needOf(bytes, formatOf(bytes), LIMITS).pixels).toBe(bytesOf(await decode(name)));
  });

  it.each([
    ['animated.webp', ['the WebP is animated: its first frame is compared']],
    ['animated.gif', ['the GIF is animated: its first frame is compared']],
    ['pages.tiff', ['the TIFF has more than one page: the first is compared']],
    ['grey16.tiff', undefined],
    ['lossless.webp', undefined],
    ['palette.gif', undefined],
    ['rgb.bmp', undefined],
    ['rgb-raw.tiff', undefined],
  ])('note what is odd about %s', async (name, notes) => {
    expect((await decode(name)).notes).toEqual(notes);
  });

  it.each([
    // Rows of 112 bytes from byte 54, rows of 50 bytes from byte 854, rows of 37 bytes from byte 122.
    ['rgb.bmp', 14, 'the BMP is cut short after 48 % of the rows'],
    ['top-down.bmp', 14, 'the BMP is cut short after 48 % of the rows'],
    ['rle8.bmp', 5, 'the BMP is cut short after 17 % of the rows'],
    ['palette.gif', 4, 'the GIF is cut short after 13 % of the rows'],
    ['interlaced.gif', 4, 'the GIF is cut short after 13 % of the rows'],
    ['grey-raw.tiff', 12, 'the TIFF is cut short after 41 % of the rows'],
  ])('tell which pixels of %s are whole if it is cut short', async (name, rows, message) => {
    const bytes = readFileSync(new URL(name, FOLDER));
    const cut = bytes.subarray(0, bytes.length / 2);
    const format = formatOf(cut);
    await expect(decodePicture(cut, format, LIMITS)).rejects.toMatchObject({ code: 'undecodable', message });
    const {
      whole = new Uint8Array(),
      notes,
      ...half
    } = await decodePicture(cut, format, { ...LIMITS, acceptsDamage: true });
    const all = await decode(name);
    expect(notes?.[0]).toBe(`${message}; only what is whole is compared`);
    expect(whole.reduce((sum, each) => sum + each, 0)).toBe(rows * all.width);
    for (const [pixel, each] of whole.entries()) {
      const [at, end] = [pixel * 3, pixel * 3 + 3];
      if (each === 1) expect(half.data.subarray(at, end)).toEqual(all.data.subarray(at, end));
    }
  });
});
