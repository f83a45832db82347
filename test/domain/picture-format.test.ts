import { expect, it } from 'vitest';
import { sniffFormat } from '../../src/domain/picture-format.ts';

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

it.each([
  ['a JPEG', [0xff, 0xd8, 0xff, 0xe0], 'jpg'],
  ['only the start of a JPEG', [0xff, 0xd8, 0xff], 'jpg'],
  ['a PNG', [...PNG, 0], 'png'],
  ['an incomplete start of a JPEG', [0xff, 0xd8], undefined],
  ['an incomplete signature of a PNG', PNG.slice(0, 7), undefined],
  ['nothing', [], undefined],
  ['text', [...Buffer.from('a picture')], undefined],
  ['a WebP', [...Buffer.from('RIFF\0\0\0\0WEBPVP8 ')], 'webp'],
  ['another RIFF file', [...Buffer.from('RIFF\0\0\0\0WAVEfmt ')], undefined],
  ['a GIF', [...Buffer.from('GIF89a')], 'gif'],
  ['an old GIF', [...Buffer.from('GIF87a')], 'gif'],
  ['a GIF of no version', [...Buffer.from('GIF88a')], undefined],
  ['a BMP', [...Buffer.from('BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0')], 'bmp'],
  ['text that starts like a BMP', [...Buffer.from('BMW M3 and other cars of the year')], undefined],
  ['a little-endian TIFF', [...Buffer.from('II*\0\x08\0\0\0')], 'tiff'],
  ['a big-endian TIFF', [...Buffer.from('MM\0*\0\0\0\x08')], 'tiff'],
  ["Canon's CR2, which is a TIFF", [...Buffer.from('II*\0\x10\0\0\0CR\x02\0')], undefined],
])('the format is known by the first bytes: %s', (_, start, format) => {
  expect(sniffFormat(Uint8Array.from(start))).toBe(format);
});
