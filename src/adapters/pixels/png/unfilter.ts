import { createKernel } from '../../../base/kernels.ts';

/** The layout of the rows of a picture, or of an interlace pass. */
export interface RowLayout {
  /** Bytes of a row without its filter byte; at most those of 65,500 pixels. */
  readonly rowBytes: number;
  /** Bytes of a whole pixel, or 1 if a pixel is smaller than a byte. */
  readonly bytesPerPixel: number;
}

/**
 * Reverses the filters of one or more rows that begin with a filter byte each (PNG, third edition, section 9). `take`
 * receives chunks of reconstructed rows in order, without filter bytes; `first` is the number of the chunk's first row.
 * The memory of a chunk is reused for the next one. Returns false at a row with an unknown filter: it and later rows
 * are not taken.
 */
export type Unfilter = (
  filtered: Uint8Array,
  layout: RowLayout,
  take: (rows: Uint8Array, first: number) => void,
) => boolean;

/** Reverses a filter of a row in place; `above` is the reconstructed row above. */
type Filter = (row: Uint8Array, above: Uint8Array, bytesPerPixel: number) => void;

// PNG (third edition), section 9.2, by filter byte. Sums are modulo 256, because they are stored in bytes.
const FILTERS: readonly Filter[] = [none, sub, up, average, paeth];

/**
 * The scalar implementation: for machines without SIMD, and the reference that the SIMD implementation is tested
 * against.
 */
export const SCALAR: Unfilter = (filtered, { rowBytes, bytesPerPixel }, take) => {
  let above = new Uint8Array(rowBytes);
  let row = new Uint8Array(rowBytes);
  for (let at = 0, number = 0; at < filtered.length; at += rowBytes + 1, number++) {
    const filter = FILTERS[filtered[at] as number];
    if (filter === undefined) return false;
    row.set(filtered.subarray(at + 1, at + 1 + rowBytes));
    filter(row, above, bytesPerPixel);
    take(row, number);
    [above, row] = [row, above];
  }
  return true;
};

function none(): void {}

function sub(row: Uint8Array, _above: Uint8Array, bytesPerPixel: number): void {
  for (let i = bytesPerPixel; i < row.length; i++) (row[i] as number) += row[i - bytesPerPixel] as number;
}

function up(row: Uint8Array, above: Uint8Array): void {
  for (let i = 0; i < row.length; i++) (row[i] as number) += above[i] as number;
}

function average(row: Uint8Array, above: Uint8Array, bytesPerPixel: number): void {
  for (let i = 0; i < row.length; i++) {
    const left = i < bytesPerPixel ? 0 : (row[i - bytesPerPixel] as number);
    (row[i] as number) += (left + (above[i] as number)) >> 1;
  }
}

function paeth(row: Uint8Array, above: Uint8Array, bytesPerPixel: number): void {
  for (let i = 0; i < row.length; i++) {
    const left = i < bytesPerPixel ? 0 : (row[i - bytesPerPixel] as number);
    const corner = i < bytesPerPixel ? 0 : (above[i - bytesPerPixel] as number);
    (row[i] as number) += nearest(left, above[i] as number, corner);
  }
}

/** The Paeth predictor: the one nearest to left + up - corner; ties prefer left, then up (section 9.4). */
function nearest(left: number, up: number, corner: number): number {
  const toLeft = Math.abs(up - corner);
  const toUp = Math.abs(left - corner);
  const toCorner = Math.abs(left + up - 2 * corner);
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}

/** What kernel/png-unfilter.as.ts exports. */
interface Kernel {
  readonly memory: { readonly buffer: ArrayBuffer };
  capacity(): number;
  filtered(): number;
  unfiltered(): number;
  begin(rowBytes: number): void;
  unfilter(rows: number, rowBytes: number, bytesPerPixel: number): number;
}

// Small enough that the kernel's input and output stay in the processor's cache. A single row may be larger.
const CHUNK_BYTES = 2 ** 16;

/**
 * The SIMD implementation; `undefined` where SIMD is not available. It copies rows through the kernel's memory in
 * chunks.
 */
export function createSimdUnfilter(): Unfilter | undefined {
  const kernel = createKernel<Kernel>('pngUnfilter');
  if (kernel === undefined) return undefined;
  const input = new Uint8Array(kernel.memory.buffer, kernel.filtered(), kernel.capacity());
  const output = new Uint8Array(kernel.memory.buffer, kernel.unfiltered(), kernel.capacity());

  return (filtered, { rowBytes, bytesPerPixel }, take) => {
    const stride = rowBytes + 1;
    const chunkRows = Math.max(1, Math.floor(CHUNK_BYTES / stride));
    kernel.begin(rowBytes);
    for (let first = 0; first * stride < filtered.length; first += chunkRows) {
      const chunk = filtered.subarray(first * stride, (first + chunkRows) * stride);
      const rows = chunk.length / stride;
      input.set(chunk);
      if (kernel.unfilter(rows, rowBytes, bytesPerPixel) === 0) return false;
      take(output.subarray(0, rows * rowBytes), first);
    }
    return true;
  };
}

let chosen: Unfilter | undefined;

/** The fastest implementation that this machine supports; its kernel is compiled at the first call. */
export const unfilter: Unfilter = (filtered, layout, take) => {
  chosen ??= createSimdUnfilter() ?? SCALAR;
  return chosen(filtered, layout, take);
};
