import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodePng } from '../../../../src/adapters/pixels/png/decoder.ts';
import { sha256Of } from '../../../../src/base/digest.ts';
import { ImgpipeError } from '../../../../src/domain/errors.ts';
import { expected, fixture } from '../../../fixtures/pictures/expected.ts';
import { brokenChunk, chunk, ihdr, png } from '../../../support/png-files.ts';

/** The pixels, or what is wrong with the bytes. */
function seen(bytes: Uint8Array): number[] | string {
  try {
    return [...decodePng(bytes, { maxPixels: 64e6 }).data];
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

const DAMAGED = 'the PNG is cut short or damaged';
const BAD_PALETTE = 'the PNG has no palette, or a damaged one';
const BAD_TRANSPARENCY = 'the PNG states its transparency in a damaged part';

// One pixel of each.
const rgb = ihdr(1, 1, 8, 2);
const red = idat(0, 200, 10, 20);
const indexed = ihdr(1, 1, 8, 3);
const plte = chunk('PLTE', of(1, 2, 3, 4, 5, 6));
const second = idat(0, 1);

describe('the check sum of a chunk', () => {
  it.each([
    ['IHDR', png(brokenChunk('IHDR', rgb.subarray(8, 21)), red)],
    ['PLTE', png(indexed, brokenChunk('PLTE', of(1, 2, 3, 4, 5, 6)), second)],
    ['tRNS', png(rgb, brokenChunk('tRNS', of(0, 1, 0, 2, 0, 3)), red)],
    ['IDAT', png(rgb, brokenChunk('IDAT', deflateSync(of(0, 1, 2, 3))))],
    ['IEND', Buffer.concat([png(rgb, red).subarray(0, -12), brokenChunk('IEND')])],
    ['one that is unknown and critical', png(rgb, brokenChunk('CRIT', of(1)), red)],
  ])('is held against it where the pixels hang on it: %s', (_, bytes) => {
    expect(seen(bytes)).toBe(DAMAGED);
  });

  it('decides of other chunks whether they are read', () => {
    expect(seen(png(rgb, brokenChunk('tEXt', of(1)), brokenChunk('gAMA', of(0, 0, 0, 1)), red))).toEqual([200, 10, 20]);
    const upsideDown = fixture('exif-3.png');
    const at = upsideDown.indexOf('eXIf');
    const length = upsideDown.readUInt32BE(at - 4);
    const body = upsideDown.subarray(at + 4, at + 4 + length);
    const skipped = [upsideDown.subarray(0, at - 4), brokenChunk('eXIf', body), upsideDown.subarray(at + 8 + length)];
    const left = seen(Buffer.concat(skipped));
    expect(sha256Of(Uint8Array.from(left as number[]))).toBe(expected.decoded['animated.png']?.sha256);
  });
});

describe('the order and the number of chunks', () => {
  it.each([
    ['no pixels', png(rgb), 'the PNG holds no picture'],
    [
      'the end before the last of the pixels',
      Buffer.concat([png(rgb, ...inBytes(red).slice(0, 5)), ...inBytes(red).slice(5)]),
      DAMAGED,
    ],
    ['no palette', png(indexed, second), BAD_PALETTE],
    ['a palette behind the pixels', png(indexed, second, plte), BAD_PALETTE],
    ['two palettes', png(indexed, plte, plte, second), 'the PNG states its palette twice'],
    [
      'two transparencies',
      png(indexed, plte, chunk('tRNS', of(9)), chunk('tRNS', of(9)), second),
      /transparency twice/,
    ],
    ['a critical chunk that is unknown', png(rgb, chunk('CRIT'), red), /is needed to read it, and is unknown/],
  ])('makes undecodable: %s', (_, bytes, message) => {
    expect(seen(bytes)).toMatch(message);
  });

  it.each([
    ['a suggested palette', png(rgb, chunk('PLTE', of(1, 2)), red), [200, 10, 20]],
    ['a transparency behind the pixels', png(rgb, red, chunk('tRNS', of(0, 200, 0, 10, 0, 20))), [200, 10, 20]],
    ['pixels in many chunks, also empty ones', png(rgb, chunk('IDAT'), ...inBytes(red), chunk('IDAT')), [200, 10, 20]],
    ['pixels with a chunk in between', png(rgb, ...inBytes(red).flatMap((one) => [one, chunk('tEXt')])), [200, 10, 20]],
    ['a transparency of a picture with alpha', png(ihdr(1, 1, 8, 4), chunk('tRNS', of(1)), idat(0, 7, 255)), [7, 7, 7]],
  ])('does no harm: %s', (_, bytes, pixels) => {
    expect(seen(bytes)).toEqual(pixels);
  });
});

/** The same compressed bytes, each in a chunk of its own. */
function inBytes(data: Buffer): Buffer[] {
  return [...data.subarray(8, -4)].map((byte) => chunk('IDAT', of(byte)));
}

describe('palette and transparency', () => {
  it.each([
    ['a palette of no colour', png(indexed, chunk('PLTE'), second), BAD_PALETTE],
    ['a palette with part of a colour', png(indexed, chunk('PLTE', of(1, 2, 3, 4, 5, 6, 7)), second), BAD_PALETTE],
    ['a palette of 257', png(indexed, chunk('PLTE', new Uint8Array(771)), second), BAD_PALETTE],
    ['more alphas than colours', png(indexed, plte, chunk('tRNS', of(1, 2, 3)), second), BAD_TRANSPARENCY],
    ['half of a grey', png(ihdr(1, 1, 8, 0), chunk('tRNS', of(1)), second), BAD_TRANSPARENCY],
    ['half of a grey of 16 bits', png(ihdr(1, 1, 16, 0), chunk('tRNS', of(1)), idat(0, 1, 1)), BAD_TRANSPARENCY],
    ['two thirds of a colour', png(rgb, chunk('tRNS', of(0, 1, 0, 2)), red), BAD_TRANSPARENCY],
    [
      'a colour outside of the palette',
      png(indexed, plte, idat(0, 2)),
      'the PNG names a colour outside of its palette',
    ],
  ])('make undecodable: %s', (_, bytes, message) => {
    expect(seen(bytes)).toBe(message);
  });

  it('may be longer than the depth has numbers for, and shorter', () => {
    const two = ihdr(2, 1, 1, 3);
    expect(seen(png(two, chunk('PLTE', of(1, 2, 3, 4, 5, 6, 7, 8, 9)), idat(0, 0x40)))).toEqual([1, 2, 3, 4, 5, 6]);
    expect(seen(png(two, chunk('PLTE', of(1, 2, 3)), idat(0, 0x00)))).toEqual([1, 2, 3, 1, 2, 3]);
    // What is behind the last pixel is no colour.
    expect(seen(png(two, chunk('PLTE', of(1, 2, 3)), idat(0, 0x3f)))).toEqual([1, 2, 3, 1, 2, 3]);
  });

  it('of a lower depth than 16 are in the lower bits alone', () => {
    expect(seen(png(rgb, chunk('tRNS', of(9, 200, 9, 10, 9, 20)), red))).toEqual([255, 255, 255]);
    expect(seen(png(ihdr(1, 1, 2, 0), chunk('tRNS', of(9, 0xf2)), idat(0, 0x80)))).toEqual([255, 255, 255]);
    expect(seen(png(ihdr(1, 1, 2, 0), chunk('tRNS', of(0, 1)), idat(0, 0x80)))).toEqual([170, 170, 170]);
  });

  it('of 16 bits are all of them', () => {
    const deep = ihdr(1, 1, 16, 0);
    expect(seen(png(deep, chunk('tRNS', of(7, 1)), idat(0, 7, 2)))).toEqual([7, 7, 7]);
    expect(seen(png(deep, chunk('tRNS', of(7, 1)), idat(0, 7, 1)))).toEqual([255, 255, 255]);
  });
});

describe('compressed data', () => {
  const stream = deflateSync(of(0, 1, 2, 3));
  const wrongSum = Buffer.from(stream);
  wrongSum.writeUInt32BE(stream.readUInt32BE(stream.length - 4) ^ 1, stream.length - 4);

  it.each([
    ['too little', [0, 1, 2]],
    ['nothing', []],
    ['a byte too much', [0, 1, 2, 3, 4]],
    ['a row too much', [0, 1, 2, 3, 0, 1, 2, 3]],
    ['an unknown filter', [5, 1, 2, 3]],
  ])('is damaged: %s', (_, bytes) => {
    expect(seen(png(rgb, idat(...bytes)))).toBe(DAMAGED);
  });

  it.each([
    ['cut short', stream.subarray(0, -1)],
    ['without its sum', stream.subarray(0, -4)],
    ['with another sum', wrongSum],
    ['not zlib', Buffer.from('not zlib')],
    ['in need of a dictionary', deflateSync(of(0, 1, 2, 3), { dictionary: Buffer.from('abc') })],
  ])('is damaged: %s', (_, data) => {
    expect(seen(png(rgb, chunk('IDAT', data)))).toBe(DAMAGED);
  });

  it('may have anything behind its end', () => {
    expect(seen(png(rgb, chunk('IDAT', Buffer.concat([stream, of(1, 2, 3)]))))).toEqual([1, 2, 3]);
  });
});
