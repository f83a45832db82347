import { AFTER, BEFORE, INCLUDED } from './subtract.as';
import { SMOOTHED, STRIDE, threes } from './threshold.as';

/** The bins of the differences from -255, rounded up to a power of two. */
const BINS: i32 = 512;
/** Tables used in turn, each for three channels: increments of the same bin would otherwise wait for each other. */
const TABLES: i32 = 4;
const DIFFERENCES: usize = memory.data(TABLES * 3 * BINS * 4, 16);

/**
 * The bins of the 3 × 3 sums: 2⁵ wide, rounded to the nearest, from -MAX to MAX. As in
 * src/analysis/changed/smoothing.ts.
 */
const BITS: i32 = 5;
const MAX: i32 = 4590;
const SUMS: usize = memory.data((2 * MAX + 1) * 4, 16);
const ROUNDING: i32 = (MAX << BITS) + (1 << (BITS - 1));

/** Three tables of 512 counts of 32 bits. */
export function differenceCounts(): usize {
  return DIFFERENCES;
}

/** 2 · 4590 + 1 counts of 32 bits. */
export function sumCounts(): usize {
  return SUMS;
}

export function clearCounts(): void {
  memory.fill(DIFFERENCES, 0, TABLES * 3 * BINS * 4);
  memory.fill(SUMS, 0, (2 * MAX + 1) * 4);
}

/** Counts the differences of the first `pixels` pixels of the first row, except those that are masked out. */
export function countDifferences(pixels: i32): void {
  for (let x = 0; x < pixels; x++) {
    if (load<u8>(INCLUDED + x) === 0) continue;
    const table = DIFFERENCES + 4 * (255 + 3 * BINS * (x % TABLES));
    countDifference(table, 3 * x);
    countDifference(table + 4 * BINS, 3 * x + 1);
    countDifference(table + 8 * BINS, 3 * x + 2);
  }
}

// @ts-ignore: AssemblyScript decorator
@inline
function countDifference(table: usize, at: i32): void {
  count(table + 4 * (<i32>load<u8>(AFTER + at) - <i32>load<u8>(BEFORE + at)));
}

/** Adds all tables to the first one. */
export function addTables(): void {
  for (let bin = 0; bin < 3 * BINS; bin++) {
    let sum = 0;
    for (let table = 0; table < TABLES; table++) sum += load<i32>(DIFFERENCES + 4 * (bin + 3 * BINS * table));
    store<i32>(DIFFERENCES + 4 * bin, sum);
  }
}

/**
 * Counts the 3 × 3 sums of the first `pixels` pixels of the second row, except those masked out. Reads up to 3 more
 * pixels.
 */
export function countSums(pixels: i32): void {
  for (let x = 0; x < pixels; x += 4) {
    const at = SMOOTHED + 2 * x;
    const sum = i32x4.add(i32x4.add(threes(at), threes(at + 2 * STRIDE)), threes(at + 4 * STRIDE));
    const bins = i32x4.shr_u(i32x4.add(sum, i32x4.splat(ROUNDING)), BITS);
    countBin(x, pixels, i32x4.extract_lane(bins, 0));
    countBin(x + 1, pixels, i32x4.extract_lane(bins, 1));
    countBin(x + 2, pixels, i32x4.extract_lane(bins, 2));
    countBin(x + 3, pixels, i32x4.extract_lane(bins, 3));
  }
}

// @ts-ignore: AssemblyScript decorator
@inline
function countBin(x: i32, pixels: i32, bin: i32): void {
  if (x < pixels && load<u8>(INCLUDED + x) !== 0) count(SUMS + 4 * bin);
}

// @ts-ignore: AssemblyScript decorator
@inline
function count(at: usize): void {
  store<i32>(at, load<i32>(at) + 1);
}
