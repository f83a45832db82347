import type { Pixels } from './pixels.ts';

/** Which pixels of a stream's pictures are looked at. */
export interface Mask {
  readonly width: number;
  readonly height: number;
  /** A byte for each pixel, row by row: 1 where it is looked at, 0 where it is not. */
  readonly looked: Uint8Array;
}

/** A picture as a mask: a pixel is not looked at where it is black, its three channels coming to less than half of white. */
export function maskOf({ width, height, data }: Pixels): Mask {
  const looked = new Uint8Array(width * height);
  for (let pixel = 0, at = 0; pixel < looked.length; pixel++, at += 3) {
    const sum = (data[at] as number) + (data[at + 1] as number) + (data[at + 2] as number);
    looked[pixel] = 2 * sum < 3 * 255 ? 0 : 1;
  }
  return { width, height, looked };
}
