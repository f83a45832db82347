import type { Region } from '../../base/region.ts';
import { isDeepPair, type SampledPicture, samples16Of, samplesPerLevel } from '../depth.ts';
import type { DifferenceRange } from '../differences.ts';
import { differenceRange } from '../l2.ts';
import type { Mask } from '../mask.ts';
import type { Pixels } from '../pixels.ts';
import { brightnessOf, MAX_OFFSET } from './brightness.ts';
import { markPixels } from './marks.ts';
import { createNoiseModel } from './noise-model.ts';
import { type Pair, residual } from './planes.ts';
import { createRegionFinder } from './region-finder.ts';
import { areFine, sampleStep } from './sample-step.ts';

/** The result of `changed@2`. The range is in the units of `l2`. */
export interface Changed extends DifferenceRange {
  /** The measurement: the area of all regions, in pixels. */
  readonly area: number;
  /** By descending signal-to-noise ratio. */
  readonly regions: readonly Region[];
}

/** Smaller regions are ignored. In pixels. */
const MIN_AREA = 9;
/** Brightness and noise are estimated from at least this many pixels. */
const MIN_SAMPLE = 2 ** 16;

/**
 * Finds the regions that have changed between two pictures of one size, and ignores the effects of noise, JPEG and
 * global brightness changes: see docs/techniques/changed.md. Masked pixels do not differ. Throws a RangeError if the
 * sizes differ.
 */
export function changed(reference: Pixels, image: Pixels, mask?: Mask): Changed {
  const { width, height } = image;
  for (const other of [reference, mask]) {
    if (other !== undefined && (other.width !== width || other.height !== height)) {
      throw new RangeError('changed needs two pictures of the same size, and a mask of that size');
    }
  }
  const [before, after] = isDeepPair(reference, image) ? [deep(reference), deep(image)] : [reference, image];
  const range = mask === undefined ? differenceRange(reference, image) : rangeOf(before, after, mask);
  const { min, max } = range;
  const level = samplesPerLevel(after);
  // No difference, or a small one that is the same everywhere.
  if (min === max && Math.abs(min) <= MAX_OFFSET * level) return { area: 0, regions: [], min, max };

  // Odd, so that all eight rows of JPEG's blocks are sampled.
  const step = 1 + 2 * Math.floor((width * height) / (2 * MIN_SAMPLE));
  const isFine = areFine(reference, image);
  const minSigma = isFine ? Math.max(sampleStep(before, step), sampleStep(after, step)) : level;
  const brightness = brightnessOf({ reference: before, image: after, mask }, step, minSigma);
  const offsets = brightness.map(({ offset }) => offset);
  const pair: Pair = { reference: before, image: after, mask, offsets };
  const marks = markPixels(width, createNoiseModel(pair, { step, minSigma, isFine }), mask);
  if (marks === undefined) return { area: 0, regions: [], min, max };

  const finder = createRegionFinder(width, MIN_AREA, {
    sigmas: brightness.map(({ sigma }) => sigma / level),
    difference(x, y, channel) {
      const at = (y * width + x) * 3 + channel;
      const offset = offsets[channel] as number;
      return residual(offset, before.data[at] as number, after.data[at] as number, 255 * level) / level;
    },
  });
  for (let y = 0; y < height; y++) finder.row(marks.subarray(y * width, (y + 1) * width));
  const regions = finder.finish();
  return { area: regions.reduce((area, region) => area + region.area, 0), regions, min, max };
}

function deep(pixels: Pixels): SampledPicture {
  return { width: pixels.width, height: pixels.height, data: samples16Of(pixels) };
}

/** The range of the signed differences, with 0 for masked pixels. */
function rangeOf(reference: SampledPicture, image: SampledPicture, { included }: Mask): DifferenceRange {
  const [before, after] = [reference.data, image.data];
  let [min, max] = [65_535, -65_535];
  for (let pixel = 0, at = 0; pixel < included.length; pixel++) {
    const isIncluded = included[pixel] === 1;
    for (const end = at + 3; at < end; at++) {
      const difference = isIncluded ? (after[at] as number) - (before[at] as number) : 0;
      if (difference < min) min = difference;
      if (difference > max) max = difference;
    }
  }
  return { min, max };
}
