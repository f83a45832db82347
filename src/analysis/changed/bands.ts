import { addRow, BLOCK, type BlockSums } from './blocks.ts';
import { type ChangedKernel, createChangedKernel } from './kernel.ts';
import { createPlane, fillPlanes, type Pair, type Plane } from './planes.ts';
import { STRONG, WEAK } from './region-accumulator.ts';
import { createColumnSums, sumColumns } from './smoothing.ts';

/** The sums of each block's differences in the luma and the two chroma planes. */
export interface PlaneSums {
  readonly luma: BlockSums;
  readonly blue: BlockSums;
  readonly red: BlockSums;
}

/**
 * The two thresholds of a hysteresis (Canny 1986) on the smoothed luma: how far its 3 × 3 sum may be from the centre.
 */
export interface Bounds {
  /** A whole number. */
  readonly centre: number;
  /** Per block. A pixel is weak or strong if it exceeds the bound. */
  readonly weak: Float64Array;
  readonly strong: Float64Array;
}

/** Operations on a band of a picture: one row of blocks. The last band may have fewer than eight rows of pixels. */
export interface BandOperations {
  /** Writes the luma of the pair's differences to a plane, and adds up the band's blocks in `sums`, which must be 0. */
  subtract(pair: Pair, band: number, luma: Plane, sums: PlaneSums): void;
  /**
   * Marks weak and strong pixels of a luma plane in `marks`, which must be 0, except at the picture's border: the first
   * and the last row, and the first and the last block of each row. Returns whether any pixel is strong.
   */
  threshold(luma: Plane, width: number, band: number, bounds: Bounds, marks: Uint8Array): boolean;
}

/**
 * The scalar implementation: for 16-bit pictures, for machines without SIMD, and the reference that the SIMD
 * implementation is tested against.
 */
export const SCALAR: BandOperations = { subtract, threshold };

function subtract(pair: Pair, band: number, plane: Plane, sums: PlaneSums): void {
  const { width, height } = pair.image;
  const [blue, red] = [createPlane(pair.image, width), createPlane(pair.image, width)];
  const first = band * Math.ceil(width / BLOCK);
  for (let y = band * BLOCK; y < Math.min((band + 1) * BLOCK, height); y++) {
    const luma = plane.subarray(y * width, (y + 1) * width);
    fillPlanes(pair, y, { luma, blue, red });
    addRow(sums.luma, first, luma);
    addRow(sums.blue, first, blue);
    addRow(sums.red, first, red);
  }
}

function threshold(plane: Plane, width: number, band: number, bounds: Bounds, marks: Uint8Array): boolean {
  const height = plane.length / width;
  const across = Math.ceil(width / BLOCK);
  const columns = createColumnSums(width);
  let anyStrong = false;
  for (let y = Math.max(1, band * BLOCK); y < Math.min((band + 1) * BLOCK, height - 1); y++) {
    sumColumns(columns, plane, y);
    for (let column = 1; column < across - 1; column++) {
      const block = band * across + column;
      const [weak, strong] = [bounds.weak[block] as number, bounds.strong[block] as number];
      for (let x = column * BLOCK; x < (column + 1) * BLOCK; x++) {
        const sum = (columns[x] as number) + (columns[x + 1] as number) + (columns[x + 2] as number) - bounds.centre;
        const magnitude = sum < 0 ? -sum : sum;
        if (magnitude <= weak) continue;
        marks[y * width + x] = magnitude > strong ? STRONG : WEAK;
        if (magnitude > strong) anyStrong = true;
      }
    }
  }
  return anyStrong;
}

/** The kernel rounds the number of pixels up to whole vectors: it may process this many more. */
const OVERRUN = 15;

/**
 * The SIMD implementation for 8-bit pictures; `undefined` where SIMD is not available. It copies bands through the kernel's memory in
 * chunks.
 */
export function createSimdBands(): BandOperations | undefined {
  const kernel = createChangedKernel();
  if (kernel === undefined) return undefined;
  return { subtract: createSubtract(kernel), threshold: createThreshold(kernel) };
}

function createSubtract(kernel: ChangedKernel): BandOperations['subtract'] {
  const { buffer } = kernel.memory;
  const capacity = kernel.capacity();
  const before = new Uint8Array(buffer, kernel.before(), BLOCK * capacity * 3);
  const after = new Uint8Array(buffer, kernel.after(), BLOCK * capacity * 3);
  const included = new Uint8Array(buffer, kernel.included(), BLOCK * capacity);
  const luma = new Int16Array(buffer, kernel.luma(), BLOCK * capacity);
  const sums = new Int32Array(buffer, kernel.sums(), (6 * capacity) / BLOCK);

  return ({ reference, image, mask, offsets }: Pair, band: number, plane: Plane, to: PlaneSums) => {
    const { width, height } = image;
    const [red, green, blue] = offsets as [number, number, number];
    const across = Math.ceil(width / BLOCK);
    const top = band * BLOCK;
    const rows = Math.min(BLOCK, height - top);
    for (let left = 0; left < width; left += capacity) {
      const pixels = Math.min(capacity, width - left);
      for (let row = 0; row < rows; row++) {
        const [at, from] = [row * capacity, (top + row) * width + left];
        before.set(reference.data.subarray(3 * from, 3 * (from + pixels)), 3 * at);
        after.set(image.data.subarray(3 * from, 3 * (from + pixels)), 3 * at);
        if (mask === undefined) included.fill(1, at, at + pixels);
        else included.set(mask.included.subarray(from, from + pixels), at);
        // Beyond the row's end the buffer holds stale data.
        included.fill(0, at + pixels, at + Math.min(pixels + OVERRUN, capacity));
      }
      kernel.subtract(pixels, rows, red, green, blue);
      for (let row = 0; row < rows; row++) {
        plane.set(luma.subarray(row * capacity, row * capacity + pixels), (top + row) * width + left);
      }
      const blocks = Math.ceil(pixels / BLOCK);
      const first = band * across + left / BLOCK;
      [
        to.luma.signed,
        to.blue.signed,
        to.red.signed,
        to.luma.magnitudes,
        to.blue.magnitudes,
        to.red.magnitudes,
      ].forEach((target, kind) => {
        const start = (kind * capacity) / BLOCK;
        target.set(sums.subarray(start, start + blocks), first);
      });
    }
  };
}

function createThreshold(kernel: ChangedKernel): BandOperations['threshold'] {
  const { buffer } = kernel.memory;
  const [capacity, stride] = [kernel.capacity(), kernel.stride()];
  const smoothed = new Int16Array(buffer, kernel.smoothed(), (BLOCK + 2) * stride);
  const weak = new Int32Array(buffer, kernel.weak(), capacity / BLOCK);
  const strong = new Int32Array(buffer, kernel.strong(), capacity / BLOCK);
  const found = new Uint8Array(buffer, kernel.marks(), BLOCK * capacity);

  return (plane: Plane, width: number, band: number, bounds: Bounds, marks: Uint8Array) => {
    const height = plane.length / width;
    const across = Math.ceil(width / BLOCK);
    const top = Math.max(1, band * BLOCK);
    const rows = Math.min((band + 1) * BLOCK, height - 1) - top;
    let anyStrong = false;
    for (let column = 1; column < across - 1 && rows > 0; column += capacity / BLOCK) {
      const blocks = Math.min(capacity / BLOCK, across - 1 - column);
      const [left, pixels] = [column * BLOCK, blocks * BLOCK];
      for (let row = 0; row < rows + 2; row++) {
        const from = (top - 1 + row) * width + left;
        smoothed.set(plane.subarray(from - 1, from + pixels + 1), row * stride);
      }
      // The sums are whole numbers, so that comparing them to the truncated bounds gives the same result.
      const first = band * across + column;
      weak.set(bounds.weak.subarray(first, first + blocks));
      strong.set(bounds.strong.subarray(first, first + blocks));
      const rowsMarked = kernel.threshold(blocks, rows, bounds.centre);
      if (kernel.anyStrong() === 1) anyStrong = true;
      for (let row = 0; row < rows; row++) {
        if ((rowsMarked & (1 << row)) === 0) continue;
        marks.set(found.subarray(row * capacity, row * capacity + pixels), (top + row) * width + left);
      }
    }
    return anyStrong;
  };
}

let chosen: BandOperations | undefined;

/** The fastest implementation for this plane that the machine supports; its kernel is compiled at the first call. */
export function bands(plane: Plane): BandOperations {
  if (plane instanceof Int32Array) return SCALAR;
  chosen ??= createSimdBands() ?? SCALAR;
  return chosen;
}
