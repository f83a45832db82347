import type { Pixels } from '../../analysis/pixels.ts';
import type { PictureFormat } from '../../domain/records.ts';
import { decodeJpeg } from './jpeg.ts';
import { encodeWithLibjpeg } from './libjpeg.ts';
import type { Limits } from './limits.ts';
import { decodePng } from './png.ts';

const QUALITY = 75;

/**
 * A picture's pixels as they are to be seen: RGB over white, EXIF orientation applied. Size limits are held against the
 * header before anything is decoded. Throws ImgpipeErrors `undecodable` and `too_large`, whose messages are clauses to
 * stand behind the picture's name; anything else that it throws is no verdict on the bytes.
 */
export async function decodePicture(bytes: Uint8Array, format: PictureFormat, limits: Limits): Promise<Pixels> {
  return format === 'jpg' ? decodeJpeg(bytes, limits) : decodePng(bytes, limits);
}

/** A picture as a baseline JPEG file of quality 75, 4:2:0. */
export function encodeJpeg(pixels: Pixels): Uint8Array {
  return encodeDrawnJpeg(pixels, (rgb) => rgb.set(pixels.data));
}

/** The same of a picture that is drawn, RGB, into the memory that `draw` is given. */
export function encodeDrawnJpeg(size: Pick<Pixels, 'width' | 'height'>, draw: (rgb: Uint8Array) => void): Uint8Array {
  return encodeWithLibjpeg(size, QUALITY, draw);
}
