// AssemblyScript, compiled to WebAssembly by `npm run kernel` (part of `npm run build`).
//
// The wrapper, src/analysis/differences.ts, copies the bytes of two pictures to `before()` and `after()`, up to
// `capacity()` at a time, and reads the difference image at `drawn()`.

/** A multiple of 16, and small enough that each of four lanes' sums of squares stays below 2³¹. */
const CAPACITY: i32 = 0x10000;
const BEFORE: usize = memory.data(CAPACITY, 16);
const AFTER: usize = memory.data(CAPACITY, 16);
const DRAWN: usize = memory.data(CAPACITY, 16);

let minimum: i32 = 0;
let maximum: i32 = 0;

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

/** The smallest and the largest signed difference in the last call of `sumOfSquares`. */
export function min(): i32 {
  return minimum;
}

export function max(): i32 {
  return maximum;
}

/** The sum of the squared differences of the first `length` bytes; `length` is at least 1. */
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

  // Reduces eight lanes to their minimum and maximum in three steps.
  low = i16x8.min_s(low, i8x16.shuffle(low, low, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  low = i16x8.min_s(low, i8x16.shuffle(low, low, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3));
  low = i16x8.min_s(low, i8x16.shuffle(low, low, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1));
  high = i16x8.max_s(high, i8x16.shuffle(high, high, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  high = i16x8.max_s(high, i8x16.shuffle(high, high, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3));
  high = i16x8.max_s(high, i8x16.shuffle(high, high, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1));
  minimum = i16x8.extract_lane_s(low, 0);
  maximum = i16x8.extract_lane_s(high, 0);

  for (let at = whole; at < length; at++) {
    const difference = <i32>load<u8>(AFTER + at) - <i32>load<u8>(BEFORE + at);
    sum += difference * difference;
    if (difference < minimum) minimum = difference;
    if (difference > maximum) maximum = difference;
  }
  return <f64>sum;
}

/**
 * Draws the differences of the first `length` bytes: floor((difference - min) * 255 / (max - min)). All differences
 * must be between `min` and `max`, and the two must not be equal.
 *
 * The division is a multiplication and a shift. With n = difference - min and the factor c = ceil(255 * 2^18 / range),
 * the product exceeds the quotient by less than n / 2^18. This is less than 1 / range, the smallest distance of a
 * quotient from the next integer, because n * range <= 510 * 510 < 2^18. The product fits: n * c <= 255 * 2^18 + 510 <
 * 2^32.
 */
export function draw(length: i32, min: i32, max: i32): void {
  const range = max - min;
  const factor = i32x4.splat(((255 << 18) + range - 1) / range);
  const least = i16x8.splat(<i16>min);
  // The last vector may extend beyond `length`; the caller ignores the excess.
  for (let at = 0; at < length; at += 16) {
    const image = v128.load(AFTER + at);
    const reference = v128.load(BEFORE + at);
    const first = i16x8.sub(i16x8.extend_low_i8x16_u(image), i16x8.extend_low_i8x16_u(reference));
    const second = i16x8.sub(i16x8.extend_high_i8x16_u(image), i16x8.extend_high_i8x16_u(reference));
    v128.store(DRAWN + at, i8x16.narrow_i16x8_u(levels(first, least, factor), levels(second, least, factor)));
  }
}

// @ts-ignore: AssemblyScript decorator
@inline
function levels(differences: v128, least: v128, factor: v128): v128 {
  const above = i16x8.sub(differences, least);
  return i16x8.narrow_i32x4_u(
    i32x4.shr_u(i32x4.mul(i32x4.extend_low_i16x8_u(above), factor), 18),
    i32x4.shr_u(i32x4.mul(i32x4.extend_high_i16x8_u(above), factor), 18),
  );
}
