import { bands } from './bands.ts';
import { BLOCK, createBlockSums, isClipped, pixelsOfBlocks } from './blocks.ts';
import { limitMagnitude } from './brightness.ts';
import { differenceHistograms } from './difference-histograms.ts';
import { SIGMA_PER_MAD, spreadOf } from './histogram.ts';
import type { Pair } from './planes.ts';
import { BIN, LEVEL } from './smoothing.ts';
import { type Tolerance, toleranceOf } from './tolerance.ts';

/** The noise of a pixel is assumed to be at least one level, which is a third of a level in a 3 × 3 mean. */
const MIN_SIGMA = LEVEL / 3;

/**
 * Upper limits of what noise can do: σ 8, equal in all channels of both pictures, leaves 3.8 levels in a 3 × 3 mean.
 * Larger values, or a centre further off than rounding explains, mean that most of the picture has changed.
 */
const MAX_SIGMA = 5 * LEVEL;
const MAX_CENTRE = 2 * LEVEL;

/** How much two pictures differ where nothing has changed. */
export interface NoiseModel {
  /** The differences of the luma after the brightness offset is removed, in 64ths of a level. */
  readonly luma: Int16Array;
  /** The median and the standard deviation of their 3 × 3 sums. */
  readonly centre: number;
  readonly sigma: number;
  readonly tolerance: Tolerance;
}

/** Computes the luma differences and the noise model in one pass. The noise is estimated from every `step`-th row. */
export function createNoiseModel(pair: Pair, step: number): NoiseModel {
  const { width, height } = pair.image;
  const sums = () => createBlockSums(width, height);
  const planes = { luma: sums(), blue: sums(), red: sums() };
  const plane = new Int16Array(width * height);
  for (let band = 0; band * BLOCK < height; band++) bands().subtract(pair, band, plane, planes);
  const blocks = {
    ...planes,
    pixels: pixelsOfBlocks(width, height),
    across: Math.ceil(width / BLOCK),
    isClipped: (block: number) => isClipped(pair.reference, block) || isClipped(pair.image, block),
  };

  const { median, mad } = spreadOf(differenceHistograms().smoothed(plane, width, step, pair.mask));
  const sigma = Math.min(Math.max(SIGMA_PER_MAD * mad * BIN, MIN_SIGMA), MAX_SIGMA);
  return {
    luma: plane,
    centre: limitMagnitude(median * BIN, MAX_CENTRE),
    sigma,
    tolerance: toleranceOf(blocks, sigma / LEVEL),
  };
}
