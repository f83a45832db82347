import type { DifferenceRange, DifferenceSums } from './differences.ts';

/**
 * Statistics of the signed differences of two runs of 16-bit samples of one length, from 1 to 2²¹: so many squares, each
 * below 2³², are summed in a double without rounding.
 */
export function deepSums(before: Uint16Array, after: Uint16Array): DifferenceSums {
  let sumOfSquares = 0;
  let [min, max] = [65_535, -65_535];
  for (let at = 0; at < after.length; at++) {
    const difference = (after[at] as number) - (before[at] as number);
    sumOfSquares += difference * difference;
    if (difference < min) min = difference;
    if (difference > max) max = difference;
  }
  return { sumOfSquares, min, max };
}

/** Scales each difference D within the range to a level from 0 to 255: floor((D - min) * 255 / (max - min)). */
export function drawDeep(before: Uint16Array, after: Uint16Array, { min, max }: DifferenceRange, to: Uint8Array): void {
  const range = max - min;
  for (let at = 0; at < after.length; at++) {
    // A quotient that is not whole is at least 1 / range from the next integer, far more than its rounding error.
    to[at] = (((after[at] as number) - (before[at] as number) - min) * 255) / range;
  }
}
