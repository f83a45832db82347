import { PARTS_OF_LEVEL } from './lightness.ts';

/** What a level comes to in the sum over nine pixels of the lightness. */
export const LEVEL = PARTS_OF_LEVEL * 9;
/** Such sums are counted in bins of an 18th of a level, from -MAX_BINS to MAX_BINS. */
export const BIN = 32;
export const MAX_BINS = Math.ceil((255 * LEVEL) / BIN);

/** Allocator for the sums of three pixels, one above the other: of each pixel `x` of a row at `x + 1`, and 0 at both ends. */
export function createColumns(width: number): Int32Array {
  return new Int32Array(width + 2);
}

/** Fills in those of the row `y` of a plane, which is neither the first nor the last. */
export function fillColumns(columns: Int32Array, plane: Int16Array, y: number): void {
  const width = columns.length - 2;
  const here = y * width;
  for (let x = 0; x < width; x++) {
    const above = plane[here - width + x] as number;
    columns[x + 1] = above + (plane[here + x] as number) + (plane[here + width + x] as number);
  }
}
