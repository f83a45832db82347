import { BLOCK, BLOCKS, CAPACITY } from './part.as';

/** Eight rows of the lightness, of 16 bits, with the row above them and the one below, and a pixel more at both ends of each. */
export const STRIDE: i32 = CAPACITY + 16;
export const SMOOTHED: usize = memory.data((BLOCK + 2) * STRIDE * 2, 16);
/** The bounds of each block, of 32 bits. */
const MARKED: usize = memory.data(BLOCKS * 4, 16);
const SURE: usize = memory.data(BLOCKS * 4, 16);
/** Eight rows of marks: 0, 1 past the first bound, 2 past both. */
const MARKS: usize = memory.data(BLOCK * CAPACITY, 16);

let anySure: i32 = 0;

/** How many of them lie between two rows. */
export function stride(): i32 {
  return STRIDE;
}

export function smoothed(): usize {
  return SMOOTHED;
}

export function marked(): usize {
  return MARKED;
}

export function sure(): usize {
  return SURE;
}

export function marks(): usize {
  return MARKS;
}

/** Whether `mark` has last met a pixel past both bounds. */
export function isSure(): i32 {
  return anySure;
}

/**
 * Marks the pixels of the first `blocks` blocks in the first `rows` rows whose sums over nine pixels are more than the
 * bounds from the centre. Each row that has a mark has its bit in what is returned.
 */
export function mark(blocks: i32, rows: i32, centre: i32): i32 {
  const middle = i32x4.splat(centre);
  let rowsMarked = 0;
  let sureOnes = i32x4.splat(0);
  for (let block = 0; block < blocks; block++) {
    const bound = v128.load32_splat(MARKED + 4 * block);
    const sureBound = v128.load32_splat(SURE + 4 * block);
    let at = SMOOTHED + 2 * BLOCK * block;
    // Sums over three in a row, of four pixels and of the next four: above, and here.
    let above = threes(at);
    let nextAbove = threes(at + 8);
    at += 2 * STRIDE;
    let here = threes(at);
    let nextHere = threes(at + 8);
    for (let row = 0; row < rows; row++) {
      at += 2 * STRIDE;
      const below = threes(at);
      const nextBelow = threes(at + 8);
      const size = i32x4.abs(i32x4.sub(i32x4.add(i32x4.add(above, here), below), middle));
      const nextSize = i32x4.abs(i32x4.sub(i32x4.add(i32x4.add(nextAbove, nextHere), nextBelow), middle));
      above = here;
      nextAbove = nextHere;
      here = below;
      nextHere = nextBelow;

      const to = MARKS + row * CAPACITY + BLOCK * block;
      const isMarked = i32x4.gt_s(size, bound);
      const isNextMarked = i32x4.gt_s(nextSize, bound);
      if (!v128.any_true(v128.or(isMarked, isNextMarked))) {
        store<u64>(to, 0);
        continue;
      }
      rowsMarked |= 1 << row;
      const beyondBoth = v128.and(isMarked, i32x4.gt_s(size, sureBound));
      const nextBeyondBoth = v128.and(isNextMarked, i32x4.gt_s(nextSize, sureBound));
      sureOnes = v128.or(sureOnes, v128.or(beyondBoth, nextBeyondBoth));
      // What is true is -1.
      const both = i16x8.narrow_i32x4_s(i32x4.add(isMarked, beyondBoth), i32x4.add(isNextMarked, nextBeyondBoth));
      v128.store64_lane(to, i8x16.narrow_i16x8_s(i16x8.neg(both), both), 0);
    }
  }
  anySure = v128.any_true(sureOnes) ? 1 : 0;
  return rowsMarked;
}

/** The sums of four pixels and their neighbours in the row, of which the first's left one lies at `at`. */
// @ts-ignore: a decorator of AssemblyScript's
@inline
export function threes(at: usize): v128 {
  return i32x4.add(i32x4.add(v128.load16x4_s(at), v128.load16x4_s(at, 2)), v128.load16x4_s(at, 4));
}
