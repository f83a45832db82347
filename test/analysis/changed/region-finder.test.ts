import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createRegionFinder } from '../../../src/analysis/changed/region-finder.ts';
import type { Region } from '../../../src/base/region.ts';

interface Case {
  readonly width: number;
  readonly marks: readonly string[];
  readonly differences: readonly (readonly number[])[];
  readonly regions: readonly {
    readonly box: readonly [number, number, number, number];
    readonly area: number;
    readonly sum: number;
    readonly peak: number;
    readonly centroid: readonly [number, number] | null;
  }[];
}

/** Calculated with SciPy: test/fixtures/regions/make.py. */
const { cases } = JSON.parse(readFileSync(new URL('../../fixtures/regions/regions.json', import.meta.url), 'utf8')) as {
  cases: Case[];
};

/** Regions of marks given as text: 0 or a space, 1 and 2. The difference is 10 in red and 0 in the other channels. */
function regionsOf(text: readonly string[], leastArea = 1, differences?: Case['differences']): Region[] {
  const width = (text[0] as string).length;
  const finder = createRegionFinder(width, leastArea, {
    sigmas: [2, 3, 4],
    difference: (x, y, channel) => (channel === 0 ? (differences?.[y]?.[x] ?? 10) : 0),
  });
  for (const row of text) finder.row(Uint8Array.from(row, Number));
  return finder.finish();
}

const areas = (text: readonly string[], leastArea?: number) => regionsOf(text, leastArea).map(({ area }) => area);
const sortKey = (box: readonly number[]) => box.map((n) => String(n).padStart(4)).join();

describe('regions', () => {
  it.each(cases.map((each, n) => [n, each] as const))('are the same as with SciPy: %i', (_, each) => {
    const strong = each.marks.map((row) => row.replaceAll('1', '2'));
    const found = regionsOf(strong, 1, each.differences).map((region) => ({
      box: Object.values(region.box),
      area: region.area,
      sum: region.sum,
      peak: Math.abs(region.peak),
      x: region.centroid.x,
      y: region.centroid.y,
    }));
    const expected = [...each.regions].sort((a, b) => sortKey(a.box).localeCompare(sortKey(b.box)));
    found.sort((a, b) => sortKey(a.box).localeCompare(sortKey(b.box)));
    expect(found.length).toBe(expected.length);
    for (const [n, region] of found.entries()) {
      const { centroid, ...rest } = expected[n] as Case['regions'][number];
      expect(region).toMatchObject(rest);
      if (centroid === null) continue;
      expect(region.x).toBeCloseTo(centroid[0], 9);
      expect(region.y).toBeCloseTo(centroid[1], 9);
    }
  });

  it('include pixels that touch at corners', () => {
    expect(areas(['20002', '01010', '00100', '01010', '10002'])).toEqual([9]);
  });

  it('that join in a later row are merged', () => {
    expect(areas(['10101012', '10101010', '11111110'])).toEqual([16]);
    expect(areas(['2000002', '0100010', '0010100', '0001000'])).toEqual([7]);
  });

  it('need a strong pixel and the minimum area', () => {
    expect(areas(['1110222', '1110222', '1110222'], 9)).toEqual([9]);
    expect(areas(['2220222', '2220222', '2220220'], 9)).toEqual([9]);
  });

  it('report the channel in which they differ most, with its sign and noise', () => {
    const finder = createRegionFinder(2, 1, {
      sigmas: [2, 3, 4],
      difference: (x, _, channel) => [5, x === 0 ? -30 : -10, 20 - 20 * x][channel] as number,
    });
    finder.row(Uint8Array.of(2, 1));
    const [region] = finder.finish();
    // Green: -40 in two pixels of σ 3. Weights 55 and 15.
    expect(region).toMatchObject({ area: 2, sum: -40, peak: -30, box: { x: 0, y: 0, width: 2, height: 1 } });
    expect(region?.snr).toBeCloseTo(40 / (3 * Math.SQRT2), 12);
    expect(region?.centroid.x).toBeCloseTo(15 / 70, 12);
  });

  it('are ordered by descending signal-to-noise ratio', () => {
    expect(areas(['2202222', '2200022'])).toEqual([6, 4]);
  });

  it('without any difference have the centre of their box as centroid', () => {
    const zero = [[0, 0, 0]];
    expect(regionsOf(['222'], 1, zero)[0]).toMatchObject({ sum: 0, snr: 0, centroid: { x: 1, y: 0 } });
  });
});
