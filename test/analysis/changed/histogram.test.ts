import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHistogram, spreadOf } from '../../../src/analysis/changed/histogram.ts';

function spread(values: readonly number[], min = -50, max = 50) {
  const histogram = createHistogram(min, max);
  for (const value of values) (histogram.counts[value - min] as number)++;
  return spreadOf(histogram);
}

/** The median by sorting; of an even number of values the lower middle one. */
function lowerMedian(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.ceil(values.length / 2) - 1] as number;
}

describe('median and median absolute deviation', () => {
  it('are the same as by sorting', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 60 }), (values) => {
        const median = lowerMedian(values);
        const mad = lowerMedian(values.map((value) => Math.abs(value - median)));
        expect(spread(values)).toEqual({ median, mad });
      }),
    );
  });

  it('are robust against outliers', () => {
    expect(spread([1, 2, 3, 4, 5])).toEqual({ median: 3, mad: 1 });
    expect(spread([1, 2, 3, 50, 50])).toEqual({ median: 3, mad: 2 });
  });

  it('are correct at both ends and for a single value', () => {
    expect(spread([-50, -50, -50])).toEqual({ median: -50, mad: 0 });
    expect(spread([50])).toEqual({ median: 50, mad: 0 });
    expect(spread([-50, 50, 50])).toEqual({ median: 50, mad: 0 });
  });

  it('are 0 without values', () => {
    expect(spread([])).toEqual({ median: 0, mad: 0 });
  });
});
