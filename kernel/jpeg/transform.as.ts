// The forward DCT (T.81, A.3.3) by the method of Loeffler, Ligtenberg and Moschytz ("Practical fast 1-D DCT algorithms with
// 11 multiplications", ICASSP 1989), in whole numbers, and the quantization (T.81, A.3.4).
//
// The one-dimensional transform goes over the rows and then over the columns. It is scaled by √8, so that the two make the
// coefficients eight times too large, which the quantization takes back. The weights are in units of 2⁻¹³, and between the
// two passes the numbers have two bits more. Each output is one sum of products that is rounded once; so the multiplications
// may be shared out among vectors as it suits these, and the numbers stay the same.

/** A block under way: eight vectors of eight numbers. */
const BLOCK: usize = memory.data(128, 16);

const WEIGHT_BITS: i32 = 13;
const EXTRA_BITS: i32 = 2;

// cos and sin of the rotations, which the method's paper draws, times √2 and 2¹³, joined to what each output takes of two
// inputs. The odd ones are 8192 √2 cos(n π/16) with n = 1, 3, 5, 7: 11363, 9633, 6437, 2260, up to rounding of their parts.
const EVEN_2: v128 = i16x8(4433, 10703, 4433, 10703, 4433, 10703, 4433, 10703);
const EVEN_6: v128 = i16x8(-10704, 4433, -10704, 4433, -10704, 4433, -10704, 4433);
const ODD_1_LEFT: v128 = i16x8(2260, 6437, 2260, 6437, 2260, 6437, 2260, 6437);
const ODD_1_RIGHT: v128 = i16x8(9633, 11363, 9633, 11363, 9633, 11363, 9633, 11363);
const ODD_3_LEFT: v128 = i16x8(-6436, -11362, -6436, -11362, -6436, -11362, -6436, -11362);
const ODD_3_RIGHT: v128 = i16x8(-2259, 9633, -2259, 9633, -2259, 9633, -2259, 9633);
const ODD_5_LEFT: v128 = i16x8(9633, 2261, 9633, 2261, 9633, 2261, 9633, 2261);
const ODD_5_RIGHT: v128 = i16x8(-11362, 6437, -11362, 6437, -11362, 6437, -11362, 6437);
const ODD_7_LEFT: v128 = i16x8(-11363, 9633, -11363, 9633, -11363, 9633, -11363, 9633);
const ODD_7_RIGHT: v128 = i16x8(-6436, 2260, -6436, 2260, -6436, 2260, -6436, 2260);

/**
 * Transforms the 8 × 8 samples at `from`, whose rows lie `stride` bytes apart, and writes 64 quantized coefficients of 16
 * bits to `to`, row by row. `factors` are those that the encoder's wrapper makes of a quantization table.
 */
export function transform(from: usize, stride: usize, factors: usize, to: usize): void {
  for (let row: usize = 0; row < 8; row++) v128.store(BLOCK + row * 16, v128.load8x8_s(from + row * stride));
  transpose();
  transformColumns(true, factors, BLOCK);
  transpose();
  transformColumns(false, factors, to);
}

// @ts-ignore: a decorator of AssemblyScript's
@inline
function line(number: i32): v128 {
  return v128.load(BLOCK + number * 16);
}

/** Makes rows of the block's columns, in three rounds in which ever larger pieces change places. */
function transpose(): void {
  const a0 = low16(line(0), line(4));
  const a1 = high16(line(0), line(4));
  const a2 = low16(line(1), line(5));
  const a3 = high16(line(1), line(5));
  const a4 = low16(line(2), line(6));
  const a5 = high16(line(2), line(6));
  const a6 = low16(line(3), line(7));
  const a7 = high16(line(3), line(7));

  const b0 = low16(a0, a4);
  const b1 = high16(a0, a4);
  const b2 = low16(a1, a5);
  const b3 = high16(a1, a5);
  const b4 = low16(a2, a6);
  const b5 = high16(a2, a6);
  const b6 = low16(a3, a7);
  const b7 = high16(a3, a7);

  v128.store(BLOCK, low16(b0, b4));
  v128.store(BLOCK + 16, high16(b0, b4));
  v128.store(BLOCK + 32, low16(b1, b5));
  v128.store(BLOCK + 48, high16(b1, b5));
  v128.store(BLOCK + 64, low16(b2, b6));
  v128.store(BLOCK + 80, high16(b2, b6));
  v128.store(BLOCK + 96, low16(b3, b7));
  v128.store(BLOCK + 112, high16(b3, b7));
}

/** The first (or last) four numbers of two vectors in turn. */
// @ts-ignore: a decorator of AssemblyScript's
@inline
function low16(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 1, 16, 17, 2, 3, 18, 19, 4, 5, 20, 21, 6, 7, 22, 23);
}

// @ts-ignore: a decorator of AssemblyScript's
@inline
function high16(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 8, 9, 24, 25, 10, 11, 26, 27, 12, 13, 28, 29, 14, 15, 30, 31);
}

/** The one-dimensional transform of each of the block's columns: into the block, or quantized into `to`. */
// @ts-ignore: a decorator of AssemblyScript's
@inline
function transformColumns(first: bool, factors: usize, to: usize): void {
  const sum07 = i16x8.add(line(0), line(7));
  const sum16 = i16x8.add(line(1), line(6));
  const sum25 = i16x8.add(line(2), line(5));
  const sum34 = i16x8.add(line(3), line(4));
  const difference07 = i16x8.sub(line(0), line(7));
  const difference16 = i16x8.sub(line(1), line(6));
  const difference25 = i16x8.sub(line(2), line(5));
  const difference34 = i16x8.sub(line(3), line(4));

  // The even half. The greatest sum, of samples that are all -128, is -32768 in the second pass: it fits, and so does 32,512.
  const outer = i16x8.add(sum07, sum34);
  const inner = i16x8.add(sum16, sum25);
  putWhole(first, factors, to, 0, i16x8.add(outer, inner));
  putWhole(first, factors, to, 4, i16x8.sub(outer, inner));
  const inward = i16x8.sub(sum16, sum25);
  const outward = i16x8.sub(sum07, sum34);
  const lowEven = low16(inward, outward);
  const highEven = high16(inward, outward);
  put(first, factors, to, 2, weigh(lowEven, EVEN_2), weigh(highEven, EVEN_2));
  put(first, factors, to, 6, weigh(lowEven, EVEN_6), weigh(highEven, EVEN_6));

  const lowLeft = low16(difference34, difference25);
  const highLeft = high16(difference34, difference25);
  const lowRight = low16(difference16, difference07);
  const highRight = high16(difference16, difference07);
  putOdd(first, factors, to, 1, lowLeft, highLeft, ODD_1_LEFT, lowRight, highRight, ODD_1_RIGHT);
  putOdd(first, factors, to, 3, lowLeft, highLeft, ODD_3_LEFT, lowRight, highRight, ODD_3_RIGHT);
  putOdd(first, factors, to, 5, lowLeft, highLeft, ODD_5_LEFT, lowRight, highRight, ODD_5_RIGHT);
  putOdd(first, factors, to, 7, lowLeft, highLeft, ODD_7_LEFT, lowRight, highRight, ODD_7_RIGHT);
}

// @ts-ignore: a decorator of AssemblyScript's
@inline
function weigh(numbers: v128, weights: v128): v128 {
  return i32x4.dot_i16x8_s(numbers, weights);
}

// @ts-ignore: a decorator of AssemblyScript's
@inline
function putOdd(
  first: bool,
  factors: usize,
  to: usize,
  number: i32,
  lowLeft: v128,
  highLeft: v128,
  left: v128,
  lowRight: v128,
  highRight: v128,
  right: v128,
): void {
  const low = i32x4.add(weigh(lowLeft, left), weigh(lowRight, right));
  const high = i32x4.add(weigh(highLeft, left), weigh(highRight, right));
  put(first, factors, to, number, low, high);
}

/** Writes an output line that was not weighted. */
// @ts-ignore: a decorator of AssemblyScript's
@inline
function putWhole(first: bool, factors: usize, to: usize, number: i32, sums: v128): void {
  if (first) {
    v128.store(to + number * 16, i16x8.shl(sums, EXTRA_BITS));
  } else {
    const line = i16x8.shr_s(i16x8.add(sums, i16x8.splat(<i16>(<i32>1 << (EXTRA_BITS - 1)))), EXTRA_BITS);
    quantize(factors, to, number, i32x4.extend_low_i16x8_s(line), i32x4.extend_high_i16x8_s(line));
  }
}

/** Writes an output line that was weighted, of which the weights' bits are taken off. */
// @ts-ignore: a decorator of AssemblyScript's
@inline
function put(first: bool, factors: usize, to: usize, number: i32, low: v128, high: v128): void {
  if (first) {
    const left = descale(low, WEIGHT_BITS - EXTRA_BITS);
    const right = descale(high, WEIGHT_BITS - EXTRA_BITS);
    v128.store(to + number * 16, i16x8.narrow_i32x4_s(left, right));
  } else {
    const left = descale(low, WEIGHT_BITS + EXTRA_BITS);
    const right = descale(high, WEIGHT_BITS + EXTRA_BITS);
    quantize(factors, to, number, left, right);
  }
}

// @ts-ignore: a decorator of AssemblyScript's
@inline
function descale(sums: v128, bits: i32): v128 {
  return i32x4.shr_s(i32x4.add(sums, i32x4.splat(1 << (bits - 1))), bits);
}

/**
 * Divides a line by 8 and by its quantization steps, rounding to the nearest, and at a half away from zero.
 *
 * With d = 8 × step, at most 2040, a factor is (1 + 2⁻¹⁵) / d, so that a product is x / d, too large by a relative e that
 * lies between 2⁻¹⁶ and 2⁻¹⁴, whatever the three roundings to 24 bits do. At a half this decides for the greater number. And
 * what is below a half, is so by at least 1 / d, for d is even; the product's excess is less: |x| / d × 2⁻¹⁴, as |x| < 2¹⁴.
 * The rounding itself is the addition's: above 2²³ a float has no fraction. What is left in its low bits is the number.
 */
// @ts-ignore: a decorator of AssemblyScript's
@inline
function quantize(factors: usize, to: usize, number: i32, low: v128, high: v128): void {
  const left = roundedProduct(low, v128.load(factors + number * 32));
  const right = roundedProduct(high, v128.load(factors + number * 32 + 16));
  v128.store(to + number * 16, i16x8.narrow_i32x4_s(left, right));
}

// @ts-ignore: a decorator of AssemblyScript's
@inline
function roundedProduct(numbers: v128, factors: v128): v128 {
  const unit = f32x4.splat(12582912); // 1.5 × 2²³
  const product = f32x4.mul(f32x4.convert_i32x4_s(numbers), factors);
  return i32x4.sub(f32x4.add(product, unit), unit);
}
