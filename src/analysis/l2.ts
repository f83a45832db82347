import { type DifferenceSums, differences } from './differences.ts';
import type { Pixels } from './pixels.ts';

/** How two pictures differ. */
export interface L2 extends DifferenceSums {
  /** The Euclidean norm over all pixels and channels: the double nearest to the exact root. */
  readonly norm: number;
}

// 2³² - 1 channels fit a bin, and their squares of at most 255² a double exactly; one square root then rounds correctly.
const MAX_CHANNELS = 2 ** 32 - 1;

/** Compares two pictures of the same size; throws a RangeError where the sizes differ. */
export function l2(reference: Pixels, image: Pixels): L2 {
  const before = reference.data;
  const after = image.data;
  const { length } = after;
  if (reference.width !== image.width || reference.height !== image.height || before.length !== length) {
    throw new RangeError('l2 compares pictures of one size');
  }
  if (length === 0 || length > MAX_CHANNELS) throw new RangeError(`l2 cannot sum over ${length} channels`);

  const sums = differences.sums(before, after);
  return { norm: Math.sqrt(sums.sumOfSquares), ...sums };
}
