import { type DifferenceRange, differences } from '../differences.ts';
import type { Mask } from '../mask.ts';
import type { Pixels } from '../pixels.ts';
import type { Region } from '../region.ts';
import { beyond, brightnessOf, MAX_OFFSET } from './brightness.ts';
import { marksOf } from './marks.ts';
import type { Pair } from './planes.ts';
import { createRegionFinder } from './regions.ts';
import { survey } from './survey.ts';

/** What has changed from one picture to another. */
export interface Changed extends DifferenceRange {
  /** The pixels of all regions together: the measurement. */
  readonly area: number;
  /** The one with the most signal to noise first. */
  readonly regions: readonly Region[];
}

/** In pixels. */
const MIN_AREA = 9;
/** So many pixels tell the noise well enough. */
const SAMPLE = 2 ** 16;

/**
 * Compares two pictures of one size, and finds the regions that have changed, but for what noise, JPEG and a change of
 * brightness do to the whole picture: docs/techniques/changed.md. What the mask hides does not differ. Throws a RangeError
 * where the sizes differ.
 */
export function changed(reference: Pixels, image: Pixels, mask?: Mask): Changed {
  const { width, height } = image;
  for (const other of [reference, mask]) {
    if (other !== undefined && (other.width !== width || other.height !== height)) {
      throw new RangeError('changed compares pictures of one size, and takes a mask of that size');
    }
  }
  const range = mask === undefined ? differences.sums(reference.data, image.data) : rangeOf(reference, image, mask);
  const { min, max } = range;
  // No difference, or a slight one that is the same everywhere.
  if (min === max && Math.abs(min) <= MAX_OFFSET) return { area: 0, regions: [], min, max };

  // Odd, so that each of the eight rows of JPEG's blocks has its turn.
  const step = 1 + 2 * Math.floor((width * height) / (2 * SAMPLE));
  const brightness = brightnessOf(reference, image, step, mask);
  const pair: Pair = { reference, image, mask, offsets: brightness.map(({ offset }) => offset) };
  const marks = marksOf(width, survey(pair, step), mask);
  if (marks === undefined) return { area: 0, regions: [], min, max };

  const finder = createRegionFinder(width, MIN_AREA, {
    sigmas: brightness.map(({ sigma }) => sigma),
    difference(x, y, channel) {
      const at = (y * width + x) * 3 + channel;
      const offset = pair.offsets[channel] as number;
      return beyond(offset, reference.data[at] as number, image.data[at] as number);
    },
  });
  for (let y = 0; y < height; y++) finder.row(marks.subarray(y * width, (y + 1) * width));
  const regions = finder.finish();
  return { area: regions.reduce((area, region) => area + region.area, 0), regions, min, max };
}

/** The range of the signed differences, of which those that the mask hides are 0. */
function rangeOf(reference: Pixels, image: Pixels, { looked }: Mask): DifferenceRange {
  const [before, after] = [reference.data, image.data];
  let [min, max] = [255, -255];
  for (let pixel = 0, at = 0; pixel < looked.length; pixel++) {
    const isLooked = looked[pixel] === 1;
    for (const end = at + 3; at < end; at++) {
      const difference = isLooked ? (after[at] as number) - (before[at] as number) : 0;
      if (difference < min) min = difference;
      if (difference > max) max = difference;
    }
  }
  return { min, max };
}
