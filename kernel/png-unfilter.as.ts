// AssemblyScript. `npm run build` makes WebAssembly of it, and `npm run kernel` does that alone.
//
// Rows with their filter bytes are put at `filtered()`, up to `capacity()` bytes at a time; what they were before they
// were filtered (PNG, third edition, section 9.2) lies at `unfiltered()`, row behind row and without filter bytes.
//
// The loops load and store whole vectors, whatever a pixel takes. What they write behind a row is where the next row
// comes, and so is written over; behind the last row, and behind what is filtered, lies room for one vector.

/** More than a row of 65,500 pixels of eight bytes, the longest. */
const CAPACITY: i32 = 0x80000;
const VECTOR: i32 = 16;
const FILTERED: usize = memory.data(CAPACITY + VECTOR, 16);
/** Room for the row above the first, which ends where UNFILTERED begins, and for the rows. */
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

/** The next row is a picture's (or a pass's) first: the row above it is all zeros. */
export function begin(rowBytes: i32): void {
  memory.fill(UNFILTERED - rowBytes, 0, rowBytes);
}

/** Unfilters so many rows, at least one, which go on from those before; false where one has a filter that is unknown. */
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

/** What `memory.copy` does, which takes several times as long here. */
function none(from: usize, to: usize, rowBytes: i32): void {
  for (let at = 0; at < rowBytes; at += VECTOR) v128.store(to + at, v128.load(from + at));
}

/**
 * Each byte plus the one a pixel before it: running sums, of as many whole pixels at a time as a vector holds. Adding the
 * vector moved by one pixel, then by two, four and eight, sums up to sixteen pixels; the last sum before is carried on.
 */
function sub(from: usize, to: usize, rowBytes: i32, bytesPerPixel: i32): void {
  const whole = VECTOR - (VECTOR % bytesPerPixel);
  for (let i = 0; i < VECTOR; i++) store<u8>(CARRY + i, whole - bytesPerPixel + (i % bytesPerPixel));
  const carry = v128.load(CARRY);
  const byOne = moved(bytesPerPixel);
  const byTwo = moved(bytesPerPixel * 2);
  const byFour = moved(bytesPerPixel * 4);
  const byEight = moved(bytesPerPixel * 8);
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

/** The lanes that move a vector up by so many bytes. Those below 0 are, as bytes, above 15: swizzle makes them zeros. */
// @ts-ignore: a decorator of AssemblyScript's
@inline
function moved(bytes: i32): v128 {
  return i8x16.sub(i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15), i8x16.splat(<i8>bytes));
}

function up(from: usize, to: usize, rowBytes: i32): void {
  const above = to - rowBytes;
  for (let at = 0; at < rowBytes; at += VECTOR) {
    v128.store(to + at, i8x16.add(v128.load(from + at), v128.load(above + at)));
  }
}

/** Pixel by pixel, for each needs the one before; of the eight bytes that are worked on those of one pixel count. */
function average(from: usize, to: usize, rowBytes: i32, bytesPerPixel: i32): void {
  const above = to - rowBytes;
  const ones = i8x16.splat(1);
  let left = i8x16.splat(0);
  for (let at = 0; at < rowBytes; at += bytesPerPixel) {
    const up = v128.load64_zero(above + at);
    // The instruction rounds up, the filter down.
    const mean = i8x16.sub(i8x16.avgr_u(left, up), v128.and(v128.xor(left, up), ones));
    left = i8x16.add(v128.load64_zero(from + at), mean);
    v128.store64_lane(to + at, left, 0);
  }
}

/** Pixel by pixel as `average`, in lanes of 16 bits. */
function paeth(from: usize, to: usize, rowBytes: i32, bytesPerPixel: i32): void {
  const above = to - rowBytes;
  const bytes = i16x8.splat(255);
  let left = i16x8.splat(0);
  let corner = i16x8.splat(0);
  for (let at = 0; at < rowBytes; at += bytesPerPixel) {
    const up = v128.load8x8_u(above + at);
    // How far left + up - corner is from each of the three.
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
