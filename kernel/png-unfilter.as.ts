// AssemblyScript, compiled to WebAssembly by `npm run kernel` (part of `npm run build`).
//
// The wrapper, src/adapters/pixels/png/unfilter.ts, copies rows with their filter bytes to `filtered()`, up to
// `capacity()` bytes at a time. The reconstructed rows (PNG, third edition, section 9.2) are at `unfiltered()`, packed
// and without filter bytes.
//
// The loops load and store whole vectors, whatever the size of a pixel. A store may extend into the next row, which is
// overwritten later. Both buffers have room for one more vector at the end.

/** Larger than the longest row: 65,500 pixels of eight bytes. */
const CAPACITY: i32 = 0x80000;
const VECTOR: i32 = 16;
const FILTERED: usize = memory.data(CAPACITY + VECTOR, 16);
/** The row above the first one, which ends at UNFILTERED, followed by the rows. */
const ABOVE: usize = memory.data(CAPACITY + CAPACITY + VECTOR, 16);
const UNFILTERED: usize = ABOVE + CAPACITY;
const CARRY: usize = memory.data(VECTOR, 16);

export function capacity(): i32 {
  return CAPACITY;
}

export function filtered(): usize {
  return FILTERED;
}

export function unfiltered(): usize {
  return UNFILTERED;
}

/** Starts a picture, or an interlace pass: the row above the first one is all zeros. */
export function begin(rowBytes: i32): void {
  memory.fill(UNFILTERED - rowBytes, 0, rowBytes);
}

/** Unfilters the next `rows` rows, at least one. Returns false if a row has an unknown filter type. */
export function unfilter(rows: i32, rowBytes: i32, bytesPerPixel: i32): bool {
  let from = FILTERED;
  let to = UNFILTERED;
  for (let row = 0; row < rows; row++) {
    const filter = load<u8>(from);
    from++;
    if (filter == 0) none(from, to, rowBytes);
    else if (filter == 1) sub(from, to, rowBytes, bytesPerPixel);
    else if (filter == 2) up(from, to, rowBytes);
    else if (filter == 3) average(from, to, rowBytes, bytesPerPixel);
    else if (filter == 4) paeth(from, to, rowBytes, bytesPerPixel);
    else return false;
    from += rowBytes;
    to += rowBytes;
  }
  memory.copy(UNFILTERED - rowBytes, to - rowBytes, rowBytes);
  return true;
}

/** Copies the row. `memory.copy` takes several times as long here. */
function none(from: usize, to: usize, rowBytes: i32): void {
  for (let at = 0; at < rowBytes; at += VECTOR) v128.store(to + at, v128.load(from + at));
}

/**
 * Adds to each byte the byte one pixel to the left: a prefix sum over as many whole pixels as fit into a vector. Adding
 * the vector shifted by one pixel, then by two, four and eight, sums up to sixteen pixels; the last pixel carries over
 * to the next vector.
 */
function sub(from: usize, to: usize, rowBytes: i32, bytesPerPixel: i32): void {
  const whole = VECTOR - (VECTOR % bytesPerPixel);
  for (let i = 0; i < VECTOR; i++) store<u8>(CARRY + i, whole - bytesPerPixel + (i % bytesPerPixel));
  const carry = v128.load(CARRY);
  const byOne = shiftedBy(bytesPerPixel);
  const byTwo = shiftedBy(bytesPerPixel * 2);
  const byFour = shiftedBy(bytesPerPixel * 4);
  const byEight = shiftedBy(bytesPerPixel * 8);
  let last = i8x16.splat(0);
  for (let at = 0; at < rowBytes; at += whole) {
    let sums = v128.load(from + at);
    sums = i8x16.add(sums, i8x16.swizzle(sums, byOne));
    sums = i8x16.add(sums, i8x16.swizzle(sums, byTwo));
    sums = i8x16.add(sums, i8x16.swizzle(sums, byFour));
    sums = i8x16.add(sums, i8x16.swizzle(sums, byEight));
    last = i8x16.add(sums, i8x16.swizzle(last, carry));
    v128.store(to + at, last);
  }
}

/**
 * Swizzle lanes that shift a vector by `bytes`. Negative lanes are above 15 as bytes, which swizzle turns into zeros.
 */
// @ts-ignore: AssemblyScript decorator
@inline
function shiftedBy(bytes: i32): v128 {
  return i8x16.sub(i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15), i8x16.splat(<i8>bytes));
}

function up(from: usize, to: usize, rowBytes: i32): void {
  const above = to - rowBytes;
  for (let at = 0; at < rowBytes; at += VECTOR) {
    v128.store(to + at, i8x16.add(v128.load(from + at), v128.load(above + at)));
  }
}

/** Pixel by pixel, because each depends on the one before. Only one pixel of the eight bytes in the vector is used. */
function average(from: usize, to: usize, rowBytes: i32, bytesPerPixel: i32): void {
  const above = to - rowBytes;
  const ones = i8x16.splat(1);
  let left = i8x16.splat(0);
  for (let at = 0; at < rowBytes; at += bytesPerPixel) {
    const up = v128.load64_zero(above + at);
    // The instruction rounds up; the filter rounds down.
    const mean = i8x16.sub(i8x16.avgr_u(left, up), v128.and(v128.xor(left, up), ones));
    left = i8x16.add(v128.load64_zero(from + at), mean);
    v128.store64_lane(to + at, left, 0);
  }
}

/** Pixel by pixel like `average`, in 16-bit lanes. */
function paeth(from: usize, to: usize, rowBytes: i32, bytesPerPixel: i32): void {
  const above = to - rowBytes;
  const bytes = i16x8.splat(255);
  let left = i16x8.splat(0);
  let corner = i16x8.splat(0);
  for (let at = 0; at < rowBytes; at += bytesPerPixel) {
    const up = v128.load8x8_u(above + at);
    // The distances of left + up - corner from each of the three.
    const upward = i16x8.sub(up, corner);
    const leftward = i16x8.sub(left, corner);
    const toLeft = i16x8.abs(upward);
    const toUp = i16x8.abs(leftward);
    const toCorner = i16x8.abs(i16x8.add(upward, leftward));
    const otherwise = v128.bitselect(corner, up, i16x8.gt_s(toUp, toCorner));
    const nearest = v128.bitselect(otherwise, left, i16x8.gt_s(toLeft, i16x8.min_s(toUp, toCorner)));
    left = v128.and(i16x8.add(v128.load8x8_u(from + at), nearest), bytes);
    corner = up;
    v128.store64_lane(to + at, i8x16.narrow_i16x8_u(left, left), 0);
  }
}
