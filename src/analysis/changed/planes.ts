import type { Mask } from '../mask.ts';
import type { Pixels } from '../pixels.ts';

/**
 * The weights of red, green and blue in the luma, in 64ths: JPEG's own (0.299, 0.587, 0.114; ITU-T T.871) rounded to
 * 64ths, so that the loss in JPEG's chroma leaves the luma unchanged.
 */
const [RED, GREEN, BLUE] = [19, 38, 7] as const;
/** The units of the luma in one level. */
export const LUMA_PER_LEVEL = 64;

/** A row of the differences of two pictures after the brightness offset is removed; 0 where a pixel is masked out. */
export interface PlaneRow {
  /** In 64ths of a level. */
  readonly luma: Int16Array;
  /** Chroma: blue - green and red - green, in levels. */
  readonly blue: Int16Array;
  readonly red: Int16Array;
}

/** Two pictures of one size, with the mask and the brightness offsets of their comparison. */
export interface Pair {
  readonly reference: Pixels;
  readonly image: Pixels;
  readonly mask: Mask | undefined;
  /** The offset of red, green and blue, in whole levels. */
  readonly offsets: readonly number[];
}

/** Computes row `y` of the pair's differences. */
export function fillPlanes({ reference, image, mask, offsets }: Pair, y: number, row: PlaneRow): void {
  const { luma, blue, red } = row;
  const { width } = image;
  const [before, after] = [reference.data, image.data];
  const [offsetRed, offsetGreen, offsetBlue] = offsets as [number, number, number];
  const first = y * width * 3;
  if (offsetRed === 0 && offsetGreen === 0 && offsetBlue === 0) {
    for (let x = 0, at = first; x < width; x++, at += 3) {
      const r = (after[at] as number) - (before[at] as number);
      const g = (after[at + 1] as number) - (before[at + 1] as number);
      const b = (after[at + 2] as number) - (before[at + 2] as number);
      luma[x] = RED * r + GREEN * g + BLUE * b;
      blue[x] = b - g;
      red[x] = r - g;
    }
  } else {
    for (let x = 0, at = first; x < width; x++, at += 3) {
      const r = residual(offsetRed, before[at] as number, after[at] as number);
      const g = residual(offsetGreen, before[at + 1] as number, after[at + 1] as number);
      const b = residual(offsetBlue, before[at + 2] as number, after[at + 2] as number);
      luma[x] = RED * r + GREEN * g + BLUE * b;
      blue[x] = b - g;
      red[x] = r - g;
    }
  }
  if (mask !== undefined) clearMasked(mask.included.subarray(y * width, (y + 1) * width), row);
}

function clearMasked(included: Uint8Array, { luma, blue, red }: PlaneRow): void {
  for (let x = 0; x < included.length; x++) {
    if (included[x] === 0) luma[x] = blue[x] = red[x] = 0;
  }
}

/**
 * The difference of two levels that the offset does not explain: image - reference - offset, unless the offset takes a
 * level past 0 or 255. Then both directions are clipped and compared, reference + offset with the image and image -
 * offset with the reference. The result is the difference of the smaller magnitude, or 0 if the two disagree in sign.
 */
export function residual(offset: number, reference: number, image: number): number {
  const forth = image - clip(reference + offset);
  const back = clip(image - offset) - reference;
  if (forth > 0) return back <= 0 ? 0 : Math.min(forth, back);
  return back >= 0 ? 0 : Math.max(forth, back);
}

function clip(level: number): number {
  return level < 0 ? 0 : level > 255 ? 255 : level;
}
