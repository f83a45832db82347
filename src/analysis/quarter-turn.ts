import type { Pixels } from './pixels.ts';

/**
 * Rotates a picture by 90° counter-clockwise around its centre, on a canvas of the same size. A picture that is not
 * square is cropped, and padded with black. The result has 8 bits. Identical to Pillow's `Image.rotate(90)`, also where width + height is odd
 * and the result is off by half a pixel.
 */
export function quarterTurn(pixels: Pixels): Pixels {
  const data = new Uint8Array(pixels.data.length);
  drawQuarterTurn(pixels, data);
  return { width: pixels.width, height: pixels.height, data };
}

/** Draws rows of the rotated picture, from row `first`, into `data`: as many as it holds. */
export function drawQuarterTurn({ width, height, data: source }: Pixels, data: Uint8Array, first = 0): void {
  if (width !== height) data.fill(0);
  // Pixel (x, y) comes from column (width + height) / 2 - (y + ½) and row (height - width) / 2 + (x + ½), rounded down.
  const column = Math.floor((width + height - 1) / 2);
  const row = Math.floor((height - width + 1) / 2);
  const endX = Math.min(width, height - row);
  const firstY = Math.max(first, column - width + 1);
  const endY = Math.min(first + data.length / (width * 3), column + 1);
  // Column by column: each column reads adjacent source pixels, which is faster when few rows are drawn.
  for (let x = Math.max(0, -row); x < endX; x++) {
    let from = ((x + row) * width + column - firstY) * 3;
    let to = ((firstY - first) * width + x) * 3;
    for (let y = firstY; y < endY; y++) {
      data[to] = source[from] as number;
      data[to + 1] = source[from + 1] as number;
      data[to + 2] = source[from + 2] as number;
      to += width * 3;
      from -= 3;
    }
  }
}
