// Colours of pixels from samples: JFIF's conversion from YCbCr, R = Y + 1.402 Cr, G = Y - 0.34414 Cb - 0.71414 Cr and
// B = Y + 1.772 Cb with Cb and Cr less 128, rounded to the nearest integer. Sixteen pixels are written together: callers
// leave space for as many.

import { interleaveHigh, interleaveLow } from './lanes.as';

/** How many bytes beyond a row may be written. */
export const OVERRUN: i32 = 48;

// Weights in units of 2⁻¹⁶ that do not fit into 16 bits are split into a whole number and the rest.
const R_OF_CHROMA: v128 = i16x8(0, 26345, 0, 26345, 0, 26345, 0, 26345);
const G_OF_CHROMA: v128 = i16x8(-22554, 18734, -22554, 18734, -22554, 18734, -22554, 18734);
const B_OF_CHROMA: v128 = i16x8(-14942, 0, -14942, 0, -14942, 0, -14942, 0);

/** Writes a row of pixels from rows of Y, Cb and Cr. */
export function writeColours(y: usize, cb: usize, cr: usize, width: i32, to: usize): void {
  const middle = i16x8.splat(128);
  for (let x = 0; x < width; x += 16, to += 48) {
    const blueLow = i16x8.sub(v128.load8x8_u(cb + x), middle);
    const blueHigh = i16x8.sub(v128.load8x8_u(cb + x + 8), middle);
    const redLow = i16x8.sub(v128.load8x8_u(cr + x), middle);
    const redHigh = i16x8.sub(v128.load8x8_u(cr + x + 8), middle);
    const lumaLow = v128.load8x8_u(y + x);
    const lumaHigh = v128.load8x8_u(y + x + 8);

    const r = i8x16.narrow_i16x8_u(
      i16x8.add(i16x8.add(lumaLow, redLow), weigh(blueLow, redLow, R_OF_CHROMA)),
      i16x8.add(i16x8.add(lumaHigh, redHigh), weigh(blueHigh, redHigh, R_OF_CHROMA)),
    );
    const g = i8x16.narrow_i16x8_u(
      i16x8.add(i16x8.sub(lumaLow, redLow), weigh(blueLow, redLow, G_OF_CHROMA)),
      i16x8.add(i16x8.sub(lumaHigh, redHigh), weigh(blueHigh, redHigh, G_OF_CHROMA)),
    );
    const b = i8x16.narrow_i16x8_u(
      i16x8.add(i16x8.add(lumaLow, i16x8.shl(blueLow, 1)), weigh(blueLow, redLow, B_OF_CHROMA)),
      i16x8.add(i16x8.add(lumaHigh, i16x8.shl(blueHigh, 1)), weigh(blueHigh, redHigh, B_OF_CHROMA)),
    );
    writePixels(r, g, b, to);
  }
}

/** The weighted sum of Cb and Cr, rounded. */
// @ts-ignore: AssemblyScript decorator
@inline
function weigh(cb: v128, cr: v128, weights: v128): v128 {
  const half = i32x4.splat(32768);
  const low = interleaveLow(cb, cr);
  const high = interleaveHigh(cb, cr);
  return i16x8.narrow_i32x4_s(
    i32x4.shr_s(i32x4.add(i32x4.dot_i16x8_s(low, weights), half), 16),
    i32x4.shr_s(i32x4.add(i32x4.dot_i16x8_s(high, weights), half), 16),
  );
}

/** Writes a row of pixels from rows of R, G and B; for grey ones all three are the same row. */
export function writeStored(r: usize, g: usize, b: usize, width: i32, to: usize): void {
  for (let x = 0; x < width; x += 16, to += 48) writePixels(v128.load(r + x), v128.load(g + x), v128.load(b + x), to);
}

/**
 * Multiplies pixels with as many values of K, three copies each at `ks`, as fractions of 255, rounded: pixels of inverted CMYK
 * become RGB. With `inverts`, each channel is subtracted from 255 first, as for YCCK.
 */
export function multiplyByK(rgb: usize, ks: usize, width: i32, inverts: bool): void {
  const all = i8x16.splat(inverts ? -1 : 0);
  for (let byte = 0; byte < width * 3; byte += 16) {
    const channels = v128.xor(v128.load(rgb + byte), all);
    const k = v128.load(ks + byte);
    v128.store(
      rgb + byte,
      i8x16.narrow_i16x8_u(fractionOf(i16x8.extmul_low_i8x16_u(channels, k)), fractionOf(i16x8.extmul_high_i8x16_u(channels, k))),
    );
  }
}

/** Products divided by 255, rounded to the nearest integer. */
// @ts-ignore: AssemblyScript decorator
@inline
function fractionOf(products: v128): v128 {
  const rounded = i16x8.add(products, i16x8.splat(128));
  return i16x8.shr_u(i16x8.add(rounded, i16x8.shr_u(rounded, 8)), 8);
}

/** Writes sixteen pixels, three bytes each. */
// @ts-ignore: AssemblyScript decorator
@inline
function writePixels(r: v128, g: v128, b: v128, to: usize): void {
  const rg0 = i8x16.shuffle(r, g, 0, 16, 0, 1, 17, 0, 2, 18, 0, 3, 19, 0, 4, 20, 0, 5);
  const rg1 = i8x16.shuffle(r, g, 21, 0, 6, 22, 0, 7, 23, 0, 8, 24, 0, 9, 25, 0, 10, 26);
  const rg2 = i8x16.shuffle(r, g, 0, 11, 27, 0, 12, 28, 0, 13, 29, 0, 14, 30, 0, 15, 31, 0);
  v128.store(to, i8x16.shuffle(rg0, b, 0, 1, 16, 3, 4, 17, 6, 7, 18, 9, 10, 19, 12, 13, 20, 15));
  v128.store(to, i8x16.shuffle(rg1, b, 0, 21, 2, 3, 22, 5, 6, 23, 8, 9, 24, 11, 12, 25, 14, 15), 16);
  v128.store(to, i8x16.shuffle(rg2, b, 26, 1, 2, 27, 4, 5, 28, 7, 8, 29, 10, 11, 30, 13, 14, 31), 32);
}
