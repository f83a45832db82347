import { BLOCK, type BlockSums, dilate } from './blocks.ts';
import { createHistogram, SIGMA_PER_MAD, spreadOf } from './histogram.ts';
import { LUMA_PER_SAMPLE } from './planes.ts';

/**
 * The errors of JPEG at quality 75 and above with 4:2:0 subsampling, in levels; determined with `npm run bench:rates`.
 * JPEG hardly changes the mean of a block. Its errors oscillate within the block, in proportion to the block's
 * activity: the mean magnitude of the differences minus the magnitude of their mean.
 */
const JPEG = {
  /** The error of a smoothed pixel's luma in a flat block: that of a faint star that the encoder dropped. */
  flat: 7,
  /** The error per level of luma activity above the noise, and its maximum. */
  perActivity: 4,
  active: 12,
  /**
   * The error per level of mean chroma difference in a block with clipped levels, and its maximum: a decoded colour
   * that is out of range is clipped, which makes it lighter or darker.
   */
  perColour: 1.2,
  colour: 40,
  /** The error of a block's mean chroma, and that per level of chroma activity. */
  mean: 24,
  meanPerActivity: 2,
} as const;

/**
 * The luma activity of white noise, per σ of a 3 × 3 mean: σ 1 there is σ 3 in a pixel, a mean magnitude of 2.4, and in
 * a single block more by chance.
 */
const ACTIVITY_PER_SIGMA = 3;
/** The same for chroma, per σ of the mean of a block: σ 1 there is σ 8 in a pixel, a mean magnitude of 6.4. */
const CHROMA_ACTIVITY_PER_SIGMA = 8;
const MEAN_SIGMAS = 6.5;
/** The noise of a block's mean per activity if it is that of a few bright pixels, times `MEAN_SIGMAS`. */
const FINE_MEAN_PER_ACTIVITY = 2;
/** Noise of σ 8 that is all chroma leaves 2 levels in the mean of a block; more than this is not noise. */
const MAX_NOISE = 3;

/** How much each block of two pictures may differ although nothing has changed. */
export interface Tolerance {
  /** In the luma of a smoothed pixel, in levels. */
  readonly luma: Float64Array;
  /** 1 where the block's mean chroma differs by more than JPEG and noise explain. */
  readonly recoloured: Uint8Array;
}

/** The differences in the three planes, by block, in the units of these planes. */
export interface BlockDifferences {
  /** The samples' units in one level. */
  readonly level: number;
  readonly luma: BlockSums;
  readonly blue: BlockSums;
  readonly red: BlockSums;
  /** The number of pixels in each block. */
  readonly pixels: Uint8Array;
  /** The number of blocks in a row. */
  readonly across: number;
  /** Whether either picture has a clipped level in the block. */
  isClipped(block: number): boolean;
}

/** Computes the tolerance of each block. `sigma` is the noise of a smoothed pixel's luma, in levels. */
export function toleranceOf(blocks: BlockDifferences, sigma: number): Tolerance {
  const { luma, blue, red, pixels, across, level } = blocks;
  const lumaActivity = activityOf(luma, pixels, LUMA_PER_SAMPLE * level);
  const [blueActivity, redActivity] = [activityOf(blue, pixels, level), activityOf(red, pixels, level)];
  const [meanBlue, meanRed] = [means(blue.signed, pixels, level), means(red.signed, pixels, level)];
  const noise = Math.min(Math.max(noiseOf(meanBlue), noiseOf(meanRed)), MAX_NOISE);

  const differs = (mean: number, activity: number) =>
    Math.abs(mean) > Math.max(JPEG.mean + JPEG.meanPerActivity * activity, MEAN_SIGMAS * noise);
  const recoloured = new Uint8Array(pixels.length);
  const colour = new Float64Array(pixels.length);
  for (let block = 0; block < pixels.length; block++) {
    const isBlue = differs(meanBlue[block] as number, blueActivity[block] as number);
    if (isBlue || differs(meanRed[block] as number, redActivity[block] as number)) recoloured[block] = 1;
    const magnitude =
      Math.max(blue.magnitudes[block] as number, red.magnitudes[block] as number) / (level * (pixels[block] as number));
    const beyondNoise = magnitude - CHROMA_ACTIVITY_PER_SIGMA * noise;
    if (beyondNoise > 0 && blocks.isClipped(block)) colour[block] = beyondNoise;
  }
  // With 4:2:0 a chroma block covers 16 × 16 pixels, and decoders interpolate across its edges.
  dilate(lumaActivity, across);
  dilate(colour, across);
  const allowed = lumaActivity.map((activity, block) => {
    const byActivity = JPEG.perActivity * Math.max(0, activity - ACTIVITY_PER_SIGMA * sigma);
    const byColour = JPEG.perColour * (colour[block] as number);
    return Math.min(JPEG.flat + byActivity, JPEG.active) + Math.min(byColour, JPEG.colour);
  });
  return { luma: allowed, recoloured };
}

/**
 * The tolerance of pictures that cannot have been JPEGs: noise alone, in the colours of blocks too. `minSigma` is the
 * least noise of a pixel, in levels.
 */
export function fineToleranceOf({ blue, red, pixels, level }: BlockDifferences, minSigma: number): Tolerance {
  const recoloured = new Uint8Array(pixels.length);
  for (const sums of [blue, red]) {
    const activity = activityOf(sums, pixels, level);
    const mean = means(sums.signed, pixels, level);
    const noise = Math.max(fineNoiseOf(mean), minSigma / BLOCK);
    mean.forEach((value, block) => {
      if (Math.abs(value) > Math.max(MEAN_SIGMAS * noise, FINE_MEAN_PER_ACTIVITY * (activity[block] as number)))
        recoloured[block] = 1;
    });
  }
  return { luma: new Float64Array(pixels.length), recoloured };
}

/** The activity of each block, in levels (see `JPEG`); a level is `unitsPerLevel` in the plane. */
function activityOf({ signed, magnitudes }: BlockSums, pixels: Uint8Array, unitsPerLevel: number): Float64Array {
  const activity = new Float64Array(pixels.length);
  for (let block = 0; block < activity.length; block++) {
    const total = (magnitudes[block] as number) - Math.abs(signed[block] as number);
    activity[block] = total / (unitsPerLevel * (pixels[block] as number));
  }
  return activity;
}

function means(sums: Int32Array, pixels: Uint8Array, unitsPerLevel: number): Float64Array {
  const mean = new Float64Array(sums.length);
  for (let block = 0; block < mean.length; block++) {
    mean[block] = (sums[block] as number) / (unitsPerLevel * (pixels[block] as number));
  }
  return mean;
}

/** The standard deviation of the block means, in levels, estimated from their MAD; precise to a 16th. */
function noiseOf(values: Float64Array): number {
  const { min, counts } = createHistogram(-510 * 16, 510 * 16);
  for (const value of values) (counts[Math.round(value * 16) - min] as number)++;
  return (SIGMA_PER_MAD * spreadOf({ min, counts }).mad) / 16;
}

/** The same without rounding, by sorting. */
function fineNoiseOf(values: Float64Array): number {
  const middle = (sorted: Float64Array) => sorted[Math.ceil(sorted.length / 2) - 1] ?? 0;
  const median = middle(values.toSorted());
  return SIGMA_PER_MAD * middle(values.map((value) => Math.abs(value - median)).sort());
}
