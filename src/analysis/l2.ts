import type { Pixels } from './pixels.ts';

/** What one pass over two pictures finds of their signed differences, image minus reference, per channel. */
export interface L2 {
  /** The Euclidean norm over all pixels and channels: the double nearest to the exact root. */
  readonly norm: number;
  readonly sumOfSquares: number;
  readonly min: number;
  readonly max: number;
}

// 2³² - 1 channels fit a bin, and their squares of at most 255² a double exactly; one square root then rounds correctly.
const MOST_CHANNELS = 2 ** 32 - 1;

/** A table for each difference from -255 (at index 0) to 255. */
const BINS = 512;

/** Compares two pictures of the same size; throws a RangeError where the sizes differ. */
export function l2(reference: Pixels, image: Pixels): L2 {
  const before = reference.data;
  const after = image.data;
  const { length } = after;
  if (reference.width !== image.width || reference.height !== image.height || before.length !== length) {
    throw new RangeError('l2 compares pictures of one size');
  }
  if (length === 0 || length > MOST_CHANNELS) throw new RangeError(`l2 cannot sum over ${length} channels`);

  const counts = countDifferences(before, after);
  let sumOfSquares = 0;
  let min = 256;
  let max = -256;
  for (let d = -255; d <= 255; d++) {
    const count = counts[d + 255] as number;
    if (count === 0) continue;
    sumOfSquares += count * d * d;
    min = Math.min(min, d);
    max = d;
  }
  return { norm: Math.sqrt(sumOfSquares), sumOfSquares, min, max };
}

/** How often each signed difference occurs: without a branch, and so as fast for any two pictures. */
function countDifferences(before: Uint8Array, after: Uint8Array): Uint32Array {
  const { length } = after;
  // Four tables in turn: in pictures that are much alike one count would wait for the next.
  const counts = new Uint32Array(4 * BINS);
  const whole = length - (length % 4);
  for (let i = 0; i < whole; i += 4) {
    (counts[(after[i] as number) - (before[i] as number) + 255] as number)++;
    (counts[(after[i + 1] as number) - (before[i + 1] as number) + 255 + BINS] as number)++;
    (counts[(after[i + 2] as number) - (before[i + 2] as number) + 255 + 2 * BINS] as number)++;
    (counts[(after[i + 3] as number) - (before[i + 3] as number) + 255 + 3 * BINS] as number)++;
  }
  for (let i = whole; i < length; i++) {
    (counts[(after[i] as number) - (before[i] as number) + 255] as number)++;
  }
  for (let bin = 0; bin < BINS; bin++) {
    for (let table = 1; table < 4; table++) (counts[bin] as number) += counts[bin + table * BINS] as number;
  }
  return counts.subarray(0, BINS);
}
