import { isDeepPair, type Samples, samples16Of } from './depth.ts';
import { type DifferenceRange, differences } from './differences.ts';
import { drawDeep } from './differences-16.ts';
import { differenceRange } from './l2.ts';
import type { Pixels } from './pixels.ts';

/** The background where only one of two pictures of different sizes has pixels. */
const MID_GREY = 128;

/**
 * The difference image of two pictures of one size: (D - min) / (max - min) * 255 for each channel, truncated to 8
 * bits, with D = image - reference and one range for the whole picture. All 0 if min equals max. The range is in the units
 * of `l2`.
 */
export function differenceImage(reference: Pixels, image: Pixels, range: DifferenceRange): Pixels {
  const data = new Uint8Array(image.data.length);
  drawDifference(reference, image, range, data);
  return { width: image.width, height: image.height, data };
}

/** Draws rows of the difference image, from row `first`, into `data`: as many as it holds. */
export function drawDifference(
  reference: Pixels,
  image: Pixels,
  range: DifferenceRange,
  data: Uint8Array,
  first = 0,
): void {
  if (range.min === range.max) {
    data.fill(0);
    return;
  }
  const from = first * image.width * 3;
  if (isDeepPair(reference, image)) {
    const to = from + data.length;
    drawDeep(samples16Of(reference, from, to), samples16Of(image, from, to), range, data);
    return;
  }
  const rows = ({ data: all }: Pixels) => all.subarray(from, from + data.length);
  differences.draw(rows(reference), rows(image), range, data);
}

/**
 * The difference image of two pictures of different sizes, aligned at their top left corners: their overlap as
 * `differenceImage` draws it, with its own range, on a mid-grey canvas that holds both pictures. If that canvas would
 * have more than `maxPixels` (a very wide picture and a very high one), the result is the overlap alone.
 */
export function sizeChangeImage(reference: Pixels, image: Pixels, maxPixels: number): Pixels {
  const before = overlapWith(reference, image);
  const after = overlapWith(image, reference);
  const overlap = differenceImage(before, after, differenceRange(before, after));

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

/** The part of `picture` that overlaps with `other`. */
function overlapWith(picture: Pixels, other: Pixels): Pixels {
  const width = Math.min(picture.width, other.width);
  const height = Math.min(picture.height, other.height);
  const { data, samples16 } = picture;
  const cut = <T extends Samples>(from: T, to: T): T => {
    for (let y = 0; y < height; y++) {
      const start = y * picture.width * 3;
      to.set(from.subarray(start, start + width * 3), y * width * 3);
    }
    return to;
  };
  const length = width * height * 3;
  return {
    width,
    height,
    data: cut(data, new Uint8Array(length)),
    ...(samples16 && { samples16: cut(samples16, new Uint16Array(length)) }),
  };
}
