import type { Mask } from '../mask.ts';
import type { Pixels } from '../pixels.ts';
import { counts } from './counts.ts';
import { SIGMAS_OF_MAD, spreadOf } from './noise.ts';

/** What the differences of one channel are on the whole, in levels. */
export interface Brightness {
  /** By how much the image is lighter than the reference: the median, as far as that is a slight change. */
  readonly offset: number;
  /** The standard deviation of a pixel's difference by noise: from the median absolute deviation, and at least 1. */
  readonly sigma: number;
}

/** A change of the whole picture's brightness by more is one that people want to know of. */
export const MAX_OFFSET = 24;
/** No noise is larger: where most of a picture has changed, the deviation is that of the change. */
const MAX_SIGMA = 24;

/** Of red, green and blue, over every `step`-th row. */
export function brightnessOf(reference: Pixels, image: Pixels, step: number, mask?: Mask): Brightness[] {
  return counts.differences(reference, image, step, mask).map((channel) => {
    const { median, mad } = spreadOf(channel);
    return { offset: bounded(median, MAX_OFFSET), sigma: Math.min(Math.max(1, SIGMAS_OF_MAD * mad), MAX_SIGMA) };
  });
}

/**
 * What two levels differ by beyond the offset, as far as they tell: a level that the offset takes past 0 or 255 is held
 * there. It is looked at from the reference and from the image, and the smaller of the two counts; 0 where they contradict
 * each other. Where nothing is held, it is image - reference - offset.
 */
export function beyond(offset: number, reference: number, image: number): number {
  const forth = image - clip(reference + offset);
  const back = clip(image - offset) - reference;
  if (forth > 0) return back <= 0 ? 0 : Math.min(forth, back);
  return back >= 0 ? 0 : Math.max(forth, back);
}

/** The value nearest to `value` whose size is `most` or less. */
export function bounded(value: number, most: number): number {
  return Math.min(Math.max(value, -most), most);
}

function clip(level: number): number {
  return level < 0 ? 0 : level > 255 ? 255 : level;
}
