import { constants, deflateRawSync, deflateSync } from 'node:zlib';
import { fixture } from '../fixtures/pictures/expected.ts';
import type { PictureFile } from './bad-pictures.ts';
import type { Outcome } from './decoding.ts';
import { chunk, ihdr, png } from './png-files.ts';

/** A malicious file and its expected outcome. */
export interface HostileFile extends PictureFile {
  readonly outcome: Outcome;
}

const ZEROS = 2 ** 24;

/** An unterminated zlib stream that inflates to `times` 16 MiB of zeros, a thousand times its length. */
function zeros(times: number): Buffer {
  // After a full flush nothing refers back, so the same bytes can be repeated.
  const once = deflateRawSync(new Uint8Array(ZEROS), { finishFlush: constants.Z_FULL_FLUSH });
  return Buffer.concat([Buffer.from([0x78, 0x9c]), ...Array<Buffer>(times).fill(once)]);
}

const pixel = chunk('IDAT', deflateSync(Uint8Array.from([0, 1, 2, 3])));
const bomb = zeros(64);
const nothing = Buffer.from([0]);

const PNGS: Readonly<Record<string, readonly [Outcome, ...Buffer[]]>> = {
  '900 megapixels of one bit': ['too_large', ihdr(30_000, 30_000, 1, 0), chunk('IDAT', zeros(7))],
  'the largest possible size': ['too_large', ihdr(2 ** 31 - 1, 2 ** 31 - 1, 16, 6), pixel],
  '64 megapixels of eight bytes without data': ['undecodable', ihdr(8000, 8000, 16, 6), pixel],
  '64 megapixels of eight bytes, interlaced, without data': ['undecodable', ihdr(8000, 8000, 16, 6, 1), pixel],
  '64 megapixels of one bit': [
    'decoded',
    ihdr(8000, 8000, 1, 0),
    chunk('IDAT', deflateSync(new Uint8Array(8_008_000))),
  ],
  '1 GiB of data for 16 × 16 pixels': ['decoded', ihdr(16, 16, 8, 2), chunk('IDAT', bomb)],
  '1 GiB of data for 16 × 16 pixels, interlaced': ['decoded', ihdr(16, 16, 8, 2, 1), chunk('IDAT', bomb)],
  'a text that inflates to 1 GiB': [
    'decoded',
    ihdr(1, 1, 8, 2),
    chunk('zTXt', Buffer.concat([Buffer.from('a\0\0'), bomb])),
    pixel,
  ],
  'a colour profile that inflates to 1 GiB': [
    'decoded',
    ihdr(1, 1, 8, 2),
    chunk('iCCP', Buffer.concat([Buffer.from('a\0\0'), bomb])),
    pixel,
  ],
  'a text of 64 MiB': ['decoded', ihdr(1, 1, 8, 2), chunk('tEXt', Buffer.alloc(2 ** 26)), pixel],
  'a chunk with a length field of 4 GiB': [
    'undecodable',
    ihdr(1, 1, 8, 2),
    Buffer.from('\xff\xff\xff\xfftEXt', 'latin1'),
    pixel,
  ],
  '300,000 texts': [
    'decoded',
    ihdr(1, 1, 8, 2),
    Buffer.concat(Array<Buffer>(300_000).fill(chunk('tEXt', nothing))),
    pixel,
  ],
  '300,000 empty IDAT chunks': [
    'decoded',
    ihdr(1, 1, 8, 2),
    Buffer.concat(Array<Buffer>(300_000).fill(chunk('IDAT'))),
    pixel,
  ],
  'a palette of 64 MiB': ['undecodable', ihdr(1, 1, 8, 3), chunk('PLTE', Buffer.alloc(2 ** 26)), pixel],
  'an EXIF directory without end': ['decoded', ihdr(1, 1, 8, 2), chunk('eXIf', endlessDirectory()), pixel],
};

function endlessDirectory(): Buffer {
  const tiff = Buffer.alloc(2 ** 20, 0xff);
  tiff.write('MM\0*\0\0\0\x08', 'latin1');
  return tiff;
}

/** A JPEG whose frame header has another size than its data. */
export function withFrameSize(bytes: Buffer, width: number, height: number): Buffer {
  const copy = Buffer.from(bytes);
  const frame = copy.findIndex((byte, at) => byte === 0xff && (copy[at + 1] === 0xc0 || copy[at + 1] === 0xc2));
  copy.writeUInt16BE(height, frame + 5);
  copy.writeUInt16BE(width, frame + 7);
  return copy;
}

/** A JPEG whose last scan is repeated. */
export function withRepeatedScan(bytes: Buffer, times: number): Buffer {
  const last = bytes.subarray(bytes.lastIndexOf('ffda', undefined, 'hex'), -2);
  return Buffer.concat([bytes.subarray(0, -2), ...Array<Buffer>(times).fill(last), bytes.subarray(-2)]);
}

/** A JPEG with a repeated segment after its first two bytes. */
function withRepeatedSegment(bytes: Buffer, segment: Buffer, times: number): Buffer {
  return Buffer.concat([bytes.subarray(0, 2), ...Array<Buffer>(times).fill(segment), bytes.subarray(2)]);
}

const baseline = fixture('baseline-420.jpg');
const progressive = fixture('progressive-444.jpg');
const comment = Buffer.concat([Buffer.from([0xff, 0xfe, 0xff, 0xff]), Buffer.alloc(65_533)]);

const JPEGS: Readonly<Record<string, readonly [Outcome, Buffer]>> = {
  '4290 megapixels': ['too_large', withFrameSize(baseline, 65_500, 65_500)],
  'a side that is too long': ['too_large', withFrameSize(baseline, 65_535, 1)],
  '60 megapixels with data for few': ['undecodable', withFrameSize(baseline, 8000, 7500)],
  '16 megapixels, progressive, with data for few': ['undecodable', withFrameSize(progressive, 4000, 4000)],
  '8 megapixels of CMYK with data for few': ['undecodable', withFrameSize(fixture('cmyk.jpg'), 4000, 2000)],
  '64 megapixels of CMYK with data for few': ['undecodable', withFrameSize(fixture('cmyk.jpg'), 8000, 8000)],
  '10,000 scans': ['undecodable', withRepeatedScan(progressive, 10_000)],
  'a thousand comments of 64 KiB': ['decoded', withRepeatedSegment(baseline, comment, 1000)],
  '300,000 empty comments': ['decoded', withRepeatedSegment(baseline, Buffer.from([0xff, 0xfe, 0, 2]), 300_000)],
  'a million restart markers': ['decoded', withRepeatedSegment(baseline, Buffer.from([0xff, 0xd0]), 1_000_000)],
};

/** Small files that declare huge sizes, inflate to huge data, or repeat parts excessively. */
export function hostilePictures(): HostileFile[] {
  const pngs = Object.entries(PNGS).map(([name, [outcome, ...chunks]]): HostileFile => {
    return { name: `PNG: ${name}`, format: 'png', bytes: png(...chunks), outcome };
  });
  const jpegs = Object.entries(JPEGS).map(([name, [outcome, bytes]]): HostileFile => {
    return { name: `JPEG: ${name}`, format: 'jpg', bytes, outcome };
  });
  return [...pngs, ...jpegs];
}
