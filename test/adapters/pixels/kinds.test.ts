import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Background } from '../../../src/adapters/pixels/background.ts';
import { decodePicture } from '../../../src/adapters/pixels/codec.ts';
import { needOf } from '../../../src/adapters/pixels/limits.ts';
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
    expect(needOf(bytes, formatOf(bytes), LIMITS).pixels).toBe((await decode(name)).data.length);
  });

  it.each([
    ['animated.webp', ['the WebP is animated: its first frame is compared']],
    ['animated.gif', ['the GIF is animated: its first frame is compared']],
    ['pages.tiff', ['the TIFF has more than one page: the first is compared']],
    ['grey16.tiff', ['of the 16-bit samples of the TIFF, the high 8 bits are compared']],
    ['lossless.webp', undefined],
    ['palette.gif', undefined],
    ['rgb.bmp', undefined],
    ['rgb-raw.tiff', undefined],
  ])('note what is odd about %s', async (name, notes) => {
    expect((await decode(name)).notes).toEqual(notes);
  });
});
