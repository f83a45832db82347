import { type SampledPicture, samplesPerLevel } from '../depth.ts';
import type { Plane } from './planes.ts';

/** The side of a block, aligned as JPEG's are; blocks at the right and the bottom edge may be smaller. */
export const BLOCK = 8;

/** Sums over the pixels of each block of one plane; blocks in rows from the top left. */
export interface BlockSums {
  /** Of the signed differences. */
  readonly signed: Int32Array;
  /** Of their magnitudes. */
  readonly magnitudes: Int32Array;
}

export function createBlockSums(width: number, height: number): BlockSums {
  const count = Math.ceil(width / BLOCK) * Math.ceil(height / BLOCK);
  return { signed: new Int32Array(count), magnitudes: new Int32Array(count) };
}

/** Adds a row of a plane; its first pixel belongs to block number `first`. */
export function addRow({ signed, magnitudes }: BlockSums, first: number, row: Plane): void {
  for (let start = 0, block = first; start < row.length; start += BLOCK, block++) {
    const end = Math.min(start + BLOCK, row.length);
    let [sum, magnitude] = [0, 0];
    for (let x = start; x < end; x++) {
      const difference = row[x] as number;
      sum += difference;
      magnitude += difference < 0 ? -difference : difference;
    }
    (signed[block] as number) += sum;
    (magnitudes[block] as number) += magnitude;
  }
}

/** The number of pixels in each block: 64, and fewer at the right and the bottom edge. */
export function pixelsOfBlocks(width: number, height: number): Uint8Array {
  const [across, down] = [Math.ceil(width / BLOCK), Math.ceil(height / BLOCK)];
  const pixels = new Uint8Array(across * down);
  for (let block = 0; block < pixels.length; block++) {
    const [column, row] = [block % across, Math.floor(block / across)];
    pixels[block] = Math.min(BLOCK, width - column * BLOCK) * Math.min(BLOCK, height - row * BLOCK);
  }
  return pixels;
}

/** Grey-scale dilation in place: each block gets the maximum of its 3 × 3 neighbourhood. No value may be negative. */
export function dilate(values: Float64Array, across: number): void {
  const down = values.length / across;
  for (let row = 0; row < down; row++) dilateLine(values, row * across, 1, across);
  for (let column = 0; column < across; column++) dilateLine(values, column, across, down);
}

function dilateLine(values: Float64Array, first: number, stride: number, count: number): void {
  let before = 0;
  for (let n = 0, at = first; n < count; n++, at += stride) {
    const value = values[at] as number;
    const after = n + 1 < count ? (values[at + stride] as number) : 0;
    values[at] = Math.max(before, value, after);
    before = value;
  }
}

/** Whether a level in the block is clipped: 0 or 255, or within one level of these, as JPEG's rounding may leave it. */
export function isClipped(picture: SampledPicture, block: number): boolean {
  const { width, height, data } = picture;
  const level = samplesPerLevel(picture);
  const across = Math.ceil(width / BLOCK);
  const [left, top] = [(block % across) * BLOCK, Math.floor(block / across) * BLOCK];
  for (let y = top; y < Math.min(top + BLOCK, height); y++) {
    const end = (y * width + Math.min(left + BLOCK, width)) * 3;
    for (let at = (y * width + left) * 3; at < end; at++) {
      const sample = data[at] as number;
      if (sample < 2 * level || sample > 253 * level) return true;
    }
  }
  return false;
}
