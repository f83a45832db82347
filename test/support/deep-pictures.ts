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
