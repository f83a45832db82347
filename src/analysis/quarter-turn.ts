import { createKernel } from '../base/kernels.ts';
import type { Pixels } from './pixels.ts';

/** Draws rows of a rotated picture, from row `first`, into `data`: as many as it holds. */
export type DrawTurned = (data: Uint8Array, first: number) => void;

/** What kernel/quarter-turn.as.ts exports. */
interface Kernel {
  readonly memory: { readonly buffer: ArrayBuffer };
  source(): number;
  target(): number;
  reserve(picture: number, rows: number): void;
  turn(width: number, from: number, to: number, columns: number, rows: number): void;
}

/** The kernel has a copy of the picture, and keeps the memory. */
const MAX_KERNEL_BYTES = 2 ** 24;

/** Compiled when the first picture is rotated; null without WebAssembly. */
let kernel: Kernel | null | undefined;
/** Whose picture the kernel has. */
let holder: DrawTurned | undefined;

/**
 * Rotates a picture by 90° counter-clockwise around its centre, on a canvas of the same size. A picture that is not
 * square is cropped, and padded with black. The result has 8 bits. Identical to Pillow's `Image.rotate(90)`, also where
 * width + height is odd and the result is off by half a pixel.
 */
export function quarterTurn(pixels: Pixels): DrawTurned {
  if (pixels.data.length > MAX_KERNEL_BYTES) return scalarTurn(pixels);
  kernel ??= createKernel<Kernel>('quarterTurn') ?? null;
  return kernel === null ? scalarTurn(pixels) : kernelTurn(pixels, kernel);
}

/** Where rows of a rotated picture come from, in pixels: columns of adjacent pixels, which are read from right to left. */
interface Columns {
  /** The first pixel of the first column, in the source and in the rows that are drawn. */
  readonly from: number;
  readonly to: number;
  readonly columns: number;
  readonly rows: number;
}

/** Pixel (x, y) comes from column (width + height) / 2 - (y + ½) and row (height - width) / 2 + (x + ½), rounded down. */
function columnsOf({ width, height }: Pixels, first: number, count: number): Columns {
  const column = Math.floor((width + height - 1) / 2);
  const row = Math.floor((height - width + 1) / 2);
  const x = Math.max(0, -row);
  const y = Math.max(first, column - width + 1);
  return {
    from: (x + row) * width + column - y,
    to: (y - first) * width + x,
    columns: Math.max(0, Math.min(width, height - row) - x),
    rows: Math.max(0, Math.min(first + count, column + 1) - y),
  };
}

function kernelTurn(pixels: Pixels, { memory, ...turning }: Kernel): DrawTurned {
  const { width, height, data: source } = pixels;
  let reserved = 0;
  const draw: DrawTurned = (data, first) => {
    if (holder !== draw || data.length > reserved) {
      holder = draw;
      reserved = data.length;
      turning.reserve(source.length, reserved);
      new Uint8Array(memory.buffer, turning.source(), source.length).set(source);
    }
    const target = new Uint8Array(memory.buffer, turning.target(), data.length);
    if (width !== height) target.fill(0);
    const { from, to, columns, rows } = columnsOf(pixels, first, data.length / (width * 3));
    turning.turn(width, from, to, columns, rows);
    data.set(target);
  };
  return draw;
}

/** The implementation for large pictures, and the reference that the kernel is tested against. */
export function scalarTurn(pixels: Pixels): DrawTurned {
  const { width, height, data: source } = pixels;
  return (data, first) => {
    if (width !== height) data.fill(0);
    const { from, to, columns, rows } = columnsOf(pixels, first, data.length / (width * 3));
    // Column by column: each column reads adjacent source pixels, which is faster when few rows are drawn.
    for (let column = 0; column < columns; column++) {
      let read = (from + column * width) * 3;
      let write = (to + column) * 3;
      for (let row = 0; row < rows; row++) {
        data[write] = source[read] as number;
        data[write + 1] = source[read + 1] as number;
        data[write + 2] = source[read + 2] as number;
        write += width * 3;
        read -= 3;
      }
    }
  };
}
