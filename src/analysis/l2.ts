import { isDeepPair, SAMPLES_PER_LEVEL, samples16Of } from './depth.ts';
import { type DifferenceRange, differences } from './differences.ts';
import { deepSums } from './differences-16.ts';
import type { Pixels } from './pixels.ts';
import { rootOverWhole } from './rounded-root.ts';

/** The result of `l2@2`. The range and the sum are in levels, or in 16-bit samples if a picture has these. */
export interface L2 extends DifferenceRange {
  /** The Euclidean norm of the differences over all pixels and channels, in levels, correctly rounded. */
  readonly norm: number;
  /** Exact; a bigint in 16-bit samples. */
  readonly sumOfSquares: number | bigint;
}

// A histogram bin holds up to 2³² - 1, and the sum of that many squares of at most 255² is exact in a double. One
// square root then rounds correctly.
const MAX_CHANNELS = 2 ** 32 - 1;

/** 16-bit samples are compared in runs, which bounds the copy of a picture that has to be widened. */
const RUN = 2 ** 16;

/** Compares two pictures of the same size, at 16 bits if either has them. Throws a RangeError if the sizes differ. */
export function l2(reference: Pixels, image: Pixels): L2 {
  const before = reference.data;
  const after = image.data;
  const { length } = after;
  if (reference.width !== image.width || reference.height !== image.height || before.length !== length) {
    throw new RangeError('l2 needs two pictures of the same size');
  }
  if (length === 0 || length > MAX_CHANNELS) throw new RangeError(`l2 cannot sum over ${length} channels`);

  if (isDeepPair(reference, image)) {
    const sums = deepSumsOf(reference, image);
    return { norm: rootOverWhole(sums.sumOfSquares, SAMPLES_PER_LEVEL), ...sums };
  }
  const sums = differences.sums(before, after);
  return { norm: Math.sqrt(sums.sumOfSquares), ...sums };
}

function deepSumsOf(reference: Pixels, image: Pixels): DifferenceRange & { readonly sumOfSquares: bigint } {
  const { length } = image.data;
  let sumOfSquares = 0n;
  let [min, max] = [65_535, -65_535];
  for (let from = 0; from < length; from += RUN) {
    const to = Math.min(from + RUN, length);
    const sums = deepSums(samples16Of(reference, from, to), samples16Of(image, from, to));
    sumOfSquares += BigInt(sums.sumOfSquares);
    min = Math.min(min, sums.min);
    max = Math.max(max, sums.max);
  }
  return { sumOfSquares, min, max };
}

/** The range of the signed differences of two pictures of the same size, in the units of `l2`. */
export function differenceRange(reference: Pixels, image: Pixels): DifferenceRange {
  if (isDeepPair(reference, image)) return deepSumsOf(reference, image);
  return differences.sums(reference.data, image.data);
}
