import { isDeepPair, samples16Of } from './depth.ts';
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
  const width = Math.min(reference.width, image.width);
  const height = Math.min(reference.height, image.height);
  let range: DifferenceRange = { min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY };
  for (let y = 0; y < height; y++) {
    const { min, max } = differenceRange(rowOf(reference, y, width), rowOf(image, y, width));
    range = { min: Math.min(range.min, min), max: Math.max(range.max, max) };
  }
  const canvas = sizeChangeSize(reference, image, maxPixels);
  const data = new Uint8Array(canvas.width * canvas.height * 3).fill(MID_GREY);
  for (let y = 0; y < height; y++) {
    const at = y * canvas.width * 3;
    drawDifference(rowOf(reference, y, width), rowOf(image, y, width), range, data.subarray(at, at + width * 3));
  }
  return { ...canvas, data };
}

type Size = Pick<Pixels, 'width' | 'height'>;

/** The size of the difference image of two pictures of different sizes. */
export function sizeChangeSize(reference: Size, image: Size, maxPixels: number): Size {
  const width = Math.max(reference.width, image.width);
  const height = Math.max(reference.height, image.height);
  if (width * height <= maxPixels) return { width, height };
  return { width: Math.min(reference.width, image.width), height: Math.min(reference.height, image.height) };
}

/** The first pixels of a row, as a picture. */
function rowOf({ width: columns, data, samples16 }: Pixels, y: number, width: number): Pixels {
  const [from, to] = [y * columns * 3, (y * columns + width) * 3];
  return {
    width,
    height: 1,
    data: data.subarray(from, to),
    ...(samples16 && { samples16: samples16.subarray(from, to) }),
  };
}
