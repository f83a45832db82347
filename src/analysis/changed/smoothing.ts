import { LUMA_PER_SAMPLE, type Plane } from './planes.ts';

/** One unit of the samples in a 3 × 3 mean of the luma, expressed as the sum over the nine pixels. */
export const SUM_PER_SAMPLE = LUMA_PER_SAMPLE * 9;
/** The width of a histogram bin for such sums: an 18th of a sample's unit. */
export const BIN = 32;
/** Bins of 8-bit pictures run from -MAX_BIN to MAX_BIN. */
export const MAX_BIN = Math.ceil((255 * SUM_PER_SAMPLE) / BIN);

/** A buffer for vertical sums over three pixels: column `x` at index `x + 1`, with 0 at both ends. */
export function createColumnSums(width: number): Int32Array {
  return new Int32Array(width + 2);
}

/** Computes the vertical sums around row `y`, which is neither the first nor the last of the plane. */
export function sumColumns(columns: Int32Array, plane: Plane, y: number): void {
  const width = columns.length - 2;
  const here = y * width;
  for (let x = 0; x < width; x++) {
    const above = plane[here - width + x] as number;
    columns[x + 1] = above + (plane[here + x] as number) + (plane[here + width + x] as number);
  }
}
