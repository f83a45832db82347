import { LUMA_PER_LEVEL } from './planes.ts';

/** One level of a 3 × 3 mean of the luma, expressed as the sum over the nine pixels. */
export const LEVEL = LUMA_PER_LEVEL * 9;
/** The width of a histogram bin for such sums: an 18th of a level. Bins run from -MAX_BIN to MAX_BIN. */
export const BIN = 32;
export const MAX_BIN = Math.ceil((255 * LEVEL) / BIN);

/** A buffer for vertical sums over three pixels: column `x` at index `x + 1`, with 0 at both ends. */
export function createColumnSums(width: number): Int32Array {
  return new Int32Array(width + 2);
}

/** Computes the vertical sums around row `y`, which is neither the first nor the last of the plane. */
export function sumColumns(columns: Int32Array, plane: Int16Array, y: number): void {
  const width = columns.length - 2;
  const here = y * width;
  for (let x = 0; x < width; x++) {
    const above = plane[here - width + x] as number;
    columns[x + 1] = above + (plane[here + x] as number) + (plane[here + width + x] as number);
  }
}
