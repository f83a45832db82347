import type { Region } from '../base/region.ts';
import { changed } from './changed/changed.ts';
import type { DifferenceRange } from './differences.ts';
import { l2 } from './l2.ts';
import type { Mask } from './mask.ts';
import type { Pixels } from './pixels.ts';

/**
 * What a technique finds between two pictures: its measurement, and the range that their difference image is drawn
 * over.
 */
export interface Measured extends DifferenceRange {
  readonly measurement: number;
  /** What has changed, the strongest first; null for a technique that does not look for regions. */
  readonly regions: readonly Region[] | null;
}

/** A named, versioned comparison. */
export interface Technique {
  /** What people type: `l2`. */
  readonly name: string;
  /** What is kept with each outcome: `l2@1`. */
  readonly id: string;
  /** What the measurement is counted in. */
  readonly unit: 'levels' | 'px';
  /**
   * Compares two pictures of one size; where the mask is black both are alike already. Throws a RangeError where sizes
   * differ.
   */
  measure(reference: Pixels, image: Pixels, mask: Mask | undefined): Measured;
}

/** The Euclidean norm of the signed difference over all pixels and channels. */
export const L2: Technique = {
  name: 'l2',
  id: 'l2@1',
  unit: 'levels',
  measure(reference, image) {
    const { norm, min, max } = l2(reference, image);
    return { measurement: norm, min, max, regions: null };
  },
};

/** The pixels of the regions that stand out from noise, JPEG and a change of brightness. */
export const CHANGED: Technique = {
  name: 'changed',
  id: 'changed@1',
  unit: 'px',
  measure(reference, image, mask) {
    const { area, ...found } = changed(reference, image, mask);
    return { measurement: area, ...found };
  },
};

export const TECHNIQUES: readonly Technique[] = [L2, CHANGED];

/** The technique of an id such as `l2@1`. Throws a RangeError where there is none. */
export function techniqueOf(id: string): Technique {
  const found = TECHNIQUES.find((technique) => technique.id === id);
  if (found === undefined) throw new RangeError(`there is no technique ${id}`);
  return found;
}
