import type { Mask } from '../mask.ts';
import type { Pixels } from '../pixels.ts';
import { differenceHistograms } from './difference-histograms.ts';
import { SIGMA_PER_MAD, spreadOf } from './histogram.ts';

/** The global brightness change and the noise of one channel, in levels. */
export interface Brightness {
  /** How much brighter the image is than the reference: the median difference, limited to ±MAX_OFFSET. */
  readonly offset: number;
  /** The standard deviation of a pixel's difference that is due to noise, estimated from the MAD; at least 1. */
  readonly sigma: number;
}

/** A larger change of the whole picture's brightness is worth reporting. */
export const MAX_OFFSET = 24;
/** Noise is never larger: a larger deviation means that most of the picture has changed. */
const MAX_SIGMA = 24;

/** Estimates the brightness of red, green and blue from every `step`-th row. */
export function brightnessOf(reference: Pixels, image: Pixels, step: number, mask?: Mask): Brightness[] {
  return differenceHistograms()
    .channels(reference, image, step, mask)
    .map((channel) => {
      const { median, mad } = spreadOf(channel);
      return {
        offset: limitMagnitude(median, MAX_OFFSET),
        sigma: Math.min(Math.max(1, SIGMA_PER_MAD * mad), MAX_SIGMA),
      };
    });
}

/** Limits a value to the range from -max to max. */
export function limitMagnitude(value: number, max: number): number {
  return Math.min(Math.max(value, -max), max);
}
