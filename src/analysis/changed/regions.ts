import type { Region } from '../region.ts';
import { createRegionSum, type RegionSum, type Signal } from './region-sum.ts';

/** Finds regions while the rows of a picture pass, from the top. */
export interface RegionFinder {
  /** The next row: a mark for each pixel. */
  row(marks: Uint8Array): void;
  /** After the last: the regions that hold a sure pixel and are large enough, the one with the most signal to noise first. */
  finish(): Region[];
}

/** The runs of marked pixels in a row, from the left, and the region of which each is a part. */
interface Runs {
  count: number;
  readonly starts: Int32Array;
  /** Past their last pixels. */
  readonly ends: Int32Array;
  readonly sums: RegionSum[];
}

/**
 * What hangs together by sides or corners (8-connected) is a region. Runs are labelled and labels united as in the
 * two-pass algorithm of Rosenfeld & Pfaltz (1966), but what the second pass would gather is gathered with the label: each
 * pixel is looked at once, and what is kept is two rows and the regions.
 */
export function createRegionFinder(width: number, leastArea: number, signal: Signal): RegionFinder {
  const regions: Region[] = [];
  let above = createRuns(width);
  let here = createRuns(width);
  let y = 0;

  /** The regions that end above this row: no run here is a part of them. */
  function close(): void {
    for (let run = 0; run < above.count; run++) {
      const sum = rootOf(above.sums[run] as RegionSum);
      if (sum.lastRow === y || sum.isClosed) continue;
      sum.isClosed = true;
      if (sum.isSure && sum.area >= leastArea) regions.push(sum.region());
    }
  }

  function row(marks: Uint8Array): void {
    here.count = 0;
    let candidate = 0;
    for (let x = 0; x < width; x++) {
      // Most pixels have no mark: they are passed by eights.
      while (x + 8 <= width && isEmpty(marks, x)) x += 8;
      if (x === width) break;
      if (marks[x] === 0) continue;
      const start = x;
      while (x < width && marks[x] !== 0) x++;

      // The runs above that reach from the pixel left of its start to the one right of its end.
      let sum: RegionSum | undefined;
      while (candidate < above.count && (above.ends[candidate] as number) < start) candidate++;
      for (let run = candidate; run < above.count && (above.starts[run] as number) <= x; run++) {
        const touched = rootOf(above.sums[run] as RegionSum);
        if (sum === undefined) sum = touched;
        else if (sum !== touched) sum.take(touched);
      }
      sum ??= createRegionSum(signal);
      sum.add(marks, start, x, y);
      here.starts[here.count] = start;
      here.ends[here.count] = x;
      here.sums[here.count] = sum;
      here.count++;
    }
    close();
    [above, here] = [here, above];
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

/** Whether the eight pixels from `x` have no mark. */
function isEmpty(marks: Uint8Array, x: number): boolean {
  const first = (marks[x] as number) | (marks[x + 1] as number) | (marks[x + 2] as number) | (marks[x + 3] as number);
  if (first !== 0) return false;
  return (
    ((marks[x + 4] as number) | (marks[x + 5] as number) | (marks[x + 6] as number) | (marks[x + 7] as number)) === 0
  );
}

function createRuns(width: number): Runs {
  const most = Math.ceil(width / 2);
  return { count: 0, starts: new Int32Array(most), ends: new Int32Array(most), sums: [] };
}

function rootOf(sum: RegionSum): RegionSum {
  let root = sum;
  while (root.into !== undefined) root = root.into;
  // Whoever asks again finds it at once.
  if (root !== sum) sum.into = root;
  return root;
}
