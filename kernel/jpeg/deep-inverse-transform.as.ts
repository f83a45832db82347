// Dequantization (T.81, A.3.4) and the inverse DCT (A.3.3) for samples of 12 bits, columns first and then rows.
//
// As in inverse-transform.as.ts, the results are those of libjpeg's accurate integer DCT. For 12 bits its first pass keeps
// one extra bit. The sums have 64 bits and so never overflow, whatever the coefficients are.

const FIRST_SHIFT: i64 = 13 - 1;
const SECOND_SHIFT: i64 = 13 + 1 + 3;

const CENTRE: i32 = 2048;
const WHITE: i32 = 4095;
/** Values are clamped to samples after all but their lowest fourteen bits have been dropped. */
const UNUSED_BITS: i32 = 32 - 14;

/** The 8 × 8 values between the passes, 32 bits each. */
const VALUES: usize = memory.data(256, 16);

/**
 * Writes the 8 × 8 samples of a block, 16 bits each, whose rows are `stride` bytes apart. `steps` has the quantization step of
 * each of its 64 16-bit coefficients, row by row.
 */
export function deepInverseTransform(block: usize, steps: usize, to: usize, stride: usize): void {
  let ac = load<u64>(block) >> 16;
  for (let at: usize = 8; at < 128; at += 8) ac |= load<u64>(block + at);
  if (ac == 0) {
    const dc = <i64>load<i16>(block) * <i64>load<u16>(steps);
    fill(sampleOf(<i32>((dc * 2 + 8) >> 4)), to, stride);
    return;
  }
  for (let at: usize = 0; at < 128; at += 2) {
    store<i32>(VALUES + at * 2, <i32>load<i16>(block + at) * <i32>load<u16>(steps + at));
  }
  for (let column: usize = 0; column < 8; column++) transform(VALUES + column * 4, 32, FIRST_SHIFT);
  for (let row: usize = 0; row < 8; row++) {
    const values = VALUES + row * 32;
    transform(values, 4, SECOND_SHIFT);
    for (let x: usize = 0; x < 8; x++) store<u16>(to + row * stride + x * 2, sampleOf(load<i32>(values + x * 4)));
  }
}

function fill(sample: i32, to: usize, stride: usize): void {
  for (let row: usize = 0; row < 8; row++) {
    for (let x: usize = 0; x < 8; x++) store<u16>(to + row * stride + x * 2, sample);
  }
}

// @ts-ignore: AssemblyScript decorator
@inline
function sampleOf(value: i32): i32 {
  return max(0, min(WHITE, ((value << UNUSED_BITS) >> UNUSED_BITS) + CENTRE));
}

// @ts-ignore: AssemblyScript decorator
@inline
function valueAt(first: usize, step: usize, index: usize): i64 {
  return <i64>load<i32>(first + index * step);
}

/** Transforms eight values, `step` bytes apart. The weights are 8192 √2 cos(n π / 16), sums of factors rounded as in libjpeg. */
function transform(first: usize, step: usize, shift: i64): void {
  const v0 = valueAt(first, step, 0);
  const v1 = valueAt(first, step, 1);
  const v2 = valueAt(first, step, 2);
  const v3 = valueAt(first, step, 3);
  const v4 = valueAt(first, step, 4);
  const v5 = valueAt(first, step, 5);
  const v6 = valueAt(first, step, 6);
  const v7 = valueAt(first, step, 7);
  const sum = (v0 + v4) * 8192;
  const difference = (v0 - v4) * 8192;
  const outer = v2 * 10703 + v6 * 4433;
  const inner = v2 * 4433 - v6 * 10704;
  writePair(first, step, 0, sum + outer, v1 * 11363 + v3 * 9633 + v5 * 6437 + v7 * 2260, shift);
  writePair(first, step, 1, difference + inner, v1 * 9633 - v3 * 2259 - v5 * 11362 - v7 * 6436, shift);
  writePair(first, step, 2, difference - inner, v1 * 6437 - v3 * 11362 + v5 * 2261 + v7 * 9633, shift);
  writePair(first, step, 3, sum - outer, v1 * 2260 - v3 * 6436 + v5 * 9633 - v7 * 11363, shift);
}

/** Writes the values `index` and 7 - `index`: the sum and the difference of an even and an odd part. */
// @ts-ignore: AssemblyScript decorator
@inline
function writePair(first: usize, step: usize, index: usize, even: i64, odd: i64, shift: i64): void {
  const half = (<i64>1) << (shift - 1);
  store<i32>(first + index * step, <i32>((even + odd + half) >> shift));
  store<i32>(first + (7 - index) * step, <i32>((even - odd + half) >> shift));
}
