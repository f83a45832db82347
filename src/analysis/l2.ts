import type { Pixels } from './pixels.ts';

/** What one pass over two pictures finds of their signed differences, image minus reference, per channel. */
export interface L2 {
  /** The Euclidean norm over all pixels and channels: the double nearest to the exact root. */
  readonly norm: number;
  readonly sumOfSquares: number;
  readonly min: number;
  readonly max: number;
}

// 32,768 squares of at most 255² stay below 2³¹: the inner loop is 32-bit integers alone.
const CHUNK = 32_768;

// 2⁵³ / 255²: up to so many channels the sum of squares is exact in a double, and one square root rounds it correctly.
const MOST_CHANNELS = Math.floor(Number.MAX_SAFE_INTEGER / 255 ** 2);

/** Compares two pictures of the same size; throws a RangeError where the sizes differ. */
export function l2(reference: Pixels, image: Pixels): L2 {
  const before = reference.data;
  const after = image.data;
  const length = after.length;
  if (reference.width !== image.width || reference.height !== image.height || before.length !== length) {
    throw new RangeError('l2 compares pictures of one size');
  }
  if (length === 0 || length > MOST_CHANNELS) throw new RangeError(`l2 cannot sum over ${length} channels`);

  let sumOfSquares = 0;
  let min = 255;
  let max = -255;
  for (let start = 0; start < length; start += CHUNK) {
    const end = Math.min(start + CHUNK, length);
    let sum = 0;
    for (let i = start; i < end; i++) {
      const d = (after[i] as number) - (before[i] as number);
      sum = (sum + Math.imul(d, d)) | 0;
      if (d < min) min = d;
      if (d > max) max = d;
    }
    sumOfSquares += sum;
  }
  return { norm: Math.sqrt(sumOfSquares), sumOfSquares, min, max };
}
