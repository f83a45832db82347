// AssemblyScript, compiled to WebAssembly by `npm run kernel` (part of `npm run build`).
//
// The wrapper, src/analysis/quarter-turn.ts, copies a picture to `source()` and reads drawn rows at `target()`.

/** Pixels are read four bytes at a time, the last one beyond the picture's end. */
const OVERREAD: i32 = 1;
const PAGE: i32 = 0x10000;

let targetAt: usize = 0;

export function source(): usize {
  return __heap_base;
}

export function target(): usize {
  return targetAt;
}

/** Makes room for a picture and for as many rows as are drawn at a time, in bytes. */
export function reserve(picture: i32, rows: i32): void {
  targetAt = __heap_base + picture + OVERREAD;
  const missing = <i32>(targetAt + rows) - memory.size() * PAGE;
  if (missing > 0) memory.grow((missing + PAGE - 1) / PAGE);
}

/**
 * Draws `rows` pixels below each other in each of `columns` columns that begin at pixel `to` of the target, both pictures
 * being `width` pixels wide. The first column's pixels come from pixel `from` of the source and those to its left; those of
 * each later column are one row below.
 */
export function turn(width: i32, from: i32, to: i32, columns: i32, rows: i32): void {
  const rowBytes = width * 3;
  let above = __heap_base + from * 3;
  let first = targetAt + to * 3;
  for (let column = 0; column < columns; column++) {
    let read = above;
    let write = first;
    for (let row = 0; row < rows; row++) {
      const pixel = load<u32>(read);
      store<u16>(write, <u16>pixel);
      store<u8>(write, <u8>(pixel >> 16), 2);
      read -= 3;
      write += rowBytes;
    }
    above += rowBytes;
    first += 3;
  }
}
