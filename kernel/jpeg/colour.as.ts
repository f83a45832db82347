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
    convertGroups(upper + x * 3 + 24, lower + x * 3 + 24, x + 8, to);
  }
  if (whole == width) return;
  fillTail(TAIL_UPPER, upper + whole * 3, width - whole);
  fillTail(TAIL_LOWER, lower + whole * 3, width - whole);
  convertGroups(TAIL_UPPER, TAIL_LOWER, whole, to);
  convertGroups(TAIL_UPPER + 24, TAIL_LOWER + 24, whole + 8, to);
}

function fillTail(tail: usize, from: usize, pixels: i32): void {
  memory.copy(tail, from, pixels * 3);
  for (let at = pixels * 3; at < GROUP_BYTES; at++) store<u8>(tail + at, load<u8>(tail + at - 3));
}

/** Eight pixels of each row. */
// @ts-ignore: a decorator of AssemblyScript's
@inline
function convertGroups(upper: usize, lower: usize, x: i32, to: RowPair): void {
  const rg0 = i8x16.swizzle(v128.load(upper), PAIRS_RG);
  const bg0 = i8x16.swizzle(v128.load(upper), PAIRS_BG);
  const rg1 = i8x16.swizzle(v128.load(upper, 12), PAIRS_RG);
  const bg1 = i8x16.swizzle(v128.load(upper, 12), PAIRS_BG);
  const rg2 = i8x16.swizzle(v128.load(lower), PAIRS_RG);
  const bg2 = i8x16.swizzle(v128.load(lower), PAIRS_BG);
  const rg3 = i8x16.swizzle(v128.load(lower, 12), PAIRS_RG);
  const bg3 = i8x16.swizzle(v128.load(lower, 12), PAIRS_BG);

  const upperY = i16x8.narrow_i32x4_s(luma(rg0, bg0), luma(rg1, bg1));
  const lowerY = i16x8.narrow_i32x4_s(luma(rg2, bg2), luma(rg3, bg3));
  const both = i8x16.narrow_i16x8_s(upperY, lowerY);
  v128.store64_lane(to.upperY + x, both, 0);
  v128.store64_lane(to.lowerY + x, both, 1);

  const cb0 = i32x4.add(chroma(rg0, bg0, CB_RG, CB_BG), chroma(rg2, bg2, CB_RG, CB_BG));
  const cb1 = i32x4.add(chroma(rg1, bg1, CB_RG, CB_BG), chroma(rg3, bg3, CB_RG, CB_BG));
  const cr0 = i32x4.add(chroma(rg0, bg0, CR_RG, CR_BG), chroma(rg2, bg2, CR_RG, CR_BG));
  const cr1 = i32x4.add(chroma(rg1, bg1, CR_RG, CR_BG), chroma(rg3, bg3, CR_RG, CR_BG));
  const means = means2(i16x8.narrow_i32x4_s(cb0, cb1), i16x8.narrow_i32x4_s(cr0, cr1));
  v128.store32_lane(to.cb + (x >> 1), means, 0);
  v128.store32_lane(to.cr + (x >> 1), means, 1);
}

// @ts-ignore: a decorator of AssemblyScript's
@inline
function luma(rg: v128, bg: v128): v128 {
  const half = i32x4.splat(32768 - (128 << 16));
  return i32x4.shr_s(i32x4.add(weigh(rg, bg, Y_RG, Y_BG), half), 16);
}

// @ts-ignore: a decorator of AssemblyScript's
@inline
function chroma(rg: v128, bg: v128, weightsRg: v128, weightsBg: v128): v128 {
  const belowHalf = i32x4.splat(32767);
  return i32x4.shr_s(i32x4.sub(belowHalf, weigh(rg, bg, weightsRg, weightsBg)), 16);
}

// @ts-ignore: a decorator of AssemblyScript's
@inline
function weigh(rg: v128, bg: v128, weightsRg: v128, weightsBg: v128): v128 {
  return i32x4.add(i32x4.dot_i16x8_s(rg, weightsRg), i32x4.dot_i16x8_s(bg, weightsBg));
}

/** The means of squares, from the sums of their upper and lower pixels: eight bytes. */
// @ts-ignore: a decorator of AssemblyScript's
@inline
function means2(left: v128, right: v128): v128 {
  const sums = i16x8.narrow_i32x4_s(i32x4.extadd_pairwise_i16x8_s(left), i32x4.extadd_pairwise_i16x8_s(right));
  const means = i16x8.shr_s(i16x8.add(sums, TURNS), 2);
  return i8x16.narrow_i16x8_s(means, means);
}
