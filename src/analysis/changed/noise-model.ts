import { samplesPerLevel } from '../depth.ts';
import { bands } from './bands.ts';
import { BLOCK, createBlockSums, isClipped, pixelsOfBlocks } from './blocks.ts';
import { limitMagnitude } from './brightness.ts';
import { differenceHistograms } from './difference-histograms.ts';
import { SIGMA_PER_MAD, spreadOf } from './histogram.ts';
import { createPhotonNoise, type PhotonNoise } from './photon-noise.ts';
import { createPlane, type Pair, type Plane } from './planes.ts';
import { BIN, SUM_PER_SAMPLE } from './smoothing.ts';
import { fineToleranceOf, type Tolerance, toleranceOf } from './tolerance.ts';

/**
 * Upper limits of what noise can do, in levels: σ 8, equal in all channels of both pictures, leaves 3.8 levels in a 3 × 3 mean.
 * Larger values, or a centre further off than rounding explains, mean that most of the picture has changed.
 */
const MAX_SIGMA = 5;
const MAX_CENTRE = 2;

/** How much two pictures differ where nothing has changed. */
export interface NoiseModel {
  /** The differences of the luma after the brightness offset is removed, in 64ths of a sample's unit. */
  readonly luma: Plane;
  /** One level of a 3 × 3 mean, expressed as the sum over the nine pixels. */
  readonly level: number;
  /** The median and the standard deviation of the 3 × 3 sums. */
  readonly centre: number;
  readonly sigma: number;
  readonly tolerance: Tolerance;
  /** Noise beyond that of the background. */
  readonly photons?: PhotonNoise | undefined;
}

/** What the noise of two pictures is estimated by. */
export interface NoiseOptions {
  /** It is estimated from every so many rows. */
  readonly step: number;
  /** The noise of a pixel is assumed to be at least this, in the samples' unit; a third of it in a 3 × 3 mean. */
  readonly minSigma: number;
  /** Whether neither picture can have been a JPEG. */
  readonly isFine: boolean;
}

/** Computes the luma differences and the noise model in one pass. */
export function createNoiseModel(pair: Pair, { step, minSigma, isFine }: NoiseOptions): NoiseModel {
  const { width, height } = pair.image;
  const sums = () => createBlockSums(width, height);
  const planes = { luma: sums(), blue: sums(), red: sums() };
  const plane = createPlane(pair.image, width * height);
  for (let band = 0; band * BLOCK < height; band++) bands(plane).subtract(pair, band, plane, planes);
  const blocks = {
    ...planes,
    level: samplesPerLevel(pair.image),
    pixels: pixelsOfBlocks(width, height),
    across: Math.ceil(width / BLOCK),
    isClipped: (block: number) => isClipped(pair.reference, block) || isClipped(pair.image, block),
  };

  const { median, mad } = spreadOf(differenceHistograms(pair.image).smoothed(plane, width, step, pair.mask));
  const level = SUM_PER_SAMPLE * blocks.level;
  const sigma = Math.min(Math.max(SIGMA_PER_MAD * mad * BIN, (minSigma * SUM_PER_SAMPLE) / 3), MAX_SIGMA * level);
  return {
    luma: plane,
    level,
    centre: limitMagnitude(median * BIN, MAX_CENTRE * level),
    sigma,
    ...(isFine
      ? {
          tolerance: fineToleranceOf(blocks, minSigma / blocks.level),
          photons: createPhotonNoise(pair, { luma: plane, sigma, step }),
        }
      : { tolerance: toleranceOf(blocks, sigma / level) }),
  };
}
