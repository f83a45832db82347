import { differenceImage } from './difference-image.ts';
import { l2 } from './l2.ts';
import type { Pixels } from './pixels.ts';

const MID_GREY = 128;

/**
 * The difference image of two pictures of different sizes, laid upon each other at their top left corners: what both
 * cover as `differenceImage` draws it over its own range, on a mid-grey canvas that holds both. Where that canvas would
 * have more than `maxPixels` (a very wide picture and a very high one), it is what both cover alone.
 */
export function sizeChangeImage(reference: Pixels, image: Pixels, maxPixels: number): Pixels {
  const before = topLeft(reference, image);
  const after = topLeft(image, reference);
  const overlap = differenceImage(before, after, l2(before, after));

  const width = Math.max(reference.width, image.width);
  const height = Math.max(reference.height, image.height);
  if (width * height > maxPixels) return overlap;
  const data = new Uint8Array(width * height * 3).fill(MID_GREY);
  const row = overlap.width * 3;
  for (let y = 0; y < overlap.height; y++) {
    data.set(overlap.data.subarray(y * row, (y + 1) * row), y * width * 3);
  }
  return { width, height, data };
}

/** The part of `picture` that `other` covers too. */
function topLeft(picture: Pixels, other: Pixels): Pixels {
  const width = Math.min(picture.width, other.width);
  const height = Math.min(picture.height, other.height);
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const from = y * picture.width * 3;
    data.set(picture.data.subarray(from, from + width * 3), y * width * 3);
  }
  return { width, height, data };
}
