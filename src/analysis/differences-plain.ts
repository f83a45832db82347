import type { DifferenceRange, DifferenceSums, Differences } from './differences.ts';

/** A table for each difference from -255 (at index 0) to 255. */
const BINS = 512;

/** In plain TypeScript: for machines without vectors, and what the other ways are held against. */
export const PLAIN: Differences = { sums, draw };

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

function draw(before: Uint8Array, after: Uint8Array, range: DifferenceRange, to: Uint8Array): void {
  // A table whose size is a power of two, and the index masked to it: then no bound is checked in the loop.
  const levels = new Uint8Array(512);
  levels.set(differenceLevels(range));
  // Four are read before the first is written: a processor that takes the written place for one of those to be read
  // (their addresses often differ by whole pages) would else wait at each.
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

/** The level of each signed difference from -255 (at index 0) to 255. */
export function differenceLevels({ min, max }: DifferenceRange): Uint8Array {
  const levels = new Uint8Array(511);
  if (min === max) return levels;
  for (let d = min; d <= max; d++) {
    // The operations and their order are NumPy's. No quotient of these few falls short of its whole number (all tried).
    levels[d + 255] = Math.trunc(((d - min) / (max - min)) * 255);
  }
  return levels;
}
