/** Counts of whole numbers: how often each has come up, `counts[value - least]`. */
export interface Histogram {
  readonly least: number;
  readonly counts: Uint32Array;
}

/** The middle of the numbers, and how far from it their middle lies. */
export interface Spread {
  readonly median: number;
  readonly mad: number;
}

/** 1 / Φ⁻¹(3/4): of a normal distribution, the standard deviation is this many median absolute deviations (Hampel 1974). */
export const SIGMAS_OF_MAD = 1.4826;

/** From none at all: of `least` to `most`. */
export function createHistogram(least: number, most: number): Histogram {
  return { least, counts: new Uint32Array(most - least + 1) };
}

/** Median and median absolute deviation, exact; of an even number of values the lower of the two in the middle. Both 0 of none. */
export function spreadOf({ least, counts }: Histogram): Spread {
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

  // Outwards from the median, both sides at once.
  let mad = 0;
  seen = counts[bin] as number;
  while (seen < middle) {
    mad++;
    seen += (counts[bin - mad] ?? 0) + (counts[bin + mad] ?? 0);
  }
  return { median: least + bin, mad };
}
