import { bands } from './bands.ts';
import { BLOCK, createBlockSums, isClipped, pixelsOfBlocks } from './blocks.ts';
import { bounded } from './brightness.ts';
import { counts } from './counts.ts';
import { SIGMAS_OF_MAD, spreadOf } from './noise.ts';
import type { Pair } from './planes.ts';
import { BIN, LEVEL } from './smoothing.ts';
import { type Tolerance, toleranceOf } from './tolerance.ts';

/** A pixel's noise is taken to be a level at least, and so a third of one in the mean of nine. */
const MIN_SIGMA = LEVEL / 3;

/**
 * Noise of σ 8 that is the same in all channels of both pictures leaves 3.8 levels in the mean of nine. Where there is more,
 * and where the middle is further off than rounding puts it, most of the picture has changed.
 */
const MAX_SIGMA = 5 * LEVEL;
const MAX_CENTRE = 2 * LEVEL;

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
  const sums = () => createBlockSums(width, height);
  const planes = { lightness: sums(), blue: sums(), red: sums() };
  const plane = new Int16Array(width * height);
  for (let band = 0; band * BLOCK < height; band++) bands.survey(pair, band, plane, planes);
  const blocks = {
    ...planes,
    pixels: pixelsOfBlocks(width, height),
    across: Math.ceil(width / BLOCK),
    isClipped: (block: number) => isClipped(pair.reference, block) || isClipped(pair.image, block),
  };

  const { median, mad } = spreadOf(counts.smoothed(plane, width, step, pair.mask));
  const sigma = Math.min(Math.max(SIGMAS_OF_MAD * mad * BIN, MIN_SIGMA), MAX_SIGMA);
  return {
    lightness: plane,
    centre: bounded(median * BIN, MAX_CENTRE),
    sigma,
    tolerance: toleranceOf(blocks, sigma / LEVEL),
  };
}
