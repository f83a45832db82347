import type { Pixels } from '../../src/analysis/pixels.ts';

export type Colour = readonly [red: number, green: number, blue: number];

/** A canvas whose levels may be any numbers until it is converted to a picture. */
export interface Canvas {
  readonly size: number;
  /** Sets each pixel of a box, clipped to the canvas. Pixels with an undefined colour are not changed. */
  fill(
    left: number,
    top: number,
    width: number,
    height: number,
    colour: (x: number, y: number) => Colour | undefined,
  ): void;
  add(x: number, y: number, colour: Colour, times: number): void;
  /** Rounds and clips to 8 bits. */
  toPixels(): Pixels;
}

/** Creates a black square canvas. */
export function createCanvas(size: number): Canvas {
  const levels = new Float64Array(size * size * 3);
  const set = (x: number, y: number, colour: Colour) => levels.set(colour, (y * size + x) * 3);

  return {
    size,
    fill(left, top, width, height, colour) {
      for (let y = Math.max(0, top); y < Math.min(size, top + height); y++) {
        for (let x = Math.max(0, left); x < Math.min(size, left + width); x++) {
          const painted = colour(x, y);
          if (painted !== undefined) set(x, y, painted);
        }
      }
    },
    add(x, y, colour, times) {
      if (x < 0 || y < 0 || x >= size || y >= size) return;
      for (let c = 0; c < 3; c++) (levels[(y * size + x) * 3 + c] as number) += (colour[c] as number) * times;
    },
    toPixels() {
      // A clamped array rounds to the nearest level.
      return { width: size, height: size, data: new Uint8Array(Uint8ClampedArray.from(levels).buffer) };
    },
  };
}

export function mix(a: Colour, b: Colour, t: number): Colour {
  return [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1]), a[2] + t * (b[2] - a[2])];
}
