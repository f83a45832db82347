import { BLOCK } from './blocks.ts';
import type { Mask } from './mask.ts';
import { MARKED, SURE } from './region-sum.ts';
import { type Columns, createColumns, fillColumns, LEVEL } from './smoothing.ts';
import type { Survey } from './survey.ts';

/** So many standard deviations of the smoothed noise make a region, and so many belong to one. */
const SURE_SIGMAS = 6.5;
const MARKED_SIGMAS = 2.5;
/** And this part of what JPEG may do. */
const MARKED_TOLERANCE = 0.4;

/** Pixels of a row, from `start` up to `end`, and what their smoothed differences have to be beyond, as sums over nine pixels. */
interface Run {
  readonly start: number;
  readonly end: number;
  readonly centre: number;
  readonly marked: number;
  readonly sure: number;
}

/** A mark for each pixel; undefined where there is no sure one. */
export function marksOf(width: number, found: Survey, mask?: Mask): Uint8Array | undefined {
  const { lightness, centre, sigma, tolerance } = found;
  const height = lightness.length / width;
  const marks = new Uint8Array(lightness.length);
  const columns = createColumns(width);
  let anySure = false;
  for (let y = 0; y < height; y++) {
    fillColumns(columns, lightness, y);
    const row = marks.subarray(y * width, (y + 1) * width);
    let block = Math.floor(y / BLOCK) * Math.ceil(width / BLOCK);
    for (let start = 0; start < width; start += BLOCK, block++) {
      const end = Math.min(start + BLOCK, width);
      if (tolerance.recoloured[block] === 1) {
        row.fill(SURE, start, end);
        anySure = true;
        continue;
      }
      const allowed = (tolerance.lightness[block] as number) * LEVEL;
      const marked = Math.max(MARKED_SIGMAS * sigma, MARKED_TOLERANCE * allowed);
      const run = { start, end, centre, marked, sure: Math.max(SURE_SIGMAS * sigma, allowed) };
      const isWithin = columns.tall === 3 && start > 0 && end < width;
      if (isWithin ? markWithin(columns, run, row) : markAtBorder(columns, run, row)) anySure = true;
    }
  }
  if (!anySure) return undefined;
  if (mask !== undefined) hide(marks, mask.looked);
  return marks;
}

/** Marks a run of which each pixel has all its neighbours; whether one is sure. */
function markWithin({ sums }: Columns, { start, end, centre, marked, sure }: Run, marks: Uint8Array): boolean {
  let anySure = false;
  for (let x = start; x < end; x++) {
    const sum = (sums[x] as number) + (sums[x + 1] as number) + (sums[x + 2] as number) - centre;
    const size = sum < 0 ? -sum : sum;
    if (size <= marked) continue;
    marks[x] = size > sure ? SURE : MARKED;
    if (size > sure) anySure = true;
  }
  return anySure;
}

/** The same where some of the nine lie outside of the picture: the mean of fewer has more noise. */
function markAtBorder({ sums, tall }: Columns, { start, end, centre, marked, sure }: Run, marks: Uint8Array): boolean {
  let anySure = false;
  for (let x = start; x < end; x++) {
    const wide = 3 - (x === 0 ? 1 : 0) - (x === marks.length - 1 ? 1 : 0);
    const pixels = tall * wide;
    const sum = (sums[x] as number) + (sums[x + 1] as number) + (sums[x + 2] as number);
    const size = Math.abs((sum * 9) / pixels - centre) * Math.sqrt(pixels / 9);
    if (size <= marked) continue;
    marks[x] = size > sure ? SURE : MARKED;
    if (size > sure) anySure = true;
  }
  return anySure;
}

function hide(marks: Uint8Array, looked: Uint8Array): void {
  for (let pixel = 0; pixel < marks.length; pixel++) {
    if (looked[pixel] === 0) marks[pixel] = 0;
  }
}
