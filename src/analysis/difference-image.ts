import type { Pixels } from './pixels.ts';

/** The smallest and the greatest signed difference of two pictures. */
export interface DifferenceRange {
  readonly min: number;
  readonly max: number;
}

/**
 * The difference image of two pictures of one size: (D - min) / (max - min) * 255, truncated to 8 bits for each channel,
 * with D = image - reference and one range for the whole picture. All 0 where min equals max.
 */
export function differenceImage(reference: Pixels, image: Pixels, range: DifferenceRange): Pixels {
  const data = new Uint8Array(image.data.length);
  drawDifference(reference, image, range, data);
  return { width: image.width, height: image.height, data };
}

/** The same, drawn into memory that is there: as many bytes as the pictures have. */
export function drawDifference(reference: Pixels, image: Pixels, range: DifferenceRange, data: Uint8Array): void {
  // A table whose size is a power of two, and the index masked to it: then no bound is checked in the loop.
  const levels = new Uint8Array(512);
  levels.set(differenceLevels(range));
  const before = reference.data;
  const after = image.data;
  // Four are read before the first is written: a processor that takes the written place for one of those to be read
  // (their addresses often differ by whole pages) would else wait at each.
  const whole = after.length - (after.length % 4);
  for (let i = 0; i < whole; i += 4) {
    const first = levels[((after[i] as number) - (before[i] as number) + 255) & 511] as number;
    const second = levels[((after[i + 1] as number) - (before[i + 1] as number) + 255) & 511] as number;
    const third = levels[((after[i + 2] as number) - (before[i + 2] as number) + 255) & 511] as number;
    const fourth = levels[((after[i + 3] as number) - (before[i + 3] as number) + 255) & 511] as number;
    data[i] = first;
    data[i + 1] = second;
    data[i + 2] = third;
    data[i + 3] = fourth;
  }
  for (let i = whole; i < after.length; i++) {
    data[i] = levels[((after[i] as number) - (before[i] as number) + 255) & 511] as number;
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
