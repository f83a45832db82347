import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodePng } from '../../../../src/adapters/pixels/png/decoder.ts';
import { sha256Of } from '../../../../src/base/digest.ts';
import { ImgpipeError } from '../../../../src/domain/errors.ts';
import { expected, fixture } from '../../../fixtures/pictures/expected.ts';
import { brokenChunk, chunk, ihdr, png } from '../../../support/png-files.ts';

/** The pixels, or the error message. */
async function decoded(bytes: Uint8Array): Promise<number[] | string> {
  try {
    return [...(await decodePng(bytes, { maxPixels: 64e6 })).data];
  } catch (thrown) {
    if (!(thrown instanceof ImgpipeError) || thrown.code !== 'undecodable') throw thrown;
    return thrown.message;
  }
}

function idat(...bytes: number[]): Buffer {
  return chunk('IDAT', deflateSync(Uint8Array.from(bytes)));
}

function of(...bytes: number[]): Uint8Array {
  return Uint8Array.from(bytes);
}

const BAD_PALETTE = 'the PNG has no palette, or a corrupt one';

// One pixel of each.
const rgb = ihdr(1, 1, 8, 2);
const red = idat(0, 200, 10, 20);
const indexed = ihdr(1, 1, 8, 3);
const plte = chunk('PLTE', of(1, 2, 3, 4, 5, 6));
const second = idat(0, 1);

describe('the CRC of a chunk', () => {
  it.each([
    ['IHDR, at byte 8', png(brokenChunk('IHDR', rgb.subarray(8, 21)), red)],
    ['PLTE, at byte 33', png(indexed, brokenChunk('PLTE', of(1, 2, 3, 4, 5, 6)), second)],
    ['IDAT, at byte 33', png(rgb, brokenChunk('IDAT', deflateSync(of(0, 1, 2, 3))))],
    ['CRIT, at byte 33', png(rgb, brokenChunk('CRIT', of(1)), red)],
  ])('is checked if the pixels need the chunk: %s', async (which, bytes) => {
    expect(await decoded(bytes)).toBe(`the PNG is corrupt: the checksum of ${which}, is wrong`);
  });

  it('determines whether an ancillary chunk is read', async () => {
    expect(await decoded(png(rgb, brokenChunk('tEXt', of(1)), brokenChunk('gAMA', of(0, 0, 0, 1)), red))).toEqual([
      200, 10, 20,
    ]);
    const upsideDown = fixture('exif-3.png');
    const at = upsideDown.indexOf('eXIf');
    const length = upsideDown.readUInt32BE(at - 4);
    const body = upsideDown.subarray(at + 4, at + 4 + length);
    const skipped = [upsideDown.subarray(0, at - 4), brokenChunk('eXIf', body), upsideDown.subarray(at + 8 + length)];
    const left = await decoded(Buffer.concat(skipped));
    expect(sha256Of(Uint8Array.from(left as number[]))).toBe(expected.decoded['animated.png']?.sha256);
  });
});

describe('the order and the number of chunks', () => {
  it.each([
    ['no pixels', png(rgb), 'the PNG has no IDAT chunk'],
    [
      'IEND before the last pixels',
      Buffer.concat([png(rgb, ...inBytes(red).slice(0, 5)), ...inBytes(red).slice(5)]),
      /cut short after 0 % of the rows/,
    ],
    ['no palette', png(indexed, second), BAD_PALETTE],
    ['a palette after the pixels', png(indexed, second, plte), BAD_PALETTE],
    ['two palettes', png(indexed, plte, plte, second), 'the PNG has two PLTE chunks'],
    ['an unknown critical chunk', png(rgb, chunk('CRIT'), red), /unknown critical chunk/],
    [
      "Apple's own kind of PNG",
      png(chunk('CgBI', of(0x50, 0, 0x20, 2)), rgb, red),
      /^it is a PNG with Apple's own compression \(CgBI\), which imgpipe does not read/,
    ],
    ['what is not a chunk', png(rgb, chunk('a\0bc'), red), 'the PNG is corrupt: there is no valid chunk at byte 33'],
  ])('makes a PNG undecodable: %s', async (_, bytes, message) => {
    expect(await decoded(bytes)).toMatch(message);
  });

  it.each([
    ['a suggested palette', png(rgb, chunk('PLTE', of(1, 2)), red), [200, 10, 20]],
    ['a tRNS chunk after the pixels', png(rgb, red, chunk('tRNS', of(0, 200, 0, 10, 0, 20))), [200, 10, 20]],
    [
      'pixels in many chunks, some of them empty',
      png(rgb, chunk('IDAT'), ...inBytes(red), chunk('IDAT')),
      [200, 10, 20],
    ],
    [
      'pixels with other chunks in between',
      png(rgb, ...inBytes(red).flatMap((one) => [one, chunk('tEXt')])),
      [200, 10, 20],
    ],
    ['tRNS in a picture with alpha', png(ihdr(1, 1, 8, 4), chunk('tRNS', of(1)), idat(0, 7, 255)), [7, 7, 7]],
  ])('is accepted: %s', async (_, bytes, pixels) => {
    expect(await decoded(bytes)).toEqual(pixels);
  });
});

/** The same compressed data with each byte in its own chunk. */
function inBytes(data: Buffer): Buffer[] {
  return [...data.subarray(8, -4)].map((byte) => chunk('IDAT', of(byte)));
}

describe('palette and transparency', () => {
  it.each([
    ['an empty palette', png(indexed, chunk('PLTE'), second), BAD_PALETTE],
    ['a palette with part of a colour', png(indexed, chunk('PLTE', of(1, 2, 3, 4, 5, 6, 7)), second), BAD_PALETTE],
    ['a palette of 257 colours', png(indexed, chunk('PLTE', new Uint8Array(771)), second), BAD_PALETTE],
  ])('make a PNG undecodable: %s', async (_, bytes, message) => {
    expect(await decoded(bytes)).toBe(message);
  });

  it('may have more or fewer colours than the depth allows', async () => {
    const two = ihdr(2, 1, 1, 3);
    expect(await decoded(png(two, chunk('PLTE', of(1, 2, 3, 4, 5, 6, 7, 8, 9)), idat(0, 0x40)))).toEqual([
      1, 2, 3, 4, 5, 6,
    ]);
    expect(await decoded(png(two, chunk('PLTE', of(1, 2, 3)), idat(0, 0x00)))).toEqual([1, 2, 3, 1, 2, 3]);
    // The bits after the last pixel are not a colour.
    expect(await decoded(png(two, chunk('PLTE', of(1, 2, 3)), idat(0, 0x3f)))).toEqual([1, 2, 3, 1, 2, 3]);
  });

  it('for depths below 16 use only the low bits', async () => {
    expect(await decoded(png(rgb, chunk('tRNS', of(9, 200, 9, 10, 9, 20)), red))).toEqual([255, 255, 255]);
    expect(await decoded(png(ihdr(1, 1, 2, 0), chunk('tRNS', of(9, 0xf2)), idat(0, 0x80)))).toEqual([255, 255, 255]);
    expect(await decoded(png(ihdr(1, 1, 2, 0), chunk('tRNS', of(0, 1)), idat(0, 0x80)))).toEqual([170, 170, 170]);
  });

  it('for depth 16 use all bits', async () => {
    const deep = ihdr(1, 1, 16, 0);
    expect(await decoded(png(deep, chunk('tRNS', of(7, 1)), idat(0, 7, 2)))).toEqual([7, 7, 7]);
    expect(await decoded(png(deep, chunk('tRNS', of(7, 1)), idat(0, 7, 1)))).toEqual([255, 255, 255]);
  });
});

describe('compressed data', () => {
  const stream = deflateSync(of(0, 1, 2, 3));
  const wrongChecksum = withWrongChecksum(stream);
  const wrongSurplus = withWrongChecksum(deflateSync(of(0, 1, 2, 3, 4)));

  it.each([
    ['too little', [0, 1, 2], 'the PNG is cut short after 0 % of the rows'],
    ['nothing', [], 'the PNG is cut short after 0 % of the rows'],
    ['an unknown filter', [5, 1, 2, 3], 'the PNG is corrupt: a row has an unknown filter'],
  ])('is damaged: %s', async (_, bytes, message) => {
    expect(await decoded(png(rgb, idat(...bytes)))).toBe(message);
  });

  it.each([
    [
      'with a wrong checksum',
      wrongChecksum,
      /^the PNG is corrupt: the checksum \(Adler-32\) of the image data is wrong$/,
    ],
    ['with a wrong checksum and a surplus', wrongSurplus, /the checksum \(Adler-32\) of the image data is wrong/],
    ['not zlib', Buffer.from('not zlib'), /cannot be decompressed: incorrect header check/],
    ['that needs a dictionary', deflateSync(of(0, 1, 2, 3), { dictionary: Buffer.from('abc') }), /missing dictionary/],
  ])('is corrupt: %s', async (_, data, message) => {
    expect(await decoded(png(rgb, chunk('IDAT', data)))).toMatch(message);
  });

  it('may be followed by garbage', async () => {
    expect(await decoded(png(rgb, chunk('IDAT', Buffer.concat([stream, of(1, 2, 3)]))))).toEqual([1, 2, 3]);
  });
});

/** A zlib stream with another last byte. */
function withWrongChecksum(stream: Buffer): Buffer {
  const wrong = Buffer.from(stream);
  wrong[wrong.length - 1] = (wrong.at(-1) ?? 0) ^ 1;
  return wrong;
}
