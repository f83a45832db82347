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

/** The same, drawn into memory that is there: as many bytes as the pictures have. */
export function drawDifference(reference: Pixels, image: Pixels, range: DifferenceRange, data: Uint8Array): void {
  if (range.min === range.max) data.fill(0);
  else differences.draw(reference.data, image.data, range, data);
}
