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
  switch (format) {
    case 'jpg':
      return decodeJpeg(bytes, options, allocate);
    case 'png':
      return decodePng(bytes, options, allocate);
    // The other decoders are loaded only when such a picture is decoded.
    case 'webp':
      return (await import('./webp/decoder.ts')).decodeWebp(bytes, options, allocate);
    case 'gif':
      return (await import('./gif/decoder.ts')).decodeGif(bytes, options, allocate);
    case 'bmp':
      return (await import('./bmp/decoder.ts')).decodeBmp(bytes, options, allocate);
    case 'tiff':
      return (await import('./tiff/decoder.ts')).decodeTiff(bytes, options, allocate);
  }
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
