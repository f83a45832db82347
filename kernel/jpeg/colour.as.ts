// Colour conversion and chroma subsampling: one Y sample for each pixel, one Cb and one Cr sample for each 2 × 2
// pixels.
//
// The conversion is JFIF's: Y = 0.299 R + 0.587 G + 0.114 B, Cb = -0.16874 R - 0.33126 G + 0.5 B and Cr = 0.5 R -
// 0.41869 G - 0.08131 B, rounded to the nearest integer, with halves up for Y and down for Cb and Cr, as libjpeg does.
// JFIF adds 128 to Cb and Cr, and T.81 (A.3.1) subtracts 128 from all samples.

/** The number of RGB pixels that are converted together. */
const GROUP: i32 = 8;
const GROUP_BYTES: i32 = GROUP * 3;

/** How many bytes after the last pixel may be read. They are ignored. */
export const OVERREAD: i32 = 4;

/** A buffer for the last pixels of a row, padded to a whole MCU of sixteen. */
const TAIL: i32 = 2 * GROUP;
const TAIL_UPPER: usize = memory.data(2 * GROUP_BYTES + OVERREAD, 16);
const TAIL_LOWER: usize = memory.data(2 * GROUP_BYTES + OVERREAD, 16);

/** Swizzle lanes that turn four RGB pixels into 16-bit pairs: R and G, B and G. */
const PAIRS_RG: v128 = i8x16(0, -1, 1, -1, 3, -1, 4, -1, 6, -1, 7, -1, 9, -1, 10, -1);
const PAIRS_BG: v128 = i8x16(2, -1, 1, -1, 5, -1, 4, -1, 8, -1, 7, -1, 11, -1, 10, -1);

// The weights in units of 2⁻¹⁶. G's weight in Y, 38470, does not fit into 16 bits and is split between the two pairs.
// The weights of Cb and Cr are negated, because -32768 fits and 32768 does not.
const Y_RG: v128 = i16x8(19595, 22086, 19595, 22086, 19595, 22086, 19595, 22086);
const Y_BG: v128 = i16x8(7471, 16384, 7471, 16384, 7471, 16384, 7471, 16384);
const CB_RG: v128 = i16x8(11059, 21709, 11059, 21709, 11059, 21709, 11059, 21709);
const CB_BG: v128 = i16x8(-32768, 0, -32768, 0, -32768, 0, -32768, 0);
const CR_RG: v128 = i16x8(-32768, 27439, -32768, 27439, -32768, 27439, -32768, 27439);
const CR_BG: v128 = i16x8(5329, 0, 5329, 0, 5329, 0, 5329, 0);

/** Rounding terms for means of four: alternately 1 and 2 along a row, so that there is no bias (as in libjpeg). */
const ROUNDING: v128 = i16x8(1, 2, 1, 2, 1, 2, 1, 2);

/** The destinations of the samples of two rows of pixels. */
// @ts-ignore: AssemblyScript class without a constructor
@unmanaged
export class RowPair {
  upperY: usize;
  lowerY: usize;
  cb: usize;
  cr: usize;
}

/** Converts two rows of `width` pixels. The last pixel is repeated up to a multiple of sixteen. */
export function convertRows(upper: usize, lower: usize, width: i32, to: RowPair): void {
  const whole = width & -TAIL;
  for (let x = 0; x < whole; x += GROUP) convertGroup(upper + x * 3, lower + x * 3, x, to);
  if (whole == width) return;
  fillTail(TAIL_UPPER, upper + whole * 3, width - whole);
  fillTail(TAIL_LOWER, lower + whole * 3, width - whole);
  convertGroup(TAIL_UPPER, TAIL_LOWER, whole, to);
  convertGroup(TAIL_UPPER + GROUP_BYTES, TAIL_LOWER + GROUP_BYTES, whole + GROUP, to);
}

function fillTail(tail: usize, from: usize, pixels: i32): void {
  memory.copy(tail, from, pixels * 3);
  for (let at = pixels * 3; at < TAIL * 3; at++) store<u8>(tail + at, load<u8>(tail + at - 3));
}

// @ts-ignore: AssemblyScript decorator
@inline
function convertGroup(upper: usize, lower: usize, x: i32, to: RowPair): void {
  const upperLeft = v128.load(upper);
  const upperRight = v128.load(upper, 12);
  const lowerLeft = v128.load(lower);
  const lowerRight = v128.load(lower, 12);

  const luma = i8x16.narrow_i16x8_s(
    i16x8.narrow_i32x4_s(y(upperLeft), y(upperRight)),
    i16x8.narrow_i32x4_s(y(lowerLeft), y(lowerRight)),
  );
  v128.store64_lane(to.upperY + x, luma, 0);
  v128.store64_lane(to.lowerY + x, luma, 1);

  const chroma = meansOfSquares(
    i16x8.narrow_i32x4_s(i32x4.add(cb(upperLeft), cb(lowerLeft)), i32x4.add(cb(upperRight), cb(lowerRight))),
    i16x8.narrow_i32x4_s(i32x4.add(cr(upperLeft), cr(lowerLeft)), i32x4.add(cr(upperRight), cr(lowerRight))),
  );
  v128.store32_lane(to.cb + (x >> 1), chroma, 0);
  v128.store32_lane(to.cr + (x >> 1), chroma, 1);
}

/** Y - 128 of four pixels. */
// @ts-ignore: AssemblyScript decorator
@inline
function y(pixels: v128): v128 {
  const half = i32x4.splat(32768 - (128 << 16));
  return i32x4.shr_s(i32x4.add(half, weigh(pixels, Y_RG, Y_BG)), 16);
}

// @ts-ignore: AssemblyScript decorator
@inline
function cb(pixels: v128): v128 {
  return chromaOf(weigh(pixels, CB_RG, CB_BG));
}

// @ts-ignore: AssemblyScript decorator
@inline
function cr(pixels: v128): v128 {
  return chromaOf(weigh(pixels, CR_RG, CR_BG));
}

// @ts-ignore: AssemblyScript decorator
@inline
function chromaOf(negated: v128): v128 {
  const belowHalf = i32x4.splat(32767);
  return i32x4.shr_s(i32x4.sub(belowHalf, negated), 16);
}

// @ts-ignore: AssemblyScript decorator
@inline
function weigh(pixels: v128, rg: v128, bg: v128): v128 {
  return i32x4.add(
    i32x4.dot_i16x8_s(i8x16.swizzle(pixels, PAIRS_RG), rg),
    i32x4.dot_i16x8_s(i8x16.swizzle(pixels, PAIRS_BG), bg),
  );
}

/** The 2 × 2 means of Cb and of Cr, four bytes each. The upper and lower pixels have already been added. */
// @ts-ignore: AssemblyScript decorator
@inline
function meansOfSquares(cb: v128, cr: v128): v128 {
  const sums = i16x8.narrow_i32x4_s(i32x4.extadd_pairwise_i16x8_s(cb), i32x4.extadd_pairwise_i16x8_s(cr));
  const means = i16x8.shr_s(i16x8.add(sums, ROUNDING), 2);
  return i8x16.narrow_i16x8_s(means, means);
}
