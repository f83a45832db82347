import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { decodePicture } from '../../../src/adapters/pixels/codec.ts';
import type { PictureFormat } from '../../../src/domain/records.ts';
import { bmp, codes, gif, tiff } from '../../support/kind-files.ts';

const FIXTURES = new URL('../../fixtures/', import.meta.url);
const fixture = (name: string) => readFileSync(new URL(name, FIXTURES));

const decode = (bytes: Uint8Array, format: PictureFormat) => decodePicture(bytes, format, { maxPixels: 1e6 });

async function pixelsOf(bytes: Uint8Array, format: PictureFormat): Promise<number[]> {
  return [...(await decode(bytes, format)).data];
}

/** A file with other bytes from an index on. */
function withBytes(file: Buffer, at: number, ...bytes: number[]): Buffer {
  const copy = Buffer.from(file);
  copy.set(bytes, at);
  return copy;
}

// Written by libtiff from the other file, which Pillow and libtiff read as the same picture.
it.each([
  ['odd-pictures/lowest-bit-first-lzw.tiff', 'kinds/rgb-raw.tiff'],
  ['odd-pictures/lowest-bit-first-1-bit.tiff', 'kinds/bits.tiff'],
])('a TIFF whose bits are in the reverse order is read in their order: %s', async (name, same) => {
  expect(await pixelsOf(fixture(name), 'tiff')).toEqual(await pixelsOf(fixture(same), 'tiff'));
});

it('a TIFF that does not state the lengths of its strips is read, as by libtiff', async () => {
  const { 279: length, ...unstated } = { 256: 2, 257: 2, 258: 8, 259: 1, 262: 1, 273: 8, 277: 1, 278: 2, 279: 4 };
  const strip = Buffer.of(1, 2, 3, length);
  const pixels = [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4];
  expect(await pixelsOf(tiff(unstated, strip), 'tiff')).toEqual(pixels);
  expect(await pixelsOf(tiff({ ...unstated, 279: 0 }, strip), 'tiff')).toEqual(pixels);
  const strips = { ...unstated, 273: [8, 10], 278: 1 };
  expect(await pixelsOf(tiff(strips, strip), 'tiff')).toEqual(pixels);
});

it('of a BMP channel of more than 8 bits, the high 8 count, as in browsers', async () => {
  // 1023, 513 and 3 of 1023.
  const pixel = Buffer.alloc(4);
  pixel.writeUInt32LE((1023 << 20) | (513 << 10) | 3);
  const masks = [0x3ff00000, 0xffc00, 0x3ff];
  const file = bmp({ width: 1, height: 1, bits: 32, compression: 3, masks, data: pixel });
  expect(await pixelsOf(file, 'bmp')).toEqual([255, 128, 0]);
});

it('a BMP whose pixels are said to lie in the place of its palette has its colours', async () => {
  const file = bmp({ width: 1, height: 1, bits: 8, colours: [0x000001, 0x040506], data: Buffer.of(0, 0, 0, 0) });
  expect(await pixelsOf(file, 'bmp')).toEqual([0, 0, 1]);
  // The first index is then the palette's first byte: 1.
  expect(await pixelsOf(withBytes(file, 10, 54), 'bmp')).toEqual([4, 5, 6]);
});

it.each<[string, (file: Buffer) => Buffer, string]>([
  [
    'a length that includes the first eight bytes',
    (file) => withBytes(file, 4, file.length & 255, file.length >> 8),
    'the WebP is shorter than it states: what may follow its picture is missing',
  ],
  [
    'an end that is missing after its picture',
    (file) => withBytes(file, 4, 0, 0, 1),
    'the WebP is shorter than it states: what may follow its picture is missing',
  ],
  ['a trailer', (file) => Buffer.concat([file, Buffer.alloc(5000)]), 'the WebP is longer than it states'],
])('a WebP with %s is whole, and a note says so', async (_, change, note) => {
  const file = fixture('kinds/lossless.webp');
  const { data, notes } = await decode(change(file), 'webp');
  expect(data).toEqual((await decode(file, 'webp')).data);
  expect(notes).toEqual([note]);
});

it('of a GIF with an invalid code it is said how many rows precede it', async () => {
  const file = gif({ screen: [1, 2], frame: [0, 0, 1, 2], data: codes(3, 4, 0, 7) });
  await expect(decode(file, 'gif')).rejects.toThrow(
    'the GIF is damaged: its first frame has an invalid code after 50 % of the rows',
  );
});
