import type { Pixels } from '../../analysis/pixels.ts';
import type { PictureFormat } from '../../domain/records.ts';
import { decodeJpeg } from './jpeg/decoder.ts';
import { createJpegEncoder, type DrawRows, type JpegEncoder } from './jpeg/encoder.ts';
import { encodeWithLibjpeg } from './jpeg/libjpeg.ts';
import type { DecodeOptions } from './limits.ts';
import type { Allocator } from './pixel-memory.ts';
import { decodePng } from './png/decoder.ts';

const QUALITY = 75;

/** Compiled when the first picture is encoded. */
let encode: JpegEncoder | undefined;

/**
 * Decodes a picture to upright RGB: laid over the background, EXIF orientation applied. The header is checked against the
 * size limits first. Throws an ImgpipeError `undecodable` or `too_large`, with a message in lower case that can follow
 * the picture's name. Any other error is not a verdict on the bytes. Uses `allocate` for the pixels if that saves a
 * copy.
 */
export async function decodePicture(
  bytes: Uint8Array,
  format: PictureFormat,
  options: DecodeOptions,
  allocate?: Allocator,
): Promise<Pixels> {
  return format === 'jpg' ? decodeJpeg(bytes, options, allocate) : decodePng(bytes, options, allocate);
}

/** Encodes a picture as a baseline JPEG of quality 75 with 4:2:0 subsampling. */
export function encodeJpeg(pixels: Pixels): Uint8Array {
  const row = pixels.width * 3;
  return encodeDrawnJpeg(pixels, (rgb, first, count) => {
    rgb.set(pixels.data.subarray(first * row, (first + count) * row));
  });
}

/** Like `encodeJpeg`, for a picture whose rows are drawn on demand. */
export function encodeDrawnJpeg(size: Pick<Pixels, 'width' | 'height'>, draw: DrawRows): Uint8Array {
  encode ??= createJpegEncoder() ?? encodeWithLibjpeg;
  return encode(size, QUALITY, draw);
}
