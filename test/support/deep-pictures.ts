import { deflateSync } from 'node:zlib';
import type { Pixels } from '../../src/analysis/pixels.ts';
import { chunk, ihdr, png } from './png-files.ts';

interface DeepPicture {
  readonly width: number;
  readonly height: number;
  /** RGB, from 0 to 65,535. */
  readonly samples: ArrayLike<number>;
  readonly orientation?: number;
}

/** A PNG of 16-bit RGB. */
export function deepPng({ width, height, samples, orientation }: DeepPicture): Buffer {
  const row = width * 6;
  const rows = Buffer.alloc((row + 1) * height);
  for (let i = 0; i < samples.length; i++) {
    const y = Math.floor(i / (width * 3));
    rows.writeUInt16BE(Number(samples[i]), y * (row + 1) + 1 + 2 * (i - y * width * 3));
  }
  const exif = Buffer.from('4d4d002a00000008000101120003000000010000000000000000', 'hex');
  exif.writeUInt16BE(orientation ?? 1, 18);
  return png(ihdr(width, height, 16, 2), chunk('eXIf', exif), chunk('IDAT', deflateSync(rows)));
}

/** A picture with these 16-bit samples, as decoders return it. */
export function deepPixels(width: number, height: number, samples: ArrayLike<number>): Pixels {
  const samples16 = Uint16Array.from(samples);
  return { width, height, samples16, data: Uint8Array.from(samples16, (sample) => sample >> 8) };
}

/** A TIFF of 16-bit RGB, in one strip. */
export function deepTiff({ width, height, samples }: Omit<DeepPicture, 'orientation'>): Buffer {
  const entries = [
    [256, width],
    [257, height],
    [258, 16],
    [262, 2],
    [273, 110],
    [277, 3],
    [278, height],
    [279, samples.length * 2],
  ] as const;
  const file = Buffer.alloc(110 + samples.length * 2);
  file.write('MM\0*\0\0\0\x08\0\x08', 'latin1');
  for (const [index, [tag, value]] of entries.entries()) {
    file.writeUInt32BE(tag * 65_536 + 4, 10 + 12 * index);
    file.writeUInt32BE(1, 14 + 12 * index);
    file.writeUInt32BE(value, 18 + 12 * index);
  }
  for (let index = 0; index < samples.length; index++) file.writeUInt16BE(Number(samples[index]), 110 + 2 * index);
  return file;
}
