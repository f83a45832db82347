import { PLAIN } from './differences-plain.ts';
import { createSimd } from './differences-simd.ts';

/** The smallest and the greatest signed difference of two pictures. */
export interface DifferenceRange {
  readonly min: number;
  readonly max: number;
}

/** What one pass over two pictures finds of their signed differences, image minus reference, per channel. */
export interface DifferenceSums extends DifferenceRange {
  /** Exact while it is below 2^53. */
  readonly sumOfSquares: number;
}

/** Work on the signed differences of two pictures' bytes, which are as many, and at least one. */
export interface Differences {
  sums(before: Uint8Array, after: Uint8Array): DifferenceSums;
  /** Draws each difference's level within the range, from 0 to 255, into as many bytes: floor((D - min) * 255 / (max - min)). */
  draw(before: Uint8Array, after: Uint8Array, range: DifferenceRange, to: Uint8Array): void;
}

/** By vectors of sixteen where this machine has them. */
export const differences: Differences = createSimd() ?? PLAIN;
