import { blues, greens, reds } from './channels.as';
import { BLOCK, BLOCKS, CAPACITY } from './layout.as';

/** The weights of red, green and blue in the luma, in 64ths. As in src/analysis/changed/planes.ts. */
const RED: i16 = 19;
const GREEN: i16 = 38;
const BLUE: i16 = 7;

/** Eight rows of RGB of the two pictures, and of the mask: a byte for each pixel, 0 where it is masked out. */
export const BEFORE: usize = memory.data(BLOCK * CAPACITY * 3, 16);
export const AFTER: usize = memory.data(BLOCK * CAPACITY * 3, 16);
export const INCLUDED: usize = memory.data(BLOCK * CAPACITY, 16);
/** Eight rows of 16-bit luma. */
const LUMA: usize = memory.data(BLOCK * CAPACITY * 2, 16);
/** Six 32-bit sums for each block: of the luma, blue - green and red - green, and of the magnitudes of each. */
const SUMS: usize = memory.data(6 * BLOCKS * 4, 16);
/** The positive and the negative brightness offsets of the channels of 16 pixels. */
const RISE: usize = memory.data(48, 16);
const FALL: usize = memory.data(48, 16);

export function before(): usize {
  return BEFORE;
}

export function after(): usize {
  return AFTER;
}

export function included(): usize {
  return INCLUDED;
}

export function luma(): usize {
  return LUMA;
}

export function sums(): usize {
  return SUMS;
}

/**
 * Computes the luma differences of the first `pixels` pixels of the first `rows` rows, and the sums of their blocks.
 * The brightness offsets of the channels are whole levels. Processes up to 15 more pixels, which must be masked out.
 */
export function subtract(pixels: i32, rows: i32, red: i32, green: i32, blue: i32): void {
  setOffsets(red, green, blue);
  for (let x = 0; x < pixels; x += 16) {
    // For the left and the right block. A chroma difference is at most 510, and eight of them fit into 16 bits.
    let lumaLeft = i32x4.splat(0);
    let lumaRight = i32x4.splat(0);
    let magnitudeLeft = i32x4.splat(0);
    let magnitudeRight = i32x4.splat(0);
    let blueLeft = i16x8.splat(0);
    let blueRight = i16x8.splat(0);
    let blueMagnitudeLeft = i16x8.splat(0);
    let blueMagnitudeRight = i16x8.splat(0);
    let redLeft = i16x8.splat(0);
    let redRight = i16x8.splat(0);
    let redMagnitudeLeft = i16x8.splat(0);
    let redMagnitudeRight = i16x8.splat(0);
    for (let row = 0; row < rows; row++) {
      const at = row * CAPACITY + x;
      const a0 = v128.load(AFTER + 3 * at);
      const a1 = v128.load(AFTER + 3 * at, 16);
      const a2 = v128.load(AFTER + 3 * at, 32);
      const b0 = v128.load(BEFORE + 3 * at);
      const b1 = v128.load(BEFORE + 3 * at, 16);
      const b2 = v128.load(BEFORE + 3 * at, 32);
      const after0 = darkened(a0, 0);
      const after1 = darkened(a1, 16);
      const after2 = darkened(a2, 32);
      const before0 = lightened(b0, 0);
      const before1 = lightened(b1, 16);
      const before2 = lightened(b2, 32);
      const up0 = smaller(a0, before0, after0, b0);
      const up1 = smaller(a1, before1, after1, b1);
      const up2 = smaller(a2, before2, after2, b2);
      const down0 = smaller(before0, a0, b0, after0);
      const down1 = smaller(before1, a1, b1, after1);
      const down2 = smaller(before2, a2, b2, after2);

      const isIncluded = i8x16.ne(v128.load(INCLUDED + at), i8x16.splat(0));
      const upRed = v128.and(isIncluded, reds(up0, up1, up2));
      const upGreen = v128.and(isIncluded, greens(up0, up1, up2));
      const upBlue = v128.and(isIncluded, blues(up0, up1, up2));
      const downRed = v128.and(isIncluded, reds(down0, down1, down2));
      const downGreen = v128.and(isIncluded, greens(down0, down1, down2));
      const downBlue = v128.and(isIncluded, blues(down0, down1, down2));

      let r = i16x8.sub(i16x8.extend_low_i8x16_u(upRed), i16x8.extend_low_i8x16_u(downRed));
      let g = i16x8.sub(i16x8.extend_low_i8x16_u(upGreen), i16x8.extend_low_i8x16_u(downGreen));
      let b = i16x8.sub(i16x8.extend_low_i8x16_u(upBlue), i16x8.extend_low_i8x16_u(downBlue));
      let light = weighted(r, g, b);
      v128.store(LUMA + 2 * at, light);
      lumaLeft = i32x4.add(lumaLeft, i32x4.extadd_pairwise_i16x8_s(light));
      magnitudeLeft = i32x4.add(magnitudeLeft, i32x4.extadd_pairwise_i16x8_s(i16x8.abs(light)));
      b = i16x8.sub(b, g);
      r = i16x8.sub(r, g);
      blueLeft = i16x8.add(blueLeft, b);
      redLeft = i16x8.add(redLeft, r);
      blueMagnitudeLeft = i16x8.add(blueMagnitudeLeft, i16x8.abs(b));
      redMagnitudeLeft = i16x8.add(redMagnitudeLeft, i16x8.abs(r));

      r = i16x8.sub(i16x8.extend_high_i8x16_u(upRed), i16x8.extend_high_i8x16_u(downRed));
      g = i16x8.sub(i16x8.extend_high_i8x16_u(upGreen), i16x8.extend_high_i8x16_u(downGreen));
      b = i16x8.sub(i16x8.extend_high_i8x16_u(upBlue), i16x8.extend_high_i8x16_u(downBlue));
      light = weighted(r, g, b);
      v128.store(LUMA + 2 * at, light, 16);
      lumaRight = i32x4.add(lumaRight, i32x4.extadd_pairwise_i16x8_s(light));
      magnitudeRight = i32x4.add(magnitudeRight, i32x4.extadd_pairwise_i16x8_s(i16x8.abs(light)));
      b = i16x8.sub(b, g);
      r = i16x8.sub(r, g);
      blueRight = i16x8.add(blueRight, b);
      redRight = i16x8.add(redRight, r);
      blueMagnitudeRight = i16x8.add(blueMagnitudeRight, i16x8.abs(b));
      redMagnitudeRight = i16x8.add(redMagnitudeRight, i16x8.abs(r));
    }
    const block = x / BLOCK;
    put(0, block, total(lumaLeft), total(lumaRight));
    put(1, block, total(pairs(blueLeft)), total(pairs(blueRight)));
    put(2, block, total(pairs(redLeft)), total(pairs(redRight)));
    put(3, block, total(magnitudeLeft), total(magnitudeRight));
    put(4, block, total(pairs(blueMagnitudeLeft)), total(pairs(blueMagnitudeRight)));
    put(5, block, total(pairs(redMagnitudeLeft)), total(pairs(redMagnitudeRight)));
  }
}

function setOffsets(red: i32, green: i32, blue: i32): void {
  for (let n = 0; n < 48; n += 3) {
    setOffset(n, red);
    setOffset(n + 1, green);
    setOffset(n + 2, blue);
  }
}

function setOffset(n: i32, offset: i32): void {
  store<u8>(RISE + n, max(offset, 0));
  store<u8>(FALL + n, max(-offset, 0));
}

/** The reference's levels plus the offset. One of RISE and FALL is 0, and the operations saturate. */
// @ts-ignore: AssemblyScript decorator
@inline
function lightened(levels: v128, n: usize): v128 {
  return i8x16.sub_sat_u(i8x16.add_sat_u(levels, v128.load(RISE + n)), v128.load(FALL + n));
}

/** The image's levels minus the offset. */
// @ts-ignore: AssemblyScript decorator
@inline
function darkened(levels: v128, n: usize): v128 {
  return i8x16.add_sat_u(i8x16.sub_sat_u(levels, v128.load(RISE + n)), v128.load(FALL + n));
}

/** The smaller of the two differences first - second and otherFirst - otherSecond; 0 if either is negative. */
// @ts-ignore: AssemblyScript decorator
@inline
function smaller(first: v128, second: v128, otherFirst: v128, otherSecond: v128): v128 {
  return i8x16.min_u(i8x16.sub_sat_u(first, second), i8x16.sub_sat_u(otherFirst, otherSecond));
}

/** The luma, at most 64 · 255. */
// @ts-ignore: AssemblyScript decorator
@inline
function weighted(r: v128, g: v128, b: v128): v128 {
  const red = i16x8.mul(r, i16x8.splat(RED));
  return i16x8.add(i16x8.add(red, i16x8.mul(g, i16x8.splat(GREEN))), i16x8.mul(b, i16x8.splat(BLUE)));
}

// @ts-ignore: AssemblyScript decorator
@inline
function pairs(sums: v128): v128 {
  return i32x4.extadd_pairwise_i16x8_s(sums);
}

// @ts-ignore: AssemblyScript decorator
@inline
function total(sums: v128): i32 {
  const halves = i32x4.add(sums, i8x16.shuffle(sums, sums, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  return i32x4.extract_lane(halves, 0) + i32x4.extract_lane(halves, 1);
}

/** Stores a sum, of one of the six kinds, for two adjacent blocks. */
function put(kind: i32, block: i32, left: i32, right: i32): void {
  const at = SUMS + 4 * (kind * BLOCKS + block);
  store<i32>(at, left);
  store<i32>(at, right, 4);
}
