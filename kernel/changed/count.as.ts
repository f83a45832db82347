import { SMOOTHED, STRIDE, threes } from './mark.as';
import { AFTER, BEFORE, LOOKED } from './survey.as';

/** A bin for each difference from -255. */
const BINS: i32 = 512;
/** So many tables in turn, each of three channels: in pictures that are much alike one count would wait for the next. */
const TABLES: i32 = 4;
const DIFFERENCES: usize = memory.data(TABLES * 3 * BINS * 4, 16);

/** A bin for each 2⁵ of the sums over nine pixels, to the nearest: those of src/analysis/smoothing.ts. */
const BITS: i32 = 5;
const MOST: i32 = 4590;
const SUMS: usize = memory.data((2 * MOST + 1) * 4, 16);
const NEAREST: i32 = (MOST << BITS) + (1 << (BITS - 1));

/** Three times 512 counts, of 32 bits. */
export function differenceCounts(): usize {
  return DIFFERENCES;
}

/** 2 · 4590 + 1 counts, of 32 bits. */
export function sumCounts(): usize {
  return SUMS;
}

export function clearCounts(): void {
  memory.fill(DIFFERENCES, 0, TABLES * 3 * BINS * 4);
  memory.fill(SUMS, 0, (2 * MOST + 1) * 4);
}

/** Counts the differences of the first row's first `pixels` pixels that are looked at. */
export function countDifferences(pixels: i32): void {
  for (let x = 0; x < pixels; x++) {
    if (load<u8>(LOOKED + x) === 0) continue;
    const table = DIFFERENCES + 4 * (255 + 3 * BINS * (x % TABLES));
    countDifference(table, 3 * x);
    countDifference(table + 4 * BINS, 3 * x + 1);
    countDifference(table + 8 * BINS, 3 * x + 2);
  }
}

// @ts-ignore: a decorator of AssemblyScript's
@inline
function countDifference(table: usize, at: i32): void {
  count(table + 4 * (<i32>load<u8>(AFTER + at) - <i32>load<u8>(BEFORE + at)));
}

/** Puts all that has been counted in the first table. */
export function addTables(): void {
  for (let bin = 0; bin < 3 * BINS; bin++) {
    let sum = 0;
    for (let table = 0; table < TABLES; table++) sum += load<i32>(DIFFERENCES + 4 * (bin + 3 * BINS * table));
    store<i32>(DIFFERENCES + 4 * bin, sum);
  }
}

/** Counts the sums over nine pixels of the second row's first `pixels` pixels that are looked at; up to 3 more are read. */
export function countSums(pixels: i32): void {
  for (let x = 0; x < pixels; x += 4) {
    const at = SMOOTHED + 2 * x;
    const sum = i32x4.add(i32x4.add(threes(at), threes(at + 2 * STRIDE)), threes(at + 4 * STRIDE));
    const bins = i32x4.shr_u(i32x4.add(sum, i32x4.splat(NEAREST)), BITS);
    countBin(x, pixels, i32x4.extract_lane(bins, 0));
    countBin(x + 1, pixels, i32x4.extract_lane(bins, 1));
    countBin(x + 2, pixels, i32x4.extract_lane(bins, 2));
    countBin(x + 3, pixels, i32x4.extract_lane(bins, 3));
  }
}

// @ts-ignore: a decorator of AssemblyScript's
@inline
function countBin(x: i32, pixels: i32, bin: i32): void {
  if (x < pixels && load<u8>(LOOKED + x) !== 0) count(SUMS + 4 * bin);
}

// @ts-ignore: a decorator of AssemblyScript's
@inline
function count(at: usize): void {
  store<i32>(at, load<i32>(at) + 1);
}
