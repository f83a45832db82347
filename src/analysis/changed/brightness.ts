import { samplesPerLevel } from '../depth.ts';
import { differenceHistograms } from './difference-histograms.ts';
import { SIGMA_PER_MAD, spreadOf } from './histogram.ts';
import type { Pair } from './planes.ts';

/** The global brightness change and the noise of one channel, in the samples' unit. */
export interface Brightness {
  /** How much brighter the image is than the reference: the median difference, limited to ±MAX_OFFSET levels. */
  readonly offset: number;
  /** The standard deviation of a pixel's difference that is due to noise, estimated from the MAD. */
  readonly sigma: number;
}

/** A change of the whole picture's brightness by more levels is worth reporting. */
export const MAX_OFFSET = 24;
/** Noise is never more levels: a larger deviation means that most of the picture has changed. */
const MAX_SIGMA = 24;

/** Estimates the brightness of red, green and blue from every `step`-th row; the noise is at least `minSigma`. */
export function brightnessOf(
  { reference, image, mask }: Omit<Pair, 'offsets'>,
  step: number,
  minSigma: number,
): Brightness[] {
  const level = samplesPerLevel(image);
  return differenceHistograms(image)
    .channels(reference, image, step, mask)
    .map((channel) => {
      const { median, mad } = spreadOf(channel);
      return {
        offset: limitMagnitude(median, MAX_OFFSET * level),
        sigma: Math.min(Math.max(minSigma, SIGMA_PER_MAD * mad), MAX_SIGMA * level),
      };
    });
}

/** Limits a value to the range from -max to max. */
export function limitMagnitude(value: number, max: number): number {
  return Math.min(Math.max(value, -max), max);
}
