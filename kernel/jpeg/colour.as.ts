// From RGB to the samples that are transformed: Y for each pixel, Cb and Cr for each square of four.
//
// The conversion is JFIF's: Y = 0.299 R + 0.587 G + 0.114 B, Cb = 128 - 0.16874 R - 0.33126 G + 0.5 B and
// Cr = 128 + 0.5 R - 0.41869 G - 0.08131 B, in sixteenths of bits as the files of Pillow have it: Y rounded to the
// nearest, Cb and Cr too, but down at a half. All samples are 128 less (T.81, A.3.1), which is what a DCT takes.

/** Sixteen pixels of RGB, which are read with the four bytes behind them. */
const GROUP: i32 = 16;
const GROUP_BYTES: i32 = GROUP * 3;

/** How many bytes behind the last pixel are read, and passed over. */
export const READ_BEYOND: i32 = 16;

/** A last group of two rows, filled up. */
const TAIL_UPPER: usize = memory.data(GROUP_BYTES + READ_BEYOND, 16);
const TAIL_LOWER: usize = memory.data(GROUP_BYTES + READ_BEYOND, 16);

/** Four pixels of RGB as pairs of 16 bits: R and G, B and G. */
const PAIRS_RG: v128 = i8x16(0, -1, 1, -1, 3, -1, 4, -1, 6, -1, 7, -1, 9, -1, 10, -1);
const PAIRS_BG: v128 = i8x16(2, -1, 1, -1, 5, -1, 4, -1, 8, -1, 7, -1, 11, -1, 10, -1);

// The weights in units of 2⁻¹⁶. That of G in Y, 38470, is too large for 16 bits and is shared by both pairs; those of Cb
// and Cr are negated, as -32768 fits and 32768 does not.
const Y_RG: v128 = i16x8(19595, 22086, 19595, 22086, 19595, 22086, 19595, 22086);
const Y_BG: v128 = i16x8(7471, 16384, 7471, 16384, 7471, 16384, 7471, 16384);
const CB_RG: v128 = i16x8(11059, 21709, 11059, 21709, 11059, 21709, 11059, 21709);
const CB_BG: v128 = i16x8(-32768, 0, -32768, 0, -32768, 0, -32768, 0);
const CR_RG: v128 = i16x8(-32768, 27439, -32768, 27439, -32768, 27439, -32768, 27439);
const CR_BG: v128 = i16x8(5329, 0, 5329, 0, 5329, 0, 5329, 0);

/** What is added to the mean of four: 1 and 2 in turn, so that halves go up as often as down. */
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
  const whole = width & -GROUP;
  for (let x = 0; x < whole; x += GROUP) {
    convertGroups(upper + x * 3, lower + x * 3, x, to);
  }
  if (whole == width) return;
  fillTail(TAIL_UPPER, upper + whole * 3, width - whole);
  fillTail(TAIL_LOWER, lower + whole * 3, width - whole);
  convertGroups(TAIL_UPPER, TAIL_LOWER, whole, to);
}

function fillTail(tail: usize, from: usize, pixels: i32): void {
  memory.copy(tail, from, pixels * 3);
  for (let at = pixels * 3; at < GROUP_BYTES; at++) store<u8>(tail + at, load<u8>(tail + at - 3));
}

// @ts-ignore: a decorator of AssemblyScript's
@inline
function convertGroups(upper: usize, lower: usize, x: i32, to: RowPair): void {
  v128.store(to.upperY + x, i8x16.narrow_i16x8_s(luma(upper), luma(upper + 24)));
  v128.store(to.lowerY + x, i8x16.narrow_i16x8_s(luma(lower), luma(lower + 24)));
  const cb = halve(chroma(upper, lower, CB_RG, CB_BG), chroma(upper + 24, lower + 24, CB_RG, CB_BG));
  const cr = halve(chroma(upper, lower, CR_RG, CR_BG), chroma(upper + 24, lower + 24, CR_RG, CR_BG));
  v128.store64_lane(to.cb + (x >> 1), cb, 0);
  v128.store64_lane(to.cr + (x >> 1), cr, 0);
}

/** Y of eight pixels. */
// @ts-ignore: a decorator of AssemblyScript's
@inline
function luma(at: usize): v128 {
  return i16x8.narrow_i32x4_s(lumaOfFour(at), lumaOfFour(at + 12));
}

// @ts-ignore: a decorator of AssemblyScript's
@inline
function lumaOfFour(at: usize): v128 {
  const half = i32x4.splat(32768 - (128 << 16));
  return i32x4.shr_s(i32x4.add(weigh(at, Y_RG, Y_BG), half), 16);
}

/** Cb or Cr of eight pixels, added to those of the eight below. */
// @ts-ignore: a decorator of AssemblyScript's
@inline
function chroma(upper: usize, lower: usize, rg: v128, bg: v128): v128 {
  return i16x8.add(
    i16x8.narrow_i32x4_s(chromaOfFour(upper, rg, bg), chromaOfFour(upper + 12, rg, bg)),
    i16x8.narrow_i32x4_s(chromaOfFour(lower, rg, bg), chromaOfFour(lower + 12, rg, bg)),
  );
}

// @ts-ignore: a decorator of AssemblyScript's
@inline
function chromaOfFour(at: usize, rg: v128, bg: v128): v128 {
  const belowHalf = i32x4.splat(32767);
  return i32x4.shr_s(i32x4.sub(belowHalf, weigh(at, rg, bg)), 16);
}

/** The weighted sums of four pixels. */
// @ts-ignore: a decorator of AssemblyScript's
@inline
function weigh(at: usize, rg: v128, bg: v128): v128 {
  const pixels = v128.load(at);
  return i32x4.add(
    i32x4.dot_i16x8_s(i8x16.swizzle(pixels, PAIRS_RG), rg),
    i32x4.dot_i16x8_s(i8x16.swizzle(pixels, PAIRS_BG), bg),
  );
}

/** The means of squares, from the sums of their upper and lower pixels: eight bytes. */
// @ts-ignore: a decorator of AssemblyScript's
@inline
function halve(left: v128, right: v128): v128 {
  const sums = i16x8.narrow_i32x4_s(i32x4.extadd_pairwise_i16x8_s(left), i32x4.extadd_pairwise_i16x8_s(right));
  const means = i16x8.shr_s(i16x8.add(sums, TURNS), 2);
  return i8x16.narrow_i16x8_s(means, means);
}
