import type { Mask } from '../mask.ts';
import type { Pixels } from '../pixels.ts';
import { beyond } from './brightness.ts';
import { BLUE, GREEN, RED } from './lightness.ts';

/** A row of two pictures' differences beyond the offset; 0 where the mask hides a pixel. */
export interface PlaneRow {
  /** In 64ths of a level. */
  readonly lightness: Int16Array;
  /** Blue less green and red less green, in levels. */
  readonly blue: Int16Array;
  readonly red: Int16Array;
}

/** Two pictures of one size, and what is known of them. */
export interface Pair {
  readonly reference: Pixels;
  readonly image: Pixels;
  readonly mask: Mask | undefined;
  /** Of red, green and blue. */
  readonly offsets: readonly number[];
}

/** Fills in the row `y`. */
export function fillPlanes({ reference, image, mask, offsets }: Pair, y: number, row: PlaneRow): void {
  const { lightness, blue, red } = row;
  const { width } = image;
  const [before, after] = [reference.data, image.data];
  const [offsetRed, offsetGreen, offsetBlue] = offsets as [number, number, number];
  const first = y * width * 3;
  if (offsetRed === 0 && offsetGreen === 0 && offsetBlue === 0) {
    for (let x = 0, at = first; x < width; x++, at += 3) {
      const r = (after[at] as number) - (before[at] as number);
      const g = (after[at + 1] as number) - (before[at + 1] as number);
      const b = (after[at + 2] as number) - (before[at + 2] as number);
      lightness[x] = RED * r + GREEN * g + BLUE * b;
      blue[x] = b - g;
      red[x] = r - g;
    }
  } else {
    for (let x = 0, at = first; x < width; x++, at += 3) {
      const r = beyond(offsetRed, before[at] as number, after[at] as number);
      const g = beyond(offsetGreen, before[at + 1] as number, after[at + 1] as number);
      const b = beyond(offsetBlue, before[at + 2] as number, after[at + 2] as number);
      lightness[x] = RED * r + GREEN * g + BLUE * b;
      blue[x] = b - g;
      red[x] = r - g;
    }
  }
  if (mask !== undefined) hide(mask.looked.subarray(y * width, (y + 1) * width), row);
}

function hide(looked: Uint8Array, { lightness, blue, red }: PlaneRow): void {
  for (let x = 0; x < looked.length; x++) {
    if (looked[x] === 0) lightness[x] = blue[x] = red[x] = 0;
  }
}
