// The forward DCT (T.81, A.3.3), rows first and then columns, and the quantization (T.81, A.3.4).
//
// The results are those of the algorithm of Loeffler, Ligtenberg and Moschytz ("Practical fast 1-D DCT algorithms with
// 11 multiplications", ICASSP 1989) with factors rounded to 13 bits, as in libjpeg. Each of its outputs is a sum of
// products that is rounded once at the end. Its rotations can therefore be multiplied out, to a 4 × 4 matrix each for
// the even and the odd half, without changing the result. With eight products per vector instruction, fewer steps
// matter more than fewer products.
//
// Each pass scales by √8, which the quantization reverses. Intermediate values have two extra bits: for samples from
// -128 to 127 they are at most 4096, so that they and their sums fit into 16 bits.

import { interleaveHigh, interleaveLow } from './lanes.as';

const WEIGHT_BITS: i32 = 13;
const EXTRA_BITS: i32 = 2;

/** The 8 × 8 intermediate values between the passes. */
const ROWS: usize = memory.data(128, 16);

/** Swizzle lanes that reverse eight 16-bit numbers. */
const REVERSED: v128 = i8x16(14, 15, 12, 13, 10, 11, 8, 9, 6, 7, 4, 5, 2, 3, 0, 1);

// The weights of the sums of inputs 0 and 7, 1 and 6 (outer), and 2 and 5, 3 and 4 (inner), in the outputs 0, 2, 4 and
// 6.
const EVEN_OUTER: usize = memory.data<i16>([8192, 8192, 10703, 4433, 8192, -8192, 4433, -10704], 16);
const EVEN_INNER: usize = memory.data<i16>([8192, 8192, -4433, -10703, -8192, 8192, 10704, -4433], 16);
// The weights of their differences in the outputs 1, 3, 5 and 7. All are 8192 √2 cos(n π / 16). Some are sums of
// rounded factors, so that the same weight is not the same number everywhere.
const ODD_OUTER: usize = memory.data<i16>([11363, 9633, 9633, -2259, 6437, -11362, 2260, -6436], 16);
const ODD_INNER: usize = memory.data<i16>([6437, 2260, -11362, -6436, 2261, 9633, 9633, -11363], 16);

/**
 * Transforms the 8 × 8 samples at `from`, whose rows are `stride` bytes apart, and writes 64 quantized 16-bit
 * coefficients to `to`, row by row. Within a row the order is 0, 2, 4, 6, 1, 3, 5, 7, also that of the `factors` (see
 * `quantize`).
 */
export function transform(from: usize, stride: usize, factors: usize, to: usize): void {
  for (let row: usize = 0; row < 8; row++) {
    v128.store(ROWS + row * 16, transformRow(v128.load8x8_s(from + row * stride)));
  }

  const sum07 = i16x8.add(rowAt(0), rowAt(7));
  const sum16 = i16x8.add(rowAt(1), rowAt(6));
  const sum25 = i16x8.add(rowAt(2), rowAt(5));
  const sum34 = i16x8.add(rowAt(3), rowAt(4));
  transformColumns(sum07, sum16, EVEN_OUTER, sum25, sum34, EVEN_INNER, factors, to);

  const difference07 = i16x8.sub(rowAt(0), rowAt(7));
  const difference16 = i16x8.sub(rowAt(1), rowAt(6));
  const difference25 = i16x8.sub(rowAt(2), rowAt(5));
  const difference34 = i16x8.sub(rowAt(3), rowAt(4));
  transformColumns(difference07, difference16, ODD_OUTER, difference25, difference34, ODD_INNER, factors + 32, to + 16);
}

// @ts-ignore: AssemblyScript decorator
@inline
function rowAt(row: i32): v128 {
  return v128.load(ROWS + row * 16);
}

// @ts-ignore: AssemblyScript decorator
@inline
function transformRow(samples: v128): v128 {
  const reversed = i8x16.swizzle(samples, REVERSED);
  const sums = i16x8.add(samples, reversed);
  const differences = i16x8.sub(samples, reversed);
  const even = weigh(firstPair(sums), v128.load(EVEN_OUTER), secondPair(sums), v128.load(EVEN_INNER));
  const odd = weigh(firstPair(differences), v128.load(ODD_OUTER), secondPair(differences), v128.load(ODD_INNER));
  return i16x8.narrow_i32x4_s(descale(even, WEIGHT_BITS - EXTRA_BITS), descale(odd, WEIGHT_BITS - EXTRA_BITS));
}

/** Computes every other row of coefficients, from the sums or the differences of the rows. */
// @ts-ignore: AssemblyScript decorator
@inline
function transformColumns(a: v128, b: v128, outer: usize, c: v128, d: v128, inner: usize, factors: usize, to: usize): void {
  const lowOuter = interleaveLow(a, b);
  const highOuter = interleaveHigh(a, b);
  const lowInner = interleaveLow(c, d);
  const highInner = interleaveHigh(c, d);
  putRow(lowOuter, highOuter, outer, lowInner, highInner, inner, factors, to);
  putRow(lowOuter, highOuter, outer + 4, lowInner, highInner, inner + 4, factors + 64, to + 32);
  putRow(lowOuter, highOuter, outer + 8, lowInner, highInner, inner + 8, factors + 128, to + 64);
  putRow(lowOuter, highOuter, outer + 12, lowInner, highInner, inner + 12, factors + 192, to + 96);
}

// @ts-ignore: AssemblyScript decorator
@inline
function putRow(
  lowOuter: v128,
  highOuter: v128,
  outer: usize,
  lowInner: v128,
  highInner: v128,
  inner: usize,
  factors: usize,
  to: usize,
): void {
  const outerWeights = v128.load32_splat(outer);
  const innerWeights = v128.load32_splat(inner);
  const low = weigh(lowOuter, outerWeights, lowInner, innerWeights);
  const high = weigh(highOuter, outerWeights, highInner, innerWeights);
  quantize(low, high, factors, to);
}

/** Repeats the first two numbers four times; `secondPair` repeats the next two. */
// @ts-ignore: AssemblyScript decorator
@inline
function firstPair(numbers: v128): v128 {
  return i8x16.shuffle(numbers, numbers, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3);
}

// @ts-ignore: AssemblyScript decorator
@inline
function secondPair(numbers: v128): v128 {
  return i8x16.shuffle(numbers, numbers, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7);
}

/** Four sums of four products each. */
// @ts-ignore: AssemblyScript decorator
@inline
function weigh(outer: v128, outerWeights: v128, inner: v128, innerWeights: v128): v128 {
  return i32x4.add(i32x4.dot_i16x8_s(outer, outerWeights), i32x4.dot_i16x8_s(inner, innerWeights));
}

// @ts-ignore: AssemblyScript decorator
@inline
function descale(sums: v128, bits: i32): v128 {
  return i32x4.shr_s(i32x4.add(sums, i32x4.splat(1 << (bits - 1))), bits);
}

/**
 * Divides eight coefficients by 8 and by their quantization steps, rounded to the nearest integer, with halves away
 * from zero.
 *
 * With d = 8 × step, at most 2040, a factor is (1 + 2⁻¹⁵) / d. The product exceeds x / d by a relative error between
 * 2⁻¹⁶ and 2⁻¹⁴, including the rounding to 24 bits. This decides halves in favour of the larger magnitude. A fraction
 * below a half is below it by at least 1 / d, because d is even, and is raised by less than that: |x| / d × 2⁻¹⁴ with
 * |x| < 2¹⁴. The addition rounds: above 2²³ a float has no fraction, and its low bits are the integer.
 */
// @ts-ignore: AssemblyScript decorator
@inline
function quantize(low: v128, high: v128, factors: usize, to: usize): void {
  const left = roundedProduct(descale(low, WEIGHT_BITS + EXTRA_BITS), v128.load(factors));
  const right = roundedProduct(descale(high, WEIGHT_BITS + EXTRA_BITS), v128.load(factors, 16));
  v128.store(to, i16x8.narrow_i32x4_s(left, right));
}

// @ts-ignore: AssemblyScript decorator
@inline
function roundedProduct(numbers: v128, factors: v128): v128 {
  const unit = f32x4.splat(12582912); // 1.5 × 2²³
  const product = f32x4.mul(f32x4.convert_i32x4_s(numbers), factors);
  return i32x4.sub(f32x4.add(product, unit), unit);
}
