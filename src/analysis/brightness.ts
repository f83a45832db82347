import type { Mask } from './mask.ts';
import { createHistogram, SIGMAS_OF_MAD, spreadOf } from './noise.ts';
import type { Pixels } from './pixels.ts';

/** What the differences of one channel are on the whole, in levels. */
export interface Brightness {
  /** By how much the image is lighter than the reference: the median. */
  readonly offset: number;
  /** The standard deviation of a pixel's difference by noise: from the median absolute deviation, and at least 1. */
  readonly sigma: number;
}

/** Tables in turn: in pictures that are much alike one count would wait for the next. */
const TABLES = 4;
const BINS = 512;

/** Of red, green and blue, over every `step`-th row. */
export function brightnessOf(reference: Pixels, image: Pixels, step: number, mask?: Mask): Brightness[] {
  const { width, height } = image;
  const [before, after] = [reference.data, image.data];
  const channels = Array.from({ length: 3 }, () => createHistogram(-255, 255));
  const tables = new Uint32Array(TABLES * channels.length * BINS);
  for (let y = 0; y < height; y += step) {
    let at = y * width * 3;
    for (let pixel = y * width; pixel < (y + 1) * width; pixel++, at += 3) {
      if (mask !== undefined && mask.looked[pixel] === 0) continue;
      const red = (pixel % TABLES) * channels.length * BINS + 255;
      (tables[red + (after[at] as number) - (before[at] as number)] as number)++;
      (tables[red + BINS + (after[at + 1] as number) - (before[at + 1] as number)] as number)++;
      (tables[red + 2 * BINS + (after[at + 2] as number) - (before[at + 2] as number)] as number)++;
    }
  }
  for (const [channel, { counts }] of channels.entries()) {
    for (let table = channel; table < TABLES * channels.length; table += channels.length) {
      for (let bin = 0; bin < counts.length; bin++) (counts[bin] as number) += tables[table * BINS + bin] as number;
    }
  }
  return channels.map((channel) => {
    const { median, mad } = spreadOf(channel);
    return { offset: median, sigma: Math.max(1, SIGMAS_OF_MAD * mad) };
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

function clip(level: number): number {
  return level < 0 ? 0 : level > 255 ? 255 : level;
}
