import type { Mask } from '../mask.ts';
import { type Bounds, bands } from './bands.ts';
import { BLOCK } from './blocks.ts';
import { MARKED, SURE } from './region-sum.ts';
import { LEVEL } from './smoothing.ts';
import type { Survey } from './survey.ts';

/** So many standard deviations of the smoothed noise make a region, and so many belong to one. */
const SURE_SIGMAS = 6.5;
const MARKED_SIGMAS = 2.5;
/** And this part of what JPEG may do. */
const MARKED_TOLERANCE = 0.4;

/** A plane of differences, and what they have to be beyond. */
interface Border {
  readonly lightness: Int16Array;
  readonly width: number;
  readonly height: number;
  readonly bounds: Bounds;
}

/** A mark for each pixel; undefined where there is no sure one. */
export function marksOf(width: number, found: Survey, mask?: Mask): Uint8Array | undefined {
  const { lightness } = found;
  const height = lightness.length / width;
  const marks = new Uint8Array(lightness.length);
  const bounds = boundsOf(found);
  let anySure = false;
  for (let band = 0; band * BLOCK < height; band++) {
    if (bands.mark(lightness, width, band, bounds, marks)) anySure = true;
  }
  const lastBlock = BLOCK * Math.floor((width - 1) / BLOCK);
  const border = { lightness, width, height, bounds };
  for (let y = 0; y < height; y++) {
    const isWhole = y === 0 || y === height - 1 || lastBlock === 0;
    if (markBorder(border, y, 0, isWhole ? width : BLOCK, marks)) anySure = true;
    if (!isWhole && markBorder(border, y, lastBlock, width, marks)) anySure = true;
  }
  if (!anySure) return undefined;
  if (mask !== undefined) hide(marks, mask.looked);
  return marks;
}

function boundsOf({ centre, sigma, tolerance }: Survey): Bounds {
  const marked = new Float64Array(tolerance.lightness.length);
  const sure = new Float64Array(marked.length);
  for (let block = 0; block < marked.length; block++) {
    const allowed = (tolerance.lightness[block] as number) * LEVEL;
    // Each pixel of a block whose colour has changed is sure.
    const isRecoloured = tolerance.recoloured[block] === 1;
    marked[block] = isRecoloured ? -1 : Math.max(MARKED_SIGMAS * sigma, MARKED_TOLERANCE * allowed);
    sure[block] = isRecoloured ? -1 : Math.max(SURE_SIGMAS * sigma, allowed);
  }
  return { centre, marked, sure };
}

/**
 * Marks the pixels of the row `y` from `start` up to `end`, of which some may have neighbours outside of the picture: the
 * mean of fewer than nine has more noise. Whether one is sure.
 */
function markBorder(border: Border, y: number, start: number, end: number, marks: Uint8Array): boolean {
  const { lightness, width, height, bounds } = border;
  const [top, bottom] = [Math.max(y - 1, 0), Math.min(y + 2, height)];
  const firstBlock = Math.floor(y / BLOCK) * Math.ceil(width / BLOCK);
  let anySure = false;
  for (let x = start; x < end; x++) {
    const [left, right] = [Math.max(x - 1, 0), Math.min(x + 2, width)];
    let sum = 0;
    for (let row = top; row < bottom; row++) {
      for (let at = row * width + left; at < row * width + right; at++) sum += lightness[at] as number;
    }
    const pixels = (bottom - top) * (right - left);
    const size = Math.abs((sum * 9) / pixels - bounds.centre) * Math.sqrt(pixels / 9);
    const block = firstBlock + Math.floor(x / BLOCK);
    if (size <= (bounds.marked[block] as number)) continue;
    const isSure = size > (bounds.sure[block] as number);
    marks[y * width + x] = isSure ? SURE : MARKED;
    if (isSure) anySure = true;
  }
  return anySure;
}

function hide(marks: Uint8Array, looked: Uint8Array): void {
  for (let pixel = 0; pixel < marks.length; pixel++) {
    if (looked[pixel] === 0) marks[pixel] = 0;
  }
}
