// Dequantization (T.81, A.3.4) and the inverse DCT (A.3.3), columns first and then rows.
//
// The results are those of the algorithm of Loeffler, Ligtenberg and Moschytz with factors rounded to 13 bits, as in
// libjpeg's accurate integer DCT. As in the forward transform, its rotations are multiplied out: each output is a sum of
// products, rounded once after each pass. Each pass scales by √8; the first keeps two extra bits.
//
// Sixteen bits are enough for whatever an encoder makes of samples: then the absolute values of a block's column add up to
// 2,896 at most before quantization, and rounding adds half a step to each. Blocks beyond MAX_COLUMN are refused.

import { interleaveHigh, interleaveLow } from './lanes.as';

/** The sum of a column's absolute values with which the first pass stays within 16 bits: 4 · 1.39 · 5,800 < 32,767. */
const MAX_COLUMN: i16 = 5800;

const FIRST_SHIFT: i32 = 13 - 2;
const SECOND_SHIFT: i32 = 13 + 2 + 3;

// The weights of inputs 0 and 4, of 2 and 6, of 1 and 3, and of 5 and 7, in pairs: 8192 √2 cos(n π / 16). Some are sums of
// rounded factors, so that the same weight is not the same number everywhere.
const SUM_0_4: v128 = i16x8(8192, 8192, 8192, 8192, 8192, 8192, 8192, 8192);
const DIFFERENCE_0_4: v128 = i16x8(8192, -8192, 8192, -8192, 8192, -8192, 8192, -8192);
const OUTER_2_6: v128 = i16x8(10703, 4433, 10703, 4433, 10703, 4433, 10703, 4433);
const INNER_2_6: v128 = i16x8(4433, -10704, 4433, -10704, 4433, -10704, 4433, -10704);
const ODD_0_1_3: v128 = i16x8(11363, 9633, 11363, 9633, 11363, 9633, 11363, 9633);
const ODD_0_5_7: v128 = i16x8(6437, 2260, 6437, 2260, 6437, 2260, 6437, 2260);
const ODD_1_1_3: v128 = i16x8(9633, -2259, 9633, -2259, 9633, -2259, 9633, -2259);
const ODD_1_5_7: v128 = i16x8(-11362, -6436, -11362, -6436, -11362, -6436, -11362, -6436);
const ODD_2_1_3: v128 = i16x8(6437, -11362, 6437, -11362, 6437, -11362, 6437, -11362);
const ODD_2_5_7: v128 = i16x8(2261, 9633, 2261, 9633, 2261, 9633, 2261, 9633);
const ODD_3_1_3: v128 = i16x8(2260, -6436, 2260, -6436, 2260, -6436, 2260, -6436);
const ODD_3_5_7: v128 = i16x8(9633, -11363, 9633, -11363, 9633, -11363, 9633, -11363);

/** The 8 × 8 values between the steps. */
const ROWS: usize = memory.data(128, 16);

/** The largest absolute value of a coefficient with this quantization step. */
export function largest(step: i32): i32 {
  return <i32>MAX_COLUMN / step;
}

/** The sample of each pixel of a block that has a DC coefficient alone. */
export function writeFlat(dc: i32, step: i32, to: usize, stride: usize): bool {
  if (dc > largest(step) || dc < -largest(step)) return false;
  const level = (dc * step * 4 + 16) >> 5;
  const samples = i8x16.splat(<i8>max(0, min(255, level + 128)));
  for (let row: usize = 0; row < 8; row++) v128.store64_lane(to + row * stride, samples, 0);
  return true;
}

/**
 * Writes the 8 × 8 samples of a block, whose rows are `stride` bytes apart. `steps` has the quantization step of each of its
 * 64 16-bit coefficients, row by row, and `limits` their largest absolute values. Returns false if a value is too large.
 */
export function inverseTransform(block: usize, steps: usize, limits: usize, to: usize, stride: usize): bool {
  let beyond = i16x8.splat(0);
  let sums = i16x8.splat(0);
  for (let at: usize = 0; at < 128; at += 16) {
    const row = v128.load(block + at);
    const size = i16x8.abs(row);
    // The absolute value of -32768 is itself, and as an unsigned number the largest.
    beyond = v128.or(beyond, i16x8.gt_u(size, v128.load(limits + at)));
    const values = i16x8.mul(row, v128.load(steps + at));
    sums = i16x8.add_sat_s(sums, i16x8.abs(values));
    v128.store(ROWS + at, values);
  }
  if (v128.any_true(v128.or(beyond, i16x8.gt_s(sums, i16x8.splat(MAX_COLUMN))))) return false;
  pass(FIRST_SHIFT);
  transpose();
  pass(SECOND_SHIFT);
  transpose();
  const flip = i8x16.splat(-128);
  for (let row: usize = 0; row < 8; row += 2) {
    const two = v128.xor(i8x16.narrow_i16x8_s(rowAt(row), rowAt(row + 1)), flip);
    v128.store64_lane(to + row * stride, two, 0);
    v128.store64_lane(to + (row + 1) * stride, two, 1);
  }
  return true;
}

// @ts-ignore: AssemblyScript decorator
@inline
function rowAt(row: usize): v128 {
  return v128.load(ROWS + row * 16);
}

/** Transforms each column of ROWS. */
// @ts-ignore: AssemblyScript decorator
@inline
function pass(shift: i32): void {
  const half = i32x4.splat(1 << (shift - 1));
  const low04 = interleaveLow(rowAt(0), rowAt(4));
  const high04 = interleaveHigh(rowAt(0), rowAt(4));
  const low26 = interleaveLow(rowAt(2), rowAt(6));
  const high26 = interleaveHigh(rowAt(2), rowAt(6));
  const low13 = interleaveLow(rowAt(1), rowAt(3));
  const high13 = interleaveHigh(rowAt(1), rowAt(3));
  const low57 = interleaveLow(rowAt(5), rowAt(7));
  const high57 = interleaveHigh(rowAt(5), rowAt(7));
  outputs(0, SUM_0_4, OUTER_2_6, 1, ODD_0_1_3, ODD_0_5_7, low04, high04, low26, high26, low13, high13, low57, high57, half, shift);
  outputs(1, DIFFERENCE_0_4, INNER_2_6, 1, ODD_1_1_3, ODD_1_5_7, low04, high04, low26, high26, low13, high13, low57, high57, half, shift);
  outputs(2, DIFFERENCE_0_4, INNER_2_6, -1, ODD_2_1_3, ODD_2_5_7, low04, high04, low26, high26, low13, high13, low57, high57, half, shift);
  outputs(3, SUM_0_4, OUTER_2_6, -1, ODD_3_1_3, ODD_3_5_7, low04, high04, low26, high26, low13, high13, low57, high57, half, shift);
}

/** Writes rows `row` and 7 - `row`: the sum and the difference of an even and an odd part. The even one is 04 + sign · 26. */
// @ts-ignore: AssemblyScript decorator
@inline
function outputs(
  row: usize,
  weights04: v128,
  weights26: v128,
  sign: i32,
  weights13: v128,
  weights57: v128,
  low04: v128,
  high04: v128,
  low26: v128,
  high26: v128,
  low13: v128,
  high13: v128,
  low57: v128,
  high57: v128,
  half: v128,
  shift: i32,
): void {
  const evenLow = even(low04, weights04, low26, weights26, sign, half);
  const evenHigh = even(high04, weights04, high26, weights26, sign, half);
  const oddLow = i32x4.add(i32x4.dot_i16x8_s(low13, weights13), i32x4.dot_i16x8_s(low57, weights57));
  const oddHigh = i32x4.add(i32x4.dot_i16x8_s(high13, weights13), i32x4.dot_i16x8_s(high57, weights57));
  const sum = i16x8.narrow_i32x4_s(
    i32x4.shr_s(i32x4.add(evenLow, oddLow), shift),
    i32x4.shr_s(i32x4.add(evenHigh, oddHigh), shift),
  );
  const difference = i16x8.narrow_i32x4_s(
    i32x4.shr_s(i32x4.sub(evenLow, oddLow), shift),
    i32x4.shr_s(i32x4.sub(evenHigh, oddHigh), shift),
  );
  v128.store(ROWS + row * 16, sum);
  v128.store(ROWS + (7 - row) * 16, difference);
}

// @ts-ignore: AssemblyScript decorator
@inline
function even(pairs04: v128, weights04: v128, pairs26: v128, weights26: v128, sign: i32, half: v128): v128 {
  const first = i32x4.add(i32x4.dot_i16x8_s(pairs04, weights04), half);
  const second = i32x4.dot_i16x8_s(pairs26, weights26);
  return sign > 0 ? i32x4.add(first, second) : i32x4.sub(first, second);
}

/** The first two, and the last two, 32-bit lanes of two vectors, in pairs. */
// @ts-ignore: AssemblyScript decorator
@inline
function low32(one: v128, other: v128): v128 {
  return i8x16.shuffle(one, other, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
}

// @ts-ignore: AssemblyScript decorator
@inline
function high32(one: v128, other: v128): v128 {
  return i8x16.shuffle(one, other, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
}

// @ts-ignore: AssemblyScript decorator
@inline
function low64(one: v128, other: v128): v128 {
  return i8x16.shuffle(one, other, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
}

// @ts-ignore: AssemblyScript decorator
@inline
function high64(one: v128, other: v128): v128 {
  return i8x16.shuffle(one, other, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
}

/** Swaps rows and columns of ROWS. */
// @ts-ignore: AssemblyScript decorator
@inline
function transpose(): void {
  const left01 = interleaveLow(rowAt(0), rowAt(1));
  const right01 = interleaveHigh(rowAt(0), rowAt(1));
  const left23 = interleaveLow(rowAt(2), rowAt(3));
  const right23 = interleaveHigh(rowAt(2), rowAt(3));
  const left45 = interleaveLow(rowAt(4), rowAt(5));
  const right45 = interleaveHigh(rowAt(4), rowAt(5));
  const left67 = interleaveLow(rowAt(6), rowAt(7));
  const right67 = interleaveHigh(rowAt(6), rowAt(7));
  const upper01 = low32(left01, left23);
  const upper23 = high32(left01, left23);
  const upper45 = low32(right01, right23);
  const upper67 = high32(right01, right23);
  const lower01 = low32(left45, left67);
  const lower23 = high32(left45, left67);
  const lower45 = low32(right45, right67);
  const lower67 = high32(right45, right67);
  v128.store(ROWS, low64(upper01, lower01));
  v128.store(ROWS + 16, high64(upper01, lower01));
  v128.store(ROWS + 32, low64(upper23, lower23));
  v128.store(ROWS + 48, high64(upper23, lower23));
  v128.store(ROWS + 64, low64(upper45, lower45));
  v128.store(ROWS + 80, high64(upper45, lower45));
  v128.store(ROWS + 96, low64(upper67, lower67));
  v128.store(ROWS + 112, high64(upper67, lower67));
}
