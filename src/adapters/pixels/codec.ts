import type { Pixels } from '../../analysis/pixels.ts';
import type { PictureFormat } from '../../domain/records.ts';
import type { Allocator } from './allocator.ts';
import { decodeJpeg } from './jpeg/decoder.ts';
import { createJpegEncoder, type DrawRows, type JpegEncoder } from './jpeg/encoder.ts';
import { encodeWithLibjpeg } from './jpeg/libjpeg.ts';
import type { Limits } from './limits.ts';
import { decodePng } from './png/decoder.ts';

const QUALITY = 75;

/** Compiled when the first picture is encoded. */
let encode: JpegEncoder | undefined;

/**
 * A picture's pixels as they are to be seen: RGB over white, EXIF orientation applied. Size limits are held against the
 * header before anything is decoded. Throws ImgpipeErrors `undecodable` and `too_large`, whose messages are clauses to
 * stand behind the picture's name; anything else that it throws is no verdict on the bytes. Where that saves a copy, the
 * pixels are put where `room` says.
 */
export async function decodePicture(
  bytes: Uint8Array,
  format: PictureFormat,
  limits: Limits,
  room?: Allocator,
): Promise<Pixels> {
  return format === 'jpg' ? decodeJpeg(bytes, limits, room) : decodePng(bytes, limits, room);
}

/** A picture as a baseline JPEG file of quality 75, 4:2:0. */
export function encodeJpeg(pixels: Pixels): Uint8Array {
  const row = pixels.width * 3;
  return encodeDrawnJpeg(pixels, (rgb, first, count) => {
    rgb.set(pixels.data.subarray(first * row, (first + count) * row));
  });
}

/** The same of a picture that is drawn. */
export function encodeDrawnJpeg(size: Pick<Pixels, 'width' | 'height'>, draw: DrawRows): Uint8Array {
  encode ??= createJpegEncoder() ?? encodeWithLibjpeg;
  return encode(size, QUALITY, draw);
}
