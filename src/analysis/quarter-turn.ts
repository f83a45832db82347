import type { Pixels } from './pixels.ts';

/**
 * The picture turned by 90° counter-clockwise about its centre on the same canvas: a picture that is not square loses
 * what falls outside, and is black where nothing falls. Half a pixel's offset (width + height odd) goes the way of
 * Pillow's `Image.rotate(90)`, to the pixel.
 */
export function quarterTurn(pixels: Pixels): Pixels {
  const { width, height, data: source } = pixels;
  const data = new Uint8Array(source.length);
  // Pixel (x, y) comes from column (width + height) / 2 - (y + ½) and row (height - width) / 2 + (x + ½), rounded down.
  const column = Math.floor((width + height - 1) / 2);
  const row = Math.floor((height - width + 1) / 2);
  const firstX = Math.max(0, -row);
  const endX = Math.min(width, height - row);
  for (let y = Math.max(0, column - width + 1); y < Math.min(height, column + 1); y++) {
    let from = ((firstX + row) * width + column - y) * 3;
    let to = (y * width + firstX) * 3;
    for (let x = firstX; x < endX; x++) {
      data[to] = source[from] as number;
      data[to + 1] = source[from + 1] as number;
      data[to + 2] = source[from + 2] as number;
      to += 3;
      from += width * 3;
    }
  }
  return { width, height, data };
}
