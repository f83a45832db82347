import { PLAIN } from './bands-plain.ts';
import { createSimd } from './bands-simd.ts';
import type { BlockSums } from './blocks.ts';
import type { Pair } from './planes.ts';

/** The sums of each block's differences, of lightness and of the two colours. */
export interface PlaneSums {
  readonly lightness: BlockSums;
  readonly blue: BlockSums;
  readonly red: BlockSums;
}

/** How far smoothed differences, as sums over nine pixels, have to be from the centre: more than what stands for each block. */
export interface Bounds {
  /** A whole number. */
  readonly centre: number;
  /** To be marked, and to be sure. */
  readonly marked: Float64Array;
  readonly sure: Float64Array;
}

/** Work on a band of pictures, which is a row of blocks; the last of a picture may have fewer than eight rows of pixels. */
export interface Bands {
  /** Fills in the lightness of the pair's differences in a plane of 16 bits, and the sums of the band's blocks, which were 0. */
  survey(pair: Pair, band: number, lightness: Int16Array, sums: PlaneSums): void;
  /**
   * Marks the pixels of such a plane but for those at the picture's border, which means the first row, the last row, and the
   * first and the last block of each row; whether one is sure. The marks were 0.
   */
  mark(lightness: Int16Array, width: number, band: number, bounds: Bounds, marks: Uint8Array): boolean;
}

/** By vectors of sixteen where this machine has them. */
export const bands: Bands = createSimd() ?? PLAIN;
