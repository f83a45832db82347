import type { Pixels } from '../../src/analysis/pixels.ts';

export type Colour = readonly [red: number, green: number, blue: number];

/** A picture to draw upon, whose levels may be any numbers until it is developed. */
export interface Canvas {
  readonly size: number;
  /** Sets each pixel of a box, as far as it lies on the canvas; what is undefined stays. */
  fill(
    left: number,
    top: number,
    width: number,
    height: number,
    colour: (x: number, y: number) => Colour | undefined,
  ): void;
  add(x: number, y: number, colour: Colour, times: number): void;
  /** Rounded and clipped to 8 bits. */
  develop(): Pixels;
}

/** A square canvas, black. */
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
    develop() {
      // A clamped array rounds to the nearest level.
      return { width: size, height: size, data: new Uint8Array(Uint8ClampedArray.from(levels).buffer) };
    },
  };
}

export function mix(a: Colour, b: Colour, t: number): Colour {
  return [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1]), a[2] + t * (b[2] - a[2])];
}
