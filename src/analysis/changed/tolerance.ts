import { type BlockSums, dilate } from './blocks.ts';
import { PARTS_OF_LEVEL } from './lightness.ts';
import { createHistogram, SIGMAS_OF_MAD, spreadOf } from './noise.ts';

/**
 * What JPEG of quality 75 and better, 4:2:0, does to a picture, in levels; found with `npm run bench:rates`. It leaves the
 * mean of a block nearly alone: what it changes goes up and down within the block, and where much is changed, that much does.
 */
const JPEG = {
  /** So far may a smoothed pixel's lightness be off where nothing else is to be seen: as far as a faint star that was not kept. */
  quiet: 7,
  /** So many times the mean that the block's lightness goes up and down beyond the noise, and this at the most. */
  perRestless: 4,
  restless: 12,
  /**
   * So many times the mean that the colours differ by where levels are clipped, and this at the most: a colour that comes
   * back out of range is clipped, and so lighter or darker.
   */
  perColour: 1.2,
  colour: 40,
  /** So far may a block's mean colour be off; and so many times the mean that its colour goes up and down. */
  mean: 24,
  perMean: 2,
} as const;

/** White noise of which the mean of nine pixels has σ 1 has 3 in a pixel, a mean size of 2.4, and in a block more by chance. */
const RESTLESS_BY_NOISE = 3;
/** And if the mean of 64 has σ 1, 8 in a pixel, a mean size of 6.4, and more by chance. */
const NOISES_OF_COLOUR = 8;
const SIGMAS_OF_MEAN = 6.5;
/** Noise of σ 8, and all of it in the colours, leaves 2 levels in the mean of 64: more is no noise. */
const MAX_NOISE = 3;

/** What each block of two pictures may differ by without having changed. */
export interface Tolerance {
  /** A smoothed pixel's lightness, in levels. */
  readonly lightness: Float64Array;
  /** 1 where the block's mean colour differs by more than it may. */
  readonly recoloured: Uint8Array;
}

/** The three planes' differences; `pixels` in each block; `sigma`, the noise of a smoothed pixel's lightness in levels. */
export interface BlockDifferences {
  readonly lightness: BlockSums;
  readonly blue: BlockSums;
  readonly red: BlockSums;
  readonly pixels: Uint8Array;
  readonly across: number;
  /** Whether a level of either picture is at an end of its range. */
  isClipped(block: number): boolean;
}

export function toleranceOf(blocks: BlockDifferences, sigma: number): Tolerance {
  const { lightness, blue, red, pixels, across } = blocks;
  const light = restlessness(lightness, pixels, PARTS_OF_LEVEL);
  const [restlessBlue, restlessRed] = [restlessness(blue, pixels, 1), restlessness(red, pixels, 1)];
  const [meanBlue, meanRed] = [means(blue.signed, pixels), means(red.signed, pixels)];
  const noise = Math.min(Math.max(noiseOf(meanBlue), noiseOf(meanRed)), MAX_NOISE);

  const differs = (mean: number, restless: number) =>
    Math.abs(mean) > Math.max(JPEG.mean + JPEG.perMean * restless, SIGMAS_OF_MEAN * noise);
  const recoloured = new Uint8Array(pixels.length);
  const colour = new Float64Array(pixels.length);
  for (let block = 0; block < pixels.length; block++) {
    const isBlue = differs(meanBlue[block] as number, restlessBlue[block] as number);
    if (isBlue || differs(meanRed[block] as number, restlessRed[block] as number)) recoloured[block] = 1;
    const size = Math.max(blue.sizes[block] as number, red.sizes[block] as number) / (pixels[block] as number);
    const beyondNoise = size - NOISES_OF_COLOUR * noise;
    if (beyondNoise > 0 && blocks.isClipped(block)) colour[block] = beyondNoise;
  }
  // The blocks of JPEG's colours are 16 × 16, and a decoder smooths over their edges.
  dilate(light, across);
  dilate(colour, across);
  const allowed = light.map((restless, block) => {
    const byLight = JPEG.perRestless * Math.max(0, restless - RESTLESS_BY_NOISE * sigma);
    const byColour = JPEG.perColour * (colour[block] as number);
    return Math.min(JPEG.quiet + byLight, JPEG.restless) + Math.min(byColour, JPEG.colour);
  });
  return { lightness: allowed, recoloured };
}

/** The mean by which the differences in each block go up and down: their sizes' mean less their mean's size. */
function restlessness({ signed, sizes }: BlockSums, pixels: Uint8Array, parts: number): Float64Array {
  const restless = new Float64Array(pixels.length);
  for (let block = 0; block < restless.length; block++) {
    const upAndDown = (sizes[block] as number) - Math.abs(signed[block] as number);
    restless[block] = upAndDown / (parts * (pixels[block] as number));
  }
  return restless;
}

function means(sums: Int32Array, pixels: Uint8Array): Float64Array {
  const mean = new Float64Array(sums.length);
  for (let block = 0; block < mean.length; block++) mean[block] = (sums[block] as number) / (pixels[block] as number);
  return mean;
}

/** The standard deviation of the blocks' means, in levels, to a 16th. */
function noiseOf(values: Float64Array): number {
  const { least, counts } = createHistogram(-510 * 16, 510 * 16);
  for (const value of values) (counts[Math.round(value * 16) - least] as number)++;
  return (SIGMAS_OF_MAD * spreadOf({ least, counts }).mad) / 16;
}
