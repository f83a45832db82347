// AssemblyScript. `npm run build` makes WebAssembly of it, and `npm run kernel` does that alone.
//
// Two pictures' bytes are put at `before()` and `after()`, up to `capacity()` at a time; what is drawn lies at `drawn()`.

/** A multiple of 16, and so small that a lane's sum of squares, of which each takes a quarter, stays below 2³¹. */
const CAPACITY: i32 = 0x10000;
const BEFORE: usize = memory.data(CAPACITY, 16);
const AFTER: usize = memory.data(CAPACITY, 16);
const DRAWN: usize = memory.data(CAPACITY, 16);

let least: i32 = 0;
let greatest: i32 = 0;

export function capacity(): i32 {
  return CAPACITY;
}

export function before(): usize {
  return BEFORE;
}

export function after(): usize {
  return AFTER;
}

export function drawn(): usize {
  return DRAWN;
}

/** The smallest and the greatest signed difference that `sumOfSquares` has met last. */
export function min(): i32 {
  return least;
}

export function max(): i32 {
  return greatest;
}

/** The sum of the squared differences of the first `length` bytes, at least one. */
export function sumOfSquares(length: i32): f64 {
  const whole = length & ~15;
  let sums = i32x4.splat(0);
  let low = i16x8.splat(255);
  let high = i16x8.splat(-255);
  for (let at = 0; at < whole; at += 16) {
    const image = v128.load(AFTER + at);
    const reference = v128.load(BEFORE + at);
    const first = i16x8.sub(i16x8.extend_low_i8x16_u(image), i16x8.extend_low_i8x16_u(reference));
    const second = i16x8.sub(i16x8.extend_high_i8x16_u(image), i16x8.extend_high_i8x16_u(reference));
    low = i16x8.min_s(low, i16x8.min_s(first, second));
    high = i16x8.max_s(high, i16x8.max_s(first, second));
    sums = i32x4.add(sums, i32x4.dot_i16x8_s(first, first));
    sums = i32x4.add(sums, i32x4.dot_i16x8_s(second, second));
  }
  let sum =
    <i64>i32x4.extract_lane(sums, 0) +
    <i64>i32x4.extract_lane(sums, 1) +
    <i64>i32x4.extract_lane(sums, 2) +
    <i64>i32x4.extract_lane(sums, 3);

  // The greatest of eight lanes in three halvings, and the least likewise.
  low = i16x8.min_s(low, i8x16.shuffle(low, low, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  low = i16x8.min_s(low, i8x16.shuffle(low, low, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3));
  low = i16x8.min_s(low, i8x16.shuffle(low, low, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1));
  high = i16x8.max_s(high, i8x16.shuffle(high, high, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  high = i16x8.max_s(high, i8x16.shuffle(high, high, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3));
  high = i16x8.max_s(high, i8x16.shuffle(high, high, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1));
  least = i16x8.extract_lane_s(low, 0);
  greatest = i16x8.extract_lane_s(high, 0);

  for (let at = whole; at < length; at++) {
    const difference = <i32>load<u8>(AFTER + at) - <i32>load<u8>(BEFORE + at);
    sum += difference * difference;
    if (difference < least) least = difference;
    if (difference > greatest) greatest = difference;
  }
  return <f64>sum;
}

/**
 * Draws the first `length` bytes' differences, which lie between `min` and `max`, and the two are not equal: each is
 * floor((difference - min) * 255 / (max - min)).
 *
 * The quotient is one product and a shift. With the factor c = ceil(255 * 2^18 / range) the product is too large by less
 * than n / 2^18 for n = difference - min, which is less than 1 / range, the least that a quotient can be short of the next
 * whole number, as n * range is at most 510 * 510 < 2^18. And n * c is at most 255 * 2^18 + 510 < 2^32.
 */
export function draw(length: i32, min: i32, max: i32): void {
  const range = max - min;
  const factor = i32x4.splat(((255 << 18) + range - 1) / range);
  const least = i16x8.splat(<i16>min);
  // What lies behind the length is drawn too, and nobody reads it.
  for (let at = 0; at < length; at += 16) {
    const image = v128.load(AFTER + at);
    const reference = v128.load(BEFORE + at);
    const first = i16x8.sub(i16x8.extend_low_i8x16_u(image), i16x8.extend_low_i8x16_u(reference));
    const second = i16x8.sub(i16x8.extend_high_i8x16_u(image), i16x8.extend_high_i8x16_u(reference));
    v128.store(DRAWN + at, i8x16.narrow_i16x8_u(levels(first, least, factor), levels(second, least, factor)));
  }
}

// @ts-ignore: a decorator of AssemblyScript's
@inline
function levels(differences: v128, least: v128, factor: v128): v128 {
  const above = i16x8.sub(differences, least);
  return i16x8.narrow_i32x4_u(
    i32x4.shr_u(i32x4.mul(i32x4.extend_low_i16x8_u(above), factor), 18),
    i32x4.shr_u(i32x4.mul(i32x4.extend_high_i16x8_u(above), factor), 18),
  );
}
