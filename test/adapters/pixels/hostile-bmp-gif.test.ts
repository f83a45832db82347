import { describe, expect, it } from 'vitest';
import { decodePicture } from '../../../src/adapters/pixels/codec.ts';
import { needOf } from '../../../src/adapters/pixels/limits.ts';
import { decoded, LIMITS } from '../../support/decoded-samples.ts';
import { bmp, codes, gif } from '../../support/kind-files.ts';

const [BLACK, RED, GREEN, WHITE] = [
  [0, 0, 0],
  [255, 0, 0],
  [0, 255, 0],
  [255, 255, 255],
];

describe('a BMP', () => {
  const palette = [0x000000, 0xff0000, 0x00ff00, 0xffffff];

  it('with run lengths that run over the end of a row keeps to the row', async () => {
    // A run of 255 in a row of 2, the end of the row, one pixel, the end of the picture.
    const data = Buffer.of(255, 1, 0, 0, 1, 2, 0, 1);
    expect(await decoded(bmp({ width: 2, height: 3, bits: 8, compression: 1, colours: palette, data }), 'bmp')).toEqual(
      [BLACK, BLACK, GREEN, BLACK, RED, RED].flat(),
    );
  });

  it('with run lengths that jump out of the picture ends there', async () => {
    const data = Buffer.of(1, 1, 0, 2, 255, 255, 9, 1);
    expect(await decoded(bmp({ width: 2, height: 2, bits: 8, compression: 1, colours: palette, data }), 'bmp')).toEqual(
      [BLACK, BLACK, RED, BLACK].flat(),
    );
  });

  it('with run lengths of 4 bits is read', async () => {
    const data = Buffer.of(3, 0x12, 0, 0, 0, 3, 0x31, 0x20, 0, 1);
    expect(await decoded(bmp({ width: 3, height: 2, bits: 4, compression: 2, colours: palette, data }), 'bmp')).toEqual(
      [WHITE, RED, GREEN, RED, GREEN, RED].flat(),
    );
  });

  it('is cut short if its run lengths or its rows end early', async () => {
    const runs = bmp({ width: 2, height: 4, bits: 8, compression: 1, colours: palette, data: Buffer.of(2, 1, 0, 0) });
    expect(await decoded(runs, 'bmp')).toBe('undecodable: the BMP is cut short after 25 % of the rows');
    const rows = bmp({ width: 2, height: 4, data: Buffer.alloc(8 * 3) });
    expect(await decoded(rows, 'bmp')).toBe('undecodable: the BMP is cut short after 75 % of the rows');
  });

  it('may lack the padding of its last row', async () => {
    expect(await decoded(bmp({ width: 1, height: 1, data: Buffer.of(1, 2, 3) }), 'bmp')).toEqual([3, 2, 1]);
  });

  it('with a palette that is said to be huge uses what is there, and black beyond it', async () => {
    const picture = { width: 2, height: 1, bits: 8, colours: palette, colourCount: 2 ** 32 - 1 };
    expect(await decoded(bmp({ ...picture, data: Buffer.of(1, 200, 0, 0) }), 'bmp')).toEqual([RED, BLACK].flat());
  });

  it('whose alpha is 0 everywhere is opaque, as in browsers', async () => {
    const masks = [0xff0000, 0xff00, 0xff, 0xff000000];
    const opaque = { width: 1, height: 1, bits: 32, compression: 6, masks, data: Buffer.of(1, 2, 3, 0) };
    expect(await decoded(bmp(opaque), 'bmp')).toEqual([3, 2, 1]);
    const half = { ...opaque, width: 2, data: Buffer.of(0, 0, 0, 0, 0, 0, 0, 255) };
    expect(await decoded(bmp(half), 'bmp')).toEqual([WHITE, BLACK].flat());
  });

  it.each([
    ['the largest size', { width: 2 ** 31 - 1, height: 2 ** 31 - 1 }, 'too_large'],
    ['a negative width', { width: -1, height: 1 }, 'undecodable: the BMP has an invalid size'],
    ['no height', { width: 1, height: 0 }, 'undecodable: the BMP has an invalid size'],
    [
      'masks with gaps',
      { width: 1, height: 1, bits: 32, compression: 3, masks: [5, 0xff00, 0xff0000] },
      'undecodable: the BMP has invalid colour masks',
    ],
    [
      'a JPEG inside',
      { width: 1, height: 1, compression: 4 },
      'undecodable: it is a BMP with a JPEG or PNG inside, which imgpipe does not read: save it as PNG or JPEG',
    ],
    [
      '64 bits per pixel',
      { width: 1, height: 1, bits: 64 },
      'undecodable: it is a BMP with 64 bits per pixel in encoding 0, which imgpipe does not read: save it as PNG or JPEG',
    ],
  ])('with %s is refused', async (_, parts, message) => {
    expect(String(await decoded(bmp({ ...parts, data: Buffer.alloc(8) }), 'bmp')).startsWith(message)).toBe(true);
  });
});

describe('a GIF', () => {
  // Clear, four samples, end: of 3 bits each but for the last, which follow three new codes.
  const four = codes(3, 4, 0, 1, 2);

  it('whose frame is larger than its screen has the size of the frame, as in browsers', async () => {
    const bytes = gif({ screen: [1, 1], frame: [0, 1, 3, 1], data: four });
    expect(needOf(bytes, 'gif', LIMITS).pixels).toBe(3 * 2 * 3);
    expect(await decoded(bytes, 'gif')).toEqual([WHITE, WHITE, WHITE, BLACK, RED, GREEN].flat());
  });

  it('whose frame makes it larger than the limit is refused before it is decoded', async () => {
    const bytes = gif({ screen: [1, 1], frame: [65_535, 0, 1, 1], data: four });
    expect(await decoded(bytes, 'gif')).toContain('too_large: the picture is 65536 × 1');
  });

  it('with more samples than its frame has ignores them', async () => {
    expect(await decoded(gif({ screen: [2, 1], frame: [0, 0, 2, 1], data: four }), 'gif')).toEqual([BLACK, RED].flat());
  });

  it.each([
    ['that ends early', four.subarray(0, 1), 'the GIF is cut short after 0 % of the rows'],
    [
      'with a code that is not defined yet',
      codes(3, 4, 0, 7, 7, 7),
      'the GIF is damaged: its first frame has an invalid code',
    ],
    [
      'that starts with a code that is not defined',
      codes(3, 4, 6, 6),
      'the GIF is damaged: its first frame has an invalid code',
    ],
    ['with the end before its samples', codes(3, 4, 5), 'the GIF is cut short after 0 % of the rows'],
  ])('with data %s is refused', async (_, data, message) => {
    expect(await decoded(gif({ screen: [9, 1], frame: [0, 0, 9, 1], data }), 'gif')).toBe(`undecodable: ${message}`);
  });

  it('with a code size that there is not is refused', async () => {
    for (const codeSize of [0, 9, 12, 255]) {
      const bytes = gif({ screen: [1, 1], frame: [0, 0, 1, 1], codeSize, data: four });
      expect(await decoded(bytes, 'gif')).toBe('undecodable: the GIF has an invalid code size');
    }
  });

  it('without frames, or without an end marker, is told apart', async () => {
    const whole = gif({ screen: [3, 1], frame: [0, 0, 3, 1], data: four });
    expect(await decoded(Buffer.concat([whole.subarray(0, 25), Buffer.of(0x3b)]), 'gif')).toBe(
      'undecodable: the GIF has no frame',
    );
    const open = await decodePicture(whole.subarray(0, -1), 'gif', LIMITS);
    expect(open.notes).toEqual(['the end marker of the GIF is missing']);
  });
});
