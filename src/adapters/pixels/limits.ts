import { ImgpipeError } from '../../domain/errors.ts';

/** The limits that a picture is checked against before it is decoded. */
export interface Limits {
  readonly maxPixels: number;
  /** In bytes, as estimated from the header; `undefined` for no limit. */
  readonly maxMemory?: number | undefined;
}

// The longest side that libjpeg can write: larger difference images could not be encoded.
const MAX_SIDE = 65_500;

/** Throws `too_large` if a picture's size, as its header states it, exceeds a limit. */
export function checkSize({ width, height }: { width: number; height: number }, { maxPixels }: Limits): void {
  const pixels = width * height;
  if (pixels > maxPixels) {
    const over = `${pixels / 1e6} megapixels, over the limit of ${maxPixels / 1e6} (max_megapixels)`;
    throw new ImgpipeError('too_large', `the picture is ${width} × ${height} = ${over}`);
  }
  if (width > MAX_SIDE || height > MAX_SIDE) {
    const over = `over the limit of ${MAX_SIDE} pixels for a side`;
    throw new ImgpipeError('too_large', `the picture is ${width} × ${height}, ${over}`);
  }
}
