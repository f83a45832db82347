import type { Region } from '../../base/region.ts';
import { createRegionAccumulator, type RegionAccumulator, type Signal } from './region-accumulator.ts';

/** Finds the regions of a picture whose rows are given one by one, from the top. */
export interface RegionFinder {
  /** Takes the marks of the next row. */
  row(marks: Uint8Array): void;
  /**
   * After the last row: the regions that are large enough and have a strong pixel, by descending signal-to-noise ratio.
   */
  finish(): Region[];
}

/** The runs of marked pixels of a row, from the left, and the region of each. */
interface Runs {
  count: number;
  readonly starts: Int32Array;
  /** Exclusive. */
  readonly ends: Int32Array;
  readonly regions: RegionAccumulator[];
}

/**
 * Finds the 8-connected components of at least `minArea` weak or strong pixels. Runs are labelled and equivalent labels merged
 * as in the two-pass algorithm of Rosenfeld & Pfaltz (1966). The statistics are accumulated with the labels, so that
 * there is no second pass: memory holds two rows of runs and the regions.
 */
export function createRegionFinder(width: number, minArea: number, signal: Signal): RegionFinder {
  const regions: Region[] = [];
  let above = createRuns(width);
  let current = createRuns(width);
  let y = 0;

  /** Closes the regions that have no run in this row. */
  function close(): void {
    for (let run = 0; run < above.count; run++) {
      const region = rootOf(above.regions[run] as RegionAccumulator);
      if (region.lastRow === y || region.isClosed) continue;
      region.isClosed = true;
      if (region.isStrong && region.area >= minArea) regions.push(region.region());
    }
  }

  function row(marks: Uint8Array): void {
    current.count = 0;
    let candidate = 0;
    for (let x = 0; x < width; x++) {
      // Most pixels have no mark: skip them eight at a time.
      while (x + 8 <= width && isEmpty(marks, x)) x += 8;
      if (x === width) break;
      if (marks[x] === 0) continue;
      const start = x;
      while (x < width && marks[x] !== 0) x++;

      // The runs above that touch this one, corners included.
      let region: RegionAccumulator | undefined;
      while (candidate < above.count && (above.ends[candidate] as number) < start) candidate++;
      for (let run = candidate; run < above.count && (above.starts[run] as number) <= x; run++) {
        const touched = rootOf(above.regions[run] as RegionAccumulator);
        if (region === undefined) region = touched;
        else if (region !== touched) region.merge(touched);
      }
      region ??= createRegionAccumulator(signal);
      region.add(marks, start, x, y);
      current.starts[current.count] = start;
      current.ends[current.count] = x;
      current.regions[current.count] = region;
      current.count++;
    }
    close();
    [above, current] = [current, above];
    y++;
  }

  return {
    row,
    finish() {
      close();
      return regions.sort((a, b) => b.snr - a.snr);
    },
  };
}

/** Whether the eight pixels from `x` are all unmarked. */
function isEmpty(marks: Uint8Array, x: number): boolean {
  const first = (marks[x] as number) | (marks[x + 1] as number) | (marks[x + 2] as number) | (marks[x + 3] as number);
  if (first !== 0) return false;
  return (
    ((marks[x + 4] as number) | (marks[x + 5] as number) | (marks[x + 6] as number) | (marks[x + 7] as number)) === 0
  );
}

function createRuns(width: number): Runs {
  const maxRuns = Math.ceil(width / 2);
  return { count: 0, starts: new Int32Array(maxRuns), ends: new Int32Array(maxRuns), regions: [] };
}

function rootOf(region: RegionAccumulator): RegionAccumulator {
  let root = region;
  while (root.parent !== undefined) root = root.parent;
  // Path compression: the next lookup takes one step.
  if (root !== region) region.parent = root;
  return root;
}
