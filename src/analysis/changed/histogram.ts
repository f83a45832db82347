/** A histogram of whole numbers: `counts[value - min]` is how often a value occurs. */
export interface Histogram {
  readonly min: number;
  readonly counts: Uint32Array;
}

/** A robust location and scale: the median, and the median absolute deviation (MAD). */
export interface Spread {
  readonly median: number;
  readonly mad: number;
}

/** 1 / Φ⁻¹(3/4): the ratio of standard deviation to MAD in a normal distribution (Hampel 1974). */
export const SIGMA_PER_MAD = 1.4826;

/** An empty histogram for values from `min` to `max`. */
export function createHistogram(min: number, max: number): Histogram {
  return { min, counts: new Uint32Array(max - min + 1) };
}

/**
 * The exact median and MAD. Of an even number of values, the median is the lower middle one. Both are 0 without values.
 */
export function spreadOf({ min, counts }: Histogram): Spread {
  let total = 0;
  for (const count of counts) total += count;
  if (total === 0) return { median: 0, mad: 0 };
  const middle = Math.ceil(total / 2);

  let bin = 0;
  let seen = counts[0] as number;
  while (seen < middle) {
    bin++;
    seen += counts[bin] as number;
  }

  // Outwards from the median, in both directions together.
  let mad = 0;
  seen = counts[bin] as number;
  while (seen < middle) {
    mad++;
    seen += (counts[bin - mad] ?? 0) + (counts[bin + mad] ?? 0);
  }
  return { median: min + bin, mad };
}
