import { type DifferenceRange, differences } from './differences.ts';
import type { Pixels } from './pixels.ts';

/**
 * The difference image of two pictures of one size: (D - min) / (max - min) * 255, truncated to 8 bits for each channel,
 * with D = image - reference and one range for the whole picture. All 0 where min equals max.
 */
export function differenceImage(reference: Pixels, image: Pixels, range: DifferenceRange): Pixels {
  const data = new Uint8Array(image.data.length);
  drawDifference(reference, image, range, data);
  return { width: image.width, height: image.height, data };
}

/** The same, or rows of it from `first` on, drawn into memory that is there: as many as fit in. */
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
  const rows = ({ data: all }: Pixels) => all.subarray(from, from + data.length);
  differences.draw(rows(reference), rows(image), range, data);
}
