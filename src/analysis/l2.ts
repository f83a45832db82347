import { type DifferenceSums, differences } from './differences.ts';
import type { Pixels } from './pixels.ts';

/** The result of `l2@1`. */
export interface L2 extends DifferenceSums {
  /** The Euclidean norm of the differences over all pixels and channels, correctly rounded. */
  readonly norm: number;
}

// A histogram bin holds up to 2³² - 1, and the sum of that many squares of at most 255² is exact in a double. One
// square root then rounds correctly.
const MAX_CHANNELS = 2 ** 32 - 1;

/** Compares two pictures of the same size. Throws a RangeError if the sizes differ. */
export function l2(reference: Pixels, image: Pixels): L2 {
  const before = reference.data;
  const after = image.data;
  const { length } = after;
  if (reference.width !== image.width || reference.height !== image.height || before.length !== length) {
    throw new RangeError('l2 needs two pictures of the same size');
  }
  if (length === 0 || length > MAX_CHANNELS) throw new RangeError(`l2 cannot sum over ${length} channels`);

  const sums = differences.sums(before, after);
  return { norm: Math.sqrt(sums.sumOfSquares), ...sums };
}
