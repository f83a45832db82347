import type { Mask } from '../mask.ts';
import type { Pixels } from '../pixels.ts';
import { PLAIN } from './counts-plain.ts';
import { createSimd } from './counts-simd.ts';
import type { Histogram } from './noise.ts';

/** Counts over every `step`-th row, of the pixels that the mask does not hide. */
export interface Counts {
  /** Of the differences image - reference: of red, of green and of blue. */
  differences(reference: Pixels, image: Pixels, step: number, mask?: Mask): Histogram[];
  /**
   * Of the sums over nine pixels of a plane of lightness, in bins of `BIN`, to the nearest. The pixels at the picture's border
   * are left out: they have other noise.
   */
  smoothed(plane: Int16Array, width: number, step: number, mask?: Mask): Histogram;
}

/** In WebAssembly where this machine has vectors. */
export const counts: Counts = createSimd() ?? PLAIN;
