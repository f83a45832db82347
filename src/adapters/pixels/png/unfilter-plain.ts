import type { Unfilter } from './unfilter.ts';

/** Takes a filter off a row in place; `above` is the row above it, unfiltered. */
type Filter = (row: Uint8Array, above: Uint8Array, bytesPerPixel: number) => void;

// PNG (third edition), section 9.2: by the filter byte. Sums wrap, as the bytes that they are kept in do.
const FILTERS: readonly Filter[] = [none, sub, up, average, paeth];

/** In plain TypeScript: for machines without vectors, and what the other way is held against. */
export const PLAIN: Unfilter = (filtered, { rowBytes, bytesPerPixel }, take) => {
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

/** Of the three the one nearest to left + up - corner, in this order where two are as near (section 9.4). */
function nearest(left: number, up: number, corner: number): number {
  const toLeft = Math.abs(up - corner);
  const toUp = Math.abs(left - corner);
  const toCorner = Math.abs(left + up - 2 * corner);
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}
