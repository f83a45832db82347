import { ImgpipeError } from '../../domain/errors.ts';

/** How large a picture may be before it is decoded. */
export interface Limits {
  readonly maxPixels: number;
  /** In bytes, as reckoned from its header; without a limit where it is undefined. */
  readonly maxMemory?: number | undefined;
}

// The longest side that libjpeg writes; the difference image of a longer one could not be kept.
const MAX_SIDE = 65_500;

/** Throws `too_large` where a picture of this size, known from its header alone, is over a limit. */
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
