import { addRow, BLOCK, createBlockSums, isClipped, pixelsOfBlocks } from './blocks.ts';
import { bounded } from './brightness.ts';
import { createHistogram, type Histogram, SIGMAS_OF_MAD, spreadOf } from './noise.ts';
import { fillPlanes, type Pair } from './planes.ts';
import { createColumns, fillColumns, LEVEL } from './smoothing.ts';
import { type Tolerance, toleranceOf } from './tolerance.ts';

/** A bin of the smoothed differences is an 18th of a level. */
const BIN = 32;
const MOST = Math.ceil((255 * LEVEL) / BIN);
/** A pixel's noise is taken to be a level at least, and so a third of one in the mean of nine. */
const LEAST_SIGMA = LEVEL / 3;
/**
 * Noise of σ 8 that is the same in all channels of both pictures leaves 3.8 levels in the mean of nine. Where there is more,
 * and where the middle is further off than rounding puts it, most of the picture has changed.
 */
const MOST_SIGMA = 5 * LEVEL;
const MOST_CENTRE = 2 * LEVEL;

/** What two pictures differ by where nothing has changed. */
export interface Survey {
  /** The differences of lightness beyond the offset, in 64ths of a level. */
  readonly lightness: Int16Array;
  /** Of them smoothed, as sums over nine pixels: the median and the standard deviation. */
  readonly centre: number;
  readonly sigma: number;
  readonly tolerance: Tolerance;
}

/** One pass over two pictures; the noise is that of every `step`-th row. */
export function survey(pair: Pair, step: number): Survey {
  const { width, height } = pair.image;
  const across = Math.ceil(width / BLOCK);
  const sums = () => createBlockSums(width, height);
  const blocks = {
    lightness: sums(),
    blue: sums(),
    red: sums(),
    pixels: pixelsOfBlocks(width, height),
    across,
    isClipped: (block: number) => isClipped(pair.reference, block) || isClipped(pair.image, block),
  };
  const plane = new Int16Array(width * height);
  const [blue, red] = [new Int16Array(width), new Int16Array(width)];
  for (let y = 0; y < height; y++) {
    const lightness = plane.subarray(y * width, (y + 1) * width);
    fillPlanes(pair, y, { lightness, blue, red });
    const first = Math.floor(y / BLOCK) * across;
    addRow(blocks.lightness, first, lightness);
    addRow(blocks.blue, first, blue);
    addRow(blocks.red, first, red);
  }

  const smoothed = createHistogram(-MOST, MOST);
  const columns = createColumns(width);
  // Pixels at the border have other noise.
  for (let y = step; y < height - 1; y += step) {
    fillColumns(columns, plane, y);
    count(columns.sums, pair.mask?.looked.subarray(y * width, (y + 1) * width), smoothed);
  }
  const { median, mad } = spreadOf(smoothed);
  const sigma = Math.min(Math.max(SIGMAS_OF_MAD * mad * BIN, LEAST_SIGMA), MOST_SIGMA);
  return {
    lightness: plane,
    centre: bounded(median * BIN, MOST_CENTRE),
    sigma,
    tolerance: toleranceOf(blocks, sigma / LEVEL),
  };
}

function count(sums: Int32Array, looked: Uint8Array | undefined, { counts }: Histogram): void {
  for (let x = 1; x < sums.length - 3; x++) {
    if (looked !== undefined && looked[x] === 0) continue;
    const sum = (sums[x] as number) + (sums[x + 1] as number) + (sums[x + 2] as number);
    // To the nearest bin.
    (counts[((sum + MOST * BIN + BIN / 2) / BIN) | 0] as number)++;
  }
}
