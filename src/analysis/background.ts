import type { Pixels } from './pixels.ts';

/**
 * RGBA pixels (8 bits, not premultiplied) laid over white: (a * s + (255 - a) * 255) / 255 for each channel, rounded to
 * the nearest integer (there are no ties).
 */
export function overWhite(width: number, height: number, rgba: Uint8Array): Pixels {
  const data = new Uint8Array(width * height * 3);
  let from = 0;
  for (let to = 0; to < data.length; to += 3) {
    const alpha = rgba[from + 3] as number;
    if (alpha === 255) {
      data[to] = rgba[from] as number;
      data[to + 1] = rgba[from + 1] as number;
      data[to + 2] = rgba[from + 2] as number;
    } else {
      const white = (255 - alpha) * 255 + 127;
      data[to] = (alpha * (rgba[from] as number) + white) / 255;
      data[to + 1] = (alpha * (rgba[from + 1] as number) + white) / 255;
      data[to + 2] = (alpha * (rgba[from + 2] as number) + white) / 255;
    }
    from += 4;
  }
  return { width, height, data };
}
