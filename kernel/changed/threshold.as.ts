import { BLOCK, BLOCKS, CAPACITY } from './layout.as';

/** Eight rows of 16-bit luma, with the rows above and below, and one more pixel at both ends of each row. */
export const STRIDE: i32 = CAPACITY + 16;
export const SMOOTHED: usize = memory.data((BLOCK + 2) * STRIDE * 2, 16);
/** The two bounds of each block, of 32 bits. */
const WEAK: usize = memory.data(BLOCKS * 4, 16);
const STRONG: usize = memory.data(BLOCKS * 4, 16);
/** Eight rows of marks: 1 above the weak bound, 2 above both, else 0. */
const MARKS: usize = memory.data(BLOCK * CAPACITY, 16);

let strongFound: i32 = 0;

/** The distance between two rows at `smoothed()`, in pixels. */
export function stride(): i32 {
  return STRIDE;
}

export function smoothed(): usize {
  return SMOOTHED;
}

export function weak(): usize {
  return WEAK;
}

export function strong(): usize {
  return STRONG;
}

export function marks(): usize {
  return MARKS;
}

/** Whether the last call of `threshold` found a strong pixel. */
export function anyStrong(): i32 {
  return strongFound;
}

/**
 * Marks the pixels of the first `blocks` blocks in the first `rows` rows whose 3 × 3 sums differ from the centre by
 * more than the bounds. Returns a bit mask of the rows that contain marks.
 */
export function threshold(blocks: i32, rows: i32, centre: i32): i32 {
  const middle = i32x4.splat(centre);
  let rowsMarked = 0;
  let strongPixels = i32x4.splat(0);
  for (let block = 0; block < blocks; block++) {
    const weakBound = v128.load32_splat(WEAK + 4 * block);
    const strongBound = v128.load32_splat(STRONG + 4 * block);
    let at = SMOOTHED + 2 * BLOCK * block;
    // Horizontal 3-pixel sums for four pixels and for the next four: in the row above, and in this one.
    let above = threes(at);
    let nextAbove = threes(at + 8);
    at += 2 * STRIDE;
    let here = threes(at);
    let nextHere = threes(at + 8);
    for (let row = 0; row < rows; row++) {
      at += 2 * STRIDE;
      const below = threes(at);
      const nextBelow = threes(at + 8);
      const magnitude = i32x4.abs(i32x4.sub(i32x4.add(i32x4.add(above, here), below), middle));
      const nextMagnitude = i32x4.abs(i32x4.sub(i32x4.add(i32x4.add(nextAbove, nextHere), nextBelow), middle));
      above = here;
      nextAbove = nextHere;
      here = below;
      nextHere = nextBelow;

      const to = MARKS + row * CAPACITY + BLOCK * block;
      const isWeak = i32x4.gt_s(magnitude, weakBound);
      const isNextWeak = i32x4.gt_s(nextMagnitude, weakBound);
      if (!v128.any_true(v128.or(isWeak, isNextWeak))) {
        store<u64>(to, 0);
        continue;
      }
      rowsMarked |= 1 << row;
      const isStrong = v128.and(isWeak, i32x4.gt_s(magnitude, strongBound));
      const isNextStrong = v128.and(isNextWeak, i32x4.gt_s(nextMagnitude, strongBound));
      strongPixels = v128.or(strongPixels, v128.or(isStrong, isNextStrong));
      // A comparison yields -1 where it is true.
      const both = i16x8.narrow_i32x4_s(i32x4.add(isWeak, isStrong), i32x4.add(isNextWeak, isNextStrong));
      v128.store64_lane(to, i8x16.narrow_i16x8_s(i16x8.neg(both), both), 0);
    }
  }
  strongFound = v128.any_true(strongPixels) ? 1 : 0;
  return rowsMarked;
}

/** Horizontal 3-pixel sums of four pixels; the left neighbour of the first one is at `at`. */
// @ts-ignore: AssemblyScript decorator
@inline
export function threes(at: usize): v128 {
  return i32x4.add(i32x4.add(v128.load16x4_s(at), v128.load16x4_s(at, 2)), v128.load16x4_s(at, 4));
}
