import type { ImageHeader } from './header.ts';

/** An interlace pass: a smaller picture with a regular subset of the pixels. */
export interface Pass {
  /** The pass's first pixel in the picture, and the distance between its pixels. */
  readonly x: number;
  readonly y: number;
  readonly across: number;
  readonly down: number;
  readonly columns: number;
  readonly rows: number;
  /** Bytes of a row without its filter byte. */
  readonly rowBytes: number;
}

const WHOLE = [[0, 0, 1, 1]] as const;
// PNG (third edition), section 8.1, Adam7: x, y, across, down.
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** The passes of a picture in order, without empty ones. A picture that is not interlaced has a single pass. */
export function passesOf({ width, height, bitsPerPixel, interlaced }: ImageHeader): Pass[] {
  const passes: Pass[] = [];
  for (const [x, y, across, down] of interlaced ? ADAM7 : WHOLE) {
    const columns = Math.ceil((width - x) / across);
    const rows = Math.ceil((height - y) / down);
    const rowBytes = Math.ceil((columns * bitsPerPixel) / 8);
    if (columns > 0 && rows > 0) passes.push({ x, y, across, down, columns, rows, rowBytes });
  }
  return passes;
}

/** The size of a pass in bytes before compression, including a filter byte for each row. */
export function storedBytes({ rows, rowBytes }: Pass): number {
  return rows * (rowBytes + 1);
}

/**
 * For each pixel whether it is whole, 1 or 0, if only the first `count` stored bytes are there: if the row that it has in its
 * own pass is. Each pixel belongs to one pass.
 */
export function wholePixels({ width, height }: ImageHeader, passes: readonly Pass[], count: number): Uint8Array {
  const whole = new Uint8Array(width * height);
  let left = count;
  for (const { x, y, across, down, rows, rowBytes } of passes) {
    const there = Math.min(rows, Math.floor(left / (rowBytes + 1)));
    for (let row = 0; row < there; row++) {
      const start = (y + row * down) * width;
      for (let at = start + x; at < start + width; at += across) whole[at] = 1;
    }
    left -= rows * (rowBytes + 1);
    if (left <= 0) break;
  }
  return whole;
}
