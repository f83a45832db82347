// Chroma upsampling as libjpeg does it: a sample that is spread over two rows or columns is mixed 3 : 1 with its nearest
// neighbour, with roundings that alternate so that there is no bias; one spread over another number, or a
// fraction, is repeated.

/**
 * Writes 16-bit sums of two rows, 3 : 1, to `sums`, with a copy of the first before and of the last after them. The sums
 * are four times too large.
 */
export function mixRows(near: usize, far: usize, width: i32, sums: usize): void {
  const three = i16x8.splat(3);
  for (let x = 0; x < width; x += 8) {
    const sum = i16x8.add(i16x8.mul(v128.load8x8_u(near + x), three), v128.load8x8_u(far + x));
    v128.store(sums + x * 2, sum);
  }
  pad(sums, width);
}

/** Writes the samples of a row as 16-bit numbers, with a copy of the first before and of the last after them. */
export function widen(row: usize, width: i32, sums: usize): void {
  for (let x = 0; x < width; x += 8) v128.store(sums + x * 2, v128.load8x8_u(row + x));
  pad(sums, width);
}

function pad(sums: usize, width: i32): void {
  store<u16>(sums - 2, load<u16>(sums));
  store<u16>(sums + width * 2, load<u16>(sums + width * 2 - 2));
}

/** Writes two samples for each of the sums, which are `scale` times too large: 1 or 4. */
export function mixColumns(sums: usize, width: i32, scale: i32, to: usize): void {
  const three = i16x8.splat(3);
  const shift = scale == 1 ? 2 : 4;
  const leftRounding = i16x8.splat(scale == 1 ? 1 : 8);
  const rightRounding = i16x8.splat(scale == 1 ? 2 : 7);
  for (let x = 0; x < width; x += 8) {
    const own = i16x8.mul(v128.load(sums + x * 2), three);
    const left = i16x8.shr_u(i16x8.add(i16x8.add(own, v128.load(sums + x * 2 - 2)), leftRounding), shift);
    const right = i16x8.shr_u(i16x8.add(i16x8.add(own, v128.load(sums + x * 2 + 2)), rightRounding), shift);
    v128.store(to + x * 2, v128.or(left, i16x8.shl(right, 8)));
  }
}

/** Writes the mean of two rows, 3 : 1. The upper row of a pair is rounded down at a half, the lower one up. */
export function meanOfRows(near: usize, far: usize, width: i32, isUpper: bool, to: usize): void {
  const three = i16x8.splat(3);
  const rounding = i16x8.splat(isUpper ? 1 : 2);
  for (let x = 0; x < width; x += 8) {
    const sum = i16x8.add(i16x8.mul(v128.load8x8_u(near + x), three), v128.load8x8_u(far + x));
    const mean = i16x8.shr_u(i16x8.add(sum, rounding), 2);
    v128.store64_lane(to + x, i8x16.narrow_i16x8_u(mean, mean), 0);
  }
}

/** How many samples `repeat` writes together: a multiple of sixteen and of any sampling factor. */
const GROUP: i32 = 48;
/** For each sample of a group, which one it is of the row's, counted from the first of its sixteen. */
const LANES: usize = memory.data(GROUP, 16);

/** Writes `width` samples, of which each `most` in turn are `h` of the row, and up to 47 more. */
export function repeat(row: usize, h: i32, most: i32, width: i32, to: usize): void {
  for (let x = 0; x < GROUP; x++) store<u8>(LANES + x, (x * h) / most - ((x & ~15) * h) / most);
  const second = (16 * h) / most;
  const third = (32 * h) / most;
  const step = (GROUP * h) / most;
  for (let x = 0; x < width; x += GROUP, row += step, to += GROUP) {
    v128.store(to, i8x16.swizzle(v128.load(row), v128.load(LANES)));
    v128.store(to, i8x16.swizzle(v128.load(row + second), v128.load(LANES + 16)), 16);
    v128.store(to, i8x16.swizzle(v128.load(row + third), v128.load(LANES + 32)), 32);
  }
}
