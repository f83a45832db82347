// From RGB to the samples that are transformed: Y for each pixel, Cb and Cr for each square of four.
//
// The conversion is JFIF's, Y = 0.299 R + 0.587 G + 0.114 B, Cb = -0.16874 R - 0.33126 G + 0.5 B and
// Cr = 0.5 R - 0.41869 G - 0.08131 B, to the nearest whole number, at a half up for Y and down for Cb and Cr: so libjpeg
// does it. JFIF adds 128 to Cb and Cr, and T.81 (A.3.1) takes 128 from every sample again.

/** Eight pixels of RGB, which are read with the four bytes behind them. */
const GROUP: i32 = 8;
const GROUP_BYTES: i32 = GROUP * 3;

/** How many bytes behind the last pixel may be read, and are passed over. */
export const READ_BEYOND: i32 = 4;

/** The pixels up to the end of an MCU of sixteen: a last one or two groups of each row, filled up. */
const TAIL: i32 = 2 * GROUP;
const TAIL_UPPER: usize = memory.data(2 * GROUP_BYTES + READ_BEYOND, 16);
const TAIL_LOWER: usize = memory.data(2 * GROUP_BYTES + READ_BEYOND, 16);

/** Four pixels of RGB as pairs of 16 bits: R and G, B and G. */
const PAIRS_RG: v128 = i8x16(0, -1, 1, -1, 3, -1, 4, -1, 6, -1, 7, -1, 9, -1, 10, -1);
const PAIRS_BG: v128 = i8x16(2, -1, 1, -1, 5, -1, 4, -1, 8, -1, 7, -1, 11, -1, 10, -1);

// The weights in units of 2⁻¹⁶. That of G in Y, 38470, is too large for 16 bits and is shared out to both pairs; those of Cb
// and Cr are negated, as -32768 fits and 32768 does not.
const Y_RG: v128 = i16x8(19595, 22086, 19595, 22086, 19595, 22086, 19595, 22086);
const Y_BG: v128 = i16x8(7471, 16384, 7471, 16384, 7471, 16384, 7471, 16384);
const CB_RG: v128 = i16x8(11059, 21709, 11059, 21709, 11059, 21709, 11059, 21709);
const CB_BG: v128 = i16x8(-32768, 0, -32768, 0, -32768, 0, -32768, 0);
const CR_RG: v128 = i16x8(-32768, 27439, -32768, 27439, -32768, 27439, -32768, 27439);
const CR_BG: v128 = i16x8(5329, 0, 5329, 0, 5329, 0, 5329, 0);

/** What rounds the means of four: 1 and 2 in turn along a row, so that halves go up as often as down. */
const TURNS: v128 = i16x8(1, 2, 1, 2, 1, 2, 1, 2);

/** Where the samples of two rows of pixels go. */
// @ts-ignore: a class of AssemblyScript's, which has no constructor
@unmanaged
export class RowPair {
  upperY: usize;
  lowerY: usize;
  cb: usize;
  cr: usize;
}

/** Converts two rows of `width` pixels; the last pixel is repeated up to a multiple of sixteen. */
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

// @ts-ignore: a decorator of AssemblyScript's
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

/** Y, less 128, of four pixels. */
// @ts-ignore: a decorator of AssemblyScript's
@inline
function y(pixels: v128): v128 {
  const half = i32x4.splat(32768 - (128 << 16));
  return i32x4.shr_s(i32x4.add(half, weigh(pixels, Y_RG, Y_BG)), 16);
}

// @ts-ignore: a decorator of AssemblyScript's
@inline
function cb(pixels: v128): v128 {
  return chromaOf(weigh(pixels, CB_RG, CB_BG));
}

// @ts-ignore: a decorator of AssemblyScript's
@inline
function cr(pixels: v128): v128 {
  return chromaOf(weigh(pixels, CR_RG, CR_BG));
}

// @ts-ignore: a decorator of AssemblyScript's
@inline
function chromaOf(negated: v128): v128 {
  const belowHalf = i32x4.splat(32767);
  return i32x4.shr_s(i32x4.sub(belowHalf, negated), 16);
}

// @ts-ignore: a decorator of AssemblyScript's
@inline
function weigh(pixels: v128, rg: v128, bg: v128): v128 {
  return i32x4.add(
    i32x4.dot_i16x8_s(i8x16.swizzle(pixels, PAIRS_RG), rg),
    i32x4.dot_i16x8_s(i8x16.swizzle(pixels, PAIRS_BG), bg),
  );
}

/** The means of squares in bytes, four of each: of Cb and Cr, in which upper and lower pixels are added. */
// @ts-ignore: a decorator of AssemblyScript's
@inline
function meansOfSquares(cb: v128, cr: v128): v128 {
  const sums = i16x8.narrow_i32x4_s(i32x4.extadd_pairwise_i16x8_s(cb), i32x4.extadd_pairwise_i16x8_s(cr));
  const means = i16x8.shr_s(i16x8.add(sums, TURNS), 2);
  return i8x16.narrow_i16x8_s(means, means);
}
