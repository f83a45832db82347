import type { Pixels } from './pixels.ts';

/**
 * The picture turned by 90° counter-clockwise about its centre on the same canvas: a picture that is not square loses
 * what falls outside, and is black where nothing falls. Half a pixel's offset (width + height odd) goes the way of
 * Pillow's `Image.rotate(90)`, to the pixel.
 */
export function quarterTurn(pixels: Pixels): Pixels {
  const data = new Uint8Array(pixels.data.length);
  drawQuarterTurn(pixels, data);
  return { ...pixels, data };
}

/** The same, or rows of it from `first` on, drawn into memory that is there: as many as fit in. */
export function drawQuarterTurn({ width, height, data: source }: Pixels, data: Uint8Array, first = 0): void {
  if (width !== height) data.fill(0);
  // Pixel (x, y) comes from column (width + height) / 2 - (y + ½) and row (height - width) / 2 + (x + ½), rounded down.
  const column = Math.floor((width + height - 1) / 2);
  const row = Math.floor((height - width + 1) / 2);
  const endX = Math.min(width, height - row);
  const firstY = Math.max(first, column - width + 1);
  const endY = Math.min(first + data.length / (width * 3), column + 1);
  // Down a column: few rows then take what lies side by side in the source.
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
