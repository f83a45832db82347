// Rows of 12-bit samples, 16 bits each: chroma upsampling as in upsample.as.ts, and colours as in rgb.as.ts.

const WHITE: i32 = 4095;
const CENTRE: i32 = 2048;
const WHITE_SQUARED: u64 = 4095 * 4095;

/** Sums of two rows, 3 : 1. They are four times too large. */
export function deepMixRows(near: usize, far: usize, width: i32, sums: usize): void {
  for (let at = 0; at < width * 2; at += 2) store<u16>(sums + at, load<u16>(near + at) * 3 + load<u16>(far + at));
}

/** Writes two samples for each of the sums, which are `scale` times too large: 1 or 4. */
export function deepMixColumns(sums: usize, width: i32, scale: i32, to: usize): void {
  const shift = scale == 1 ? 2 : 4;
  const leftRounding = scale == 1 ? 1 : 8;
  const rightRounding = scale == 1 ? 2 : 7;
  for (let x = 0; x < width; x++) {
    const own = <i32>load<u16>(sums + x * 2) * 3;
    const left = own + <i32>load<u16>(sums + max(x - 1, 0) * 2);
    const right = own + <i32>load<u16>(sums + min(x + 1, width - 1) * 2);
    store<u16>(to + x * 4, (left + leftRounding) >> shift);
    store<u16>(to + x * 4 + 2, (right + rightRounding) >> shift);
  }
}

/** Writes the mean of two rows, 3 : 1. The upper row of a pair is rounded down at a half, the lower one up. */
export function deepMeanOfRows(near: usize, far: usize, width: i32, isUpper: bool, to: usize): void {
  const rounding = isUpper ? 1 : 2;
  for (let at = 0; at < width * 2; at += 2) {
    store<u16>(to + at, (<i32>load<u16>(near + at) * 3 + <i32>load<u16>(far + at) + rounding) >> 2);
  }
}

/** Writes `width` samples, of which each `most` in turn are `h` of the row. */
export function deepRepeat(row: usize, h: i32, most: i32, width: i32, to: usize): void {
  for (let x = 0; x < width; x++) store<u16>(to + x * 2, load<u16>(row + ((x * h) / most) * 2));
}

/** Writes a row of pixels of 12 bits from rows of R, G and B; for grey ones all three are the same row. */
export function deepWriteStored(r: usize, g: usize, b: usize, width: i32, to: usize): void {
  for (let at = 0; at < width * 2; at += 2, to += 6) {
    store<u16>(to, load<u16>(r + at));
    store<u16>(to + 2, load<u16>(g + at));
    store<u16>(to + 4, load<u16>(b + at));
  }
}

/** Writes a row of pixels of 12 bits from rows of Y, Cb and Cr. */
export function deepWriteColours(y: usize, cb: usize, cr: usize, width: i32, to: usize): void {
  for (let at = 0; at < width * 2; at += 2, to += 6) {
    const luma = <i32>load<u16>(y + at);
    const blue = <i32>load<u16>(cb + at) - CENTRE;
    const red = <i32>load<u16>(cr + at) - CENTRE;
    store<u16>(to, clamped(luma + ((91881 * red + 32768) >> 16)));
    store<u16>(to + 2, clamped(luma + ((32768 - 22554 * blue - 46802 * red) >> 16)));
    store<u16>(to + 4, clamped(luma + ((116130 * blue + 32768) >> 16)));
  }
}

// @ts-ignore: AssemblyScript decorator
@inline
function clamped(value: i32): i32 {
  return max(0, min(WHITE, value));
}

/** Makes samples of 16 bits of some of 12 bits: s · 65535 / 4095 = s · 4369 / 273, rounded to the nearest integer. There are no ties. */
export function widenSamples(samples: usize, count: i32): void {
  for (let at = samples; at < samples + count * 2; at += 2) store<u16>(at, (<u32>load<u16>(at) * 8738 + 273) / 546);
}

/**
 * Makes pixels of 16 bits of a row of 12 bits in inverted CMYK, whose K is in the row `k`: each channel is s · k / 4095² of white,
 * rounded once. With `inverts`, channels are subtracted from 4095 first, as for YCCK.
 */
export function deepMultiplyByK(pixels: usize, k: usize, width: i32, inverts: bool): void {
  for (let x = 0; x < width; x++, pixels += 6) {
    const key = <u64>load<u16>(k + x * 2);
    for (let at = pixels; at < pixels + 6; at += 2) {
      const sample = <u64>load<u16>(at);
      store<u16>(at, <u16>(((inverts ? WHITE - sample : sample) * key * (2 * 65535) + WHITE_SQUARED) / (2 * WHITE_SQUARED)));
    }
  }
}
