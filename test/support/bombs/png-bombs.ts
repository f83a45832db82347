import { deflateSync } from 'node:zlib';
import { zeros } from '../hostile-pictures.ts';
import { chunk, ihdr, png } from '../png-files.ts';
import { bombs, endlessDirectory, repeated } from './bomb.ts';

const pixel = chunk('IDAT', deflateSync(Uint8Array.of(0, 1, 2, 3)));
const head = ihdr(1, 1, 8, 2);
const NAMED = Buffer.from('a\0\0');

/** Deflate's empty stored blocks, which bring nothing. */
const nothing = Buffer.of(0, 0, 0, 0xff, 0xff);

/** A frame of an animation: its control chunk, and its data. */
const frame = Buffer.concat([chunk('fcTL', Buffer.alloc(26, 1)), chunk('fdAT', Buffer.alloc(40))]);

export const PNG_BOMBS = bombs('png', {
  '900 megapixels of one bit': [
    'too_large',
    /^the picture is 30000 × 30000/,
    () => png(ihdr(30_000, 30_000, 1, 0), chunk('IDAT', zeros(7))),
  ],
  'the largest possible size': [
    'too_large',
    /^the picture is 2147483647/,
    () => png(ihdr(2 ** 31 - 1, 2 ** 31 - 1, 16, 6), pixel),
  ],
  'a size that needs too much memory': ['too_large', /max_picture_memory/, () => png(ihdr(8000, 8000, 16, 6), pixel)],
  '60 megapixels without data': ['undecodable', /cut short after 0 %/, () => png(ihdr(8000, 7500, 8, 2), pixel)],
  '60 megapixels without data, interlaced': [
    'undecodable',
    /cut short after 0 %/,
    () => png(ihdr(8000, 7500, 8, 2, 1), pixel),
  ],
  '1 GiB of image data for a small picture': [
    'decodes',
    /more image data/,
    () => png(ihdr(16, 16, 8, 2), chunk('IDAT', zeros(64))),
  ],
  'a compressed text of 1 GiB': [
    'decodes',
    undefined,
    () => png(head, chunk('zTXt', Buffer.concat([NAMED, zeros(64)])), pixel),
  ],
  'an international text of 1 GiB': [
    'decodes',
    undefined,
    () => png(head, chunk('iTXt', Buffer.concat([Buffer.from('a\0\x01\0\0\0'), zeros(64)])), pixel),
  ],
  'a colour profile of 1 GiB': [
    'decodes',
    undefined,
    () => png(head, chunk('iCCP', Buffer.concat([NAMED, zeros(64)])), pixel),
  ],
  'ten million empty blocks of data': [
    'undecodable',
    undefined,
    () => png(head, chunk('IDAT', Buffer.concat([Buffer.of(0x78, 0x9c), repeated(nothing, 10_000_000)]))),
  ],
  'an EXIF directory without end': ['decodes', undefined, () => png(head, chunk('eXIf', endlessDirectory()), pixel)],
  'a million texts': ['decodes', undefined, () => png(head, repeated(chunk('tEXt', Buffer.of(0)), 1_000_000), pixel)],
  'a million empty pieces of data': ['decodes', undefined, () => png(head, repeated(chunk('IDAT'), 1_000_000), pixel)],
  'a million suggested palettes': [
    'decodes',
    undefined,
    () => png(head, repeated(chunk('sPLT', Buffer.from('a\0\x08')), 1_000_000), pixel),
  ],
  '100,000 frames of an animation': [
    'decodes',
    undefined,
    () => png(head, chunk('acTL', Buffer.from([0, 1, 0x86, 0xa0, 0, 0, 0, 0])), pixel, repeated(frame, 100_000)),
  ],
  'a palette of 64 MiB': [
    'undecodable',
    undefined,
    () => png(ihdr(1, 1, 8, 3), chunk('PLTE', Buffer.alloc(2 ** 26)), pixel),
  ],
  'a length of 4 GiB': [
    'undecodable',
    undefined,
    () => png(head, Buffer.from('\xff\xff\xff\xfftEXt', 'latin1'), pixel),
  ],
  'a text of 64 MiB': ['decodes', undefined, () => png(head, chunk('tEXt', Buffer.alloc(2 ** 26)), pixel)],
  '64 megapixels of one bit': [
    'decodes',
    undefined,
    () => png(ihdr(8000, 8000, 1, 0), chunk('IDAT', deflateSync(new Uint8Array(8_008_000)))),
  ],
});
