import type { Region } from '../base/region.ts';
import { changed } from './changed/changed.ts';
import type { DifferenceRange } from './differences.ts';
import { l2 } from './l2.ts';
import type { Mask } from './mask.ts';
import type { Pixels } from './pixels.ts';

/** The result of a technique for two pictures, with the range of differences that their difference image shows. */
export interface Measured extends DifferenceRange {
  readonly measurement: number;
  /** The regions that have changed, strongest first; null for a technique that does not find regions. */
  readonly regions: readonly Region[] | null;
}

/** A named, versioned comparison. */
export interface Technique {
  /** Its name in the settings: `l2`. */
  readonly name: string;
  /** Name and version, recorded with each outcome: `l2@2`. */
  readonly id: string;
  /** The unit of the measurement. */
  readonly unit: 'levels' | 'px';
  /** Compares two pictures of one size, which are equal where the mask is black. Throws a RangeError if the sizes differ. */
  measure(reference: Pixels, image: Pixels, mask: Mask | undefined): Measured;
}

/** The Euclidean norm of the signed difference over all pixels and channels. */
export const L2: Technique = {
  name: 'l2',
  id: 'l2@2',
  unit: 'levels',
  measure(reference, image) {
    const { norm, min, max } = l2(reference, image);
    return { measurement: norm, min, max, regions: null };
  },
};

/** The number of pixels that differ by more than noise, JPEG compression and a change of brightness explain. */
export const CHANGED: Technique = {
  name: 'changed',
  id: 'changed@2',
  unit: 'px',
  measure(reference, image, mask) {
    const { area, ...found } = changed(reference, image, mask);
    return { measurement: area, ...found };
  },
};

export const TECHNIQUES: readonly Technique[] = [L2, CHANGED];

/** The built-in technique of an id such as `l2@2`. Throws a RangeError for an unknown id. */
export function techniqueOf(id: string): Technique {
  const found = TECHNIQUES.find((technique) => technique.id === id);
  if (found === undefined) throw new RangeError(`there is no technique ${id}`);
  return found;
}
