import { PNG } from 'pngjs';
import { expect, test } from 'vitest';
import { decodePng } from '../../../../src/adapters/pixels/png/decoder.ts';
import { encodePng } from '../../../../src/adapters/pixels/png/encoder.ts';
import { drawn } from '../../../fixtures/pictures/drawn.ts';

test.each([
  [1, 1],
  [3, 200],
  [350, 17],
])('a picture of %i × %i is encoded without loss', async (width, height) => {
  const pixels = drawn('noise', width, height);
  const bytes = encodePng(pixels);
  const decoded = await decodePng(bytes, { maxPixels: 1e6 });
  expect([decoded.width, decoded.height]).toEqual([width, height]);
  expect(Buffer.compare(decoded.data, pixels.data)).toBe(0);
  // Another decoder reads the same.
  const rgba = new Uint8Array(PNG.sync.read(Buffer.from(bytes), { checkCRC: true }).data);
  expect(
    Buffer.compare(
      rgba.filter((_, index) => index % 4 !== 3),
      pixels.data,
    ),
  ).toBe(0);
});
