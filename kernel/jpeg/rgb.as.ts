// Colours of pixels from samples: JFIF's conversion from YCbCr, R = Y + 1.402 Cr, G = Y - 0.34414 Cb - 0.71414 Cr and
// B = Y + 1.772 Cb with Cb and Cr less 128, rounded to the nearest integer. Sixteen pixels are written together: callers
// leave space for as many.

import { interleaveBytesHigh, interleaveBytesLow, interleaveHigh, interleaveLow } from './lanes.as';

/** How many bytes beyond a row may be written. */
export const OVERRUN: i32 = 64;

// The weights of Cr in R and of Cb in B, less 1 and 2, in units of 2⁻¹⁵: R's is rounded, and gives the same result as one of
// 26345 · 2⁻¹⁶ for each Cr. Those of Cb and Cr in G, the latter plus 1, in units of 2⁻¹⁶.
const RED_IN_R: i16 = 13173;
const BLUE_IN_B: i16 = -7471;
const CHROMA_IN_G: v128 = i16x8(-22554, 18734, -22554, 18734, -22554, 18734, -22554, 18734);

/** Swizzle lanes that drop each fourth byte. */
const THREE_OF_FOUR: v128 = i8x16(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1);

/** Writes a row of pixels from rows of Y, Cb and Cr. */
export function writeColours(y: usize, cb: usize, cr: usize, width: i32, to: usize): void {
  for (let x = 0; x < width; x += 16, to += 48) writeConverted(y + x, cb + x, cr + x, 0, to);
}

/** Writes a row of pixels from rows of YCCK. */
export function writeYcck(y: usize, cb: usize, cr: usize, k: usize, width: i32, to: usize): void {
  for (let x = 0; x < width; x += 16, to += 48) writeConverted(y + x, cb + x, cr + x, k + x, to);
}

// @ts-ignore: AssemblyScript decorator
@inline
function writeConverted(y: usize, cb: usize, cr: usize, k: usize, to: usize): void {
  const middle = i16x8.splat(128);
  const blueLow = i16x8.sub(v128.load8x8_u(cb), middle);
  const blueHigh = i16x8.sub(v128.load8x8_u(cb, 8), middle);
  const redLow = i16x8.sub(v128.load8x8_u(cr), middle);
  const redHigh = i16x8.sub(v128.load8x8_u(cr, 8), middle);
  const lumaLow = v128.load8x8_u(y);
  const lumaHigh = v128.load8x8_u(y, 8);

  const r = i8x16.narrow_i16x8_u(redOf(lumaLow, redLow), redOf(lumaHigh, redHigh));
  const g = i8x16.narrow_i16x8_u(greenOf(lumaLow, blueLow, redLow), greenOf(lumaHigh, blueHigh, redHigh));
  const b = i8x16.narrow_i16x8_u(blueOf(lumaLow, blueLow), blueOf(lumaHigh, blueHigh));
  // YCCK's colours are C, M and Y, subtracted from 255.
  if (k == 0) writePixels(r, g, b, to);
  else writeFractions(v128.not(r), v128.not(g), v128.not(b), v128.load(k), to);
}

// @ts-ignore: AssemblyScript decorator
@inline
function redOf(luma: v128, cr: v128): v128 {
  return i16x8.add(i16x8.add(luma, cr), i16x8.q15mulr_sat_s(cr, i16x8.splat(RED_IN_R)));
}

// @ts-ignore: AssemblyScript decorator
@inline
function blueOf(luma: v128, cb: v128): v128 {
  return i16x8.add(i16x8.add(luma, i16x8.shl(cb, 1)), i16x8.q15mulr_sat_s(cb, i16x8.splat(BLUE_IN_B)));
}

/** The two products are rounded once, so that they have to be added before. */
// @ts-ignore: AssemblyScript decorator
@inline
function greenOf(luma: v128, cb: v128, cr: v128): v128 {
  const half = i32x4.splat(32768);
  const low = i32x4.dot_i16x8_s(interleaveLow(cb, cr), CHROMA_IN_G);
  const high = i32x4.dot_i16x8_s(interleaveHigh(cb, cr), CHROMA_IN_G);
  const sums = i16x8.narrow_i32x4_s(i32x4.shr_s(i32x4.add(low, half), 16), i32x4.shr_s(i32x4.add(high, half), 16));
  return i16x8.add(i16x8.sub(luma, cr), sums);
}

/** Writes a row of pixels from rows of R, G and B; for grey ones all three are the same row. */
export function writeStored(r: usize, g: usize, b: usize, width: i32, to: usize): void {
  for (let x = 0; x < width; x += 16, to += 48) writePixels(v128.load(r + x), v128.load(g + x), v128.load(b + x), to);
}

/** Writes a row of pixels from rows of inverted CMYK. */
export function writeCmyk(c: usize, m: usize, y: usize, k: usize, width: i32, to: usize): void {
  for (let x = 0; x < width; x += 16, to += 48) {
    writeFractions(v128.load(c + x), v128.load(m + x), v128.load(y + x), v128.load(k + x), to);
  }
}

/** Writes sixteen pixels of inverted CMYK: each channel is a fraction of K, which is one of 255. */
// @ts-ignore: AssemblyScript decorator
@inline
function writeFractions(c: v128, m: v128, y: v128, k: v128, to: usize): void {
  writePixels(fractionsOf(c, k), fractionsOf(m, k), fractionsOf(y, k), to);
}

// @ts-ignore: AssemblyScript decorator
@inline
function fractionsOf(channel: v128, k: v128): v128 {
  return i8x16.narrow_i16x8_u(
    fractionOf(i16x8.extmul_low_i8x16_u(channel, k)),
    fractionOf(i16x8.extmul_high_i8x16_u(channel, k)),
  );
}

/** Products divided by 255, rounded to the nearest integer. */
// @ts-ignore: AssemblyScript decorator
@inline
function fractionOf(products: v128): v128 {
  const rounded = i16x8.add(products, i16x8.splat(128));
  return i16x8.shr_u(i16x8.add(rounded, i16x8.shr_u(rounded, 8)), 8);
}

/** Writes sixteen pixels, three bytes each, and four bytes after them. */
// @ts-ignore: AssemblyScript decorator
@inline
function writePixels(r: v128, g: v128, b: v128, to: usize): void {
  const rgLow = interleaveBytesLow(r, g);
  const rgHigh = interleaveBytesHigh(r, g);
  const bbLow = interleaveBytesLow(b, b);
  const bbHigh = interleaveBytesHigh(b, b);
  v128.store(to, i8x16.swizzle(interleaveLow(rgLow, bbLow), THREE_OF_FOUR));
  v128.store(to, i8x16.swizzle(interleaveHigh(rgLow, bbLow), THREE_OF_FOUR), 12);
  v128.store(to, i8x16.swizzle(interleaveLow(rgHigh, bbHigh), THREE_OF_FOUR), 24);
  v128.store(to, i8x16.swizzle(interleaveHigh(rgHigh, bbHigh), THREE_OF_FOUR), 36);
}
