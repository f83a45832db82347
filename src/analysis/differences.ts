import { createKernel } from '../base/kernels.ts';

/** The smallest and the largest signed difference of two pictures. */
export interface DifferenceRange {
  readonly min: number;
  readonly max: number;
}

/** Statistics of the signed differences of two pictures, image - reference, over all pixels and channels. */
export interface DifferenceSums extends DifferenceRange {
  /** Exact up to 2^53. */
  readonly sumOfSquares: number;
}

/** Operations on the bytes of two pictures of one size, which is at least one byte. */
export interface Differences {
  sums(before: Uint8Array, after: Uint8Array): DifferenceSums;
  /** Scales each difference D within the range to a level from 0 to 255: floor((D - min) * 255 / (max - min)). */
  draw(before: Uint8Array, after: Uint8Array, range: DifferenceRange, to: Uint8Array): void;
}

/** Histogram bins for differences from -255 (at index 0) to 255, rounded up to a power of two. */
const BINS = 512;

/**
 * The scalar implementation: for machines without SIMD, and the reference that the SIMD implementation is tested
 * against.
 */
export const SCALAR: Differences = { sums, draw };

function sums(before: Uint8Array, after: Uint8Array): DifferenceSums {
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
  return { sumOfSquares, min, max };
}

/** The histogram of the signed differences. Free of branches, so that its speed does not depend on the pictures. */
function countDifferences(before: Uint8Array, after: Uint8Array): Uint32Array {
  const { length } = after;
  // Four tables in turn: increments of the same bin would otherwise wait for each other.
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

function draw(before: Uint8Array, after: Uint8Array, range: DifferenceRange, to: Uint8Array): void {
  // The table's size is a power of two and the index is masked, so that the loop needs no bounds checks.
  const levels = new Uint8Array(BINS);
  levels.set(differenceLevels(range));
  // Reads four values before it writes the first: the addresses often differ by whole pages, and a store would stall
  // the loads after it (4K aliasing).
  const whole = after.length - (after.length % 4);
  for (let i = 0; i < whole; i += 4) {
    const first = levels[((after[i] as number) - (before[i] as number) + 255) & 511] as number;
    const second = levels[((after[i + 1] as number) - (before[i + 1] as number) + 255) & 511] as number;
    const third = levels[((after[i + 2] as number) - (before[i + 2] as number) + 255) & 511] as number;
    const fourth = levels[((after[i + 3] as number) - (before[i + 3] as number) + 255) & 511] as number;
    to[i] = first;
    to[i + 1] = second;
    to[i + 2] = third;
    to[i + 3] = fourth;
  }
  for (let i = whole; i < after.length; i++) {
    to[i] = levels[((after[i] as number) - (before[i] as number) + 255) & 511] as number;
  }
}

/** A lookup table: the level of each signed difference, from -255 (at index 0) to 255. */
export function differenceLevels({ min, max }: DifferenceRange): Uint8Array {
  const levels = new Uint8Array(511);
  if (min === max) return levels;
  for (let d = min; d <= max; d++) {
    // NumPy's operations in NumPy's order. No quotient falls short of its integer (checked for every range).
    levels[d + 255] = Math.trunc(((d - min) / (max - min)) * 255);
  }
  return levels;
}

/** What kernel/differences.as.ts exports. */
interface Kernel {
  readonly memory: { readonly buffer: ArrayBuffer };
  capacity(): number;
  before(): number;
  after(): number;
  drawn(): number;
  sumOfSquares(length: number): number;
  min(): number;
  max(): number;
  draw(length: number, min: number, max: number): void;
}

/**
 * The SIMD implementation; `undefined` where SIMD is not available. It copies pictures through the kernel's memory in
 * chunks.
 */
export function createSimdDifferences(): Differences | undefined {
  const kernel = createKernel<Kernel>('differences');
  if (kernel === undefined) return undefined;
  const capacity = kernel.capacity();
  const view = (at: number) => new Uint8Array(kernel.memory.buffer, at, capacity);
  const [reference, image, drawn] = [view(kernel.before()), view(kernel.after()), view(kernel.drawn())];

  /** Copies both pictures into the kernel's memory, chunk by chunk. */
  function forEachChunk(before: Uint8Array, after: Uint8Array, process: (length: number, at: number) => void): void {
    for (let at = 0; at < after.length; at += capacity) {
      const end = Math.min(at + capacity, after.length);
      reference.set(before.subarray(at, end));
      image.set(after.subarray(at, end));
      process(end - at, at);
    }
  }

  return {
    sums(before, after): DifferenceSums {
      let [sumOfSquares, min, max] = [0, 255, -255];
      forEachChunk(before, after, (length) => {
        sumOfSquares += kernel.sumOfSquares(length);
        min = Math.min(min, kernel.min());
        max = Math.max(max, kernel.max());
      });
      return { sumOfSquares, min, max };
    },

    draw(before, after, { min, max }: DifferenceRange, to): void {
      forEachChunk(before, after, (length, at) => {
        kernel.draw(length, min, max);
        to.set(drawn.subarray(0, length), at);
      });
    },
  };
}

/** The fastest implementation that this machine supports. */
export const differences: Differences = createSimdDifferences() ?? SCALAR;
