import { expect } from 'vitest';
import { decodePicture } from '../../src/adapters/pixels/codec.ts';
import { needOf } from '../../src/adapters/pixels/limits.ts';
import { bytesOf } from '../../src/adapters/pixels/pixel-memory.ts';
import { ImgpipeError } from '../../src/domain/errors.ts';
import type { PictureFormat } from '../../src/domain/records.ts';

export const LIMITS = { maxPixels: 1e6, maxMemory: 64e6 };

/** The pixels, or the code and message of the error. */
export async function decoded(
  bytes: Uint8Array,
  format: PictureFormat,
  limits: typeof LIMITS = LIMITS,
): Promise<number[] | string> {
  try {
    const need = needOf(bytes, format, limits);
    const pixels = await decodePicture(bytes, format, limits);
    const { width, height, data } = pixels;
    expect(data.length).toBe(width * height * 3);
    expect(bytesOf(pixels)).toBe(need.pixels);
    return [...data];
  } catch (thrown) {
    if (!(thrown instanceof ImgpipeError)) throw thrown;
    return `${thrown.code}: ${thrown.message}`;
  }
}
