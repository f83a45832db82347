// The entropy coding (T.81, F.1.2), in two steps: a block becomes a list of symbols, and a list becomes bytes.
//
// A symbol is one number of 32 bits: the low five say how many bits it has, and the others are these bits. There are at most
// 26 of them: a code of 16 and a magnitude of 10, for a coefficient of samples of 8 bits is 1020 at the most, and a DC
// difference 2040 with a shorter code. A table has all sizes and runs of zeros before them, with room for the magnitude: at
// [size] for DC, at [run * 16 + size] for AC.

const LENGTH_BITS: u32 = 5;
const LENGTH_MASK: u32 = 31;
const END_OF_BLOCK: i32 = 0x00;
const SIXTEEN_ZEROS: i32 = 0xf0;

/** Symbols that a block may have: one for each coefficient. An end stands for one zero at least, and a skip for sixteen. */
export const MOST_SYMBOLS: i32 = 64;
/** Bits that a symbol may have. */
export const MOST_BITS: i32 = 26;

/** For each k-th coefficient in zigzag order (T.81, figure A.6): how many bytes behind the first it lies in its block. */
export const PLACES: usize = memory.data(64, 16);
/** For each row, and each set of its numbers that are not zero: the set of their places in zigzag order, 64 bits. */
export const SETS: usize = memory.data(8 * 256 * 8, 16);
/** The tables of Y, and of Cb and Cr: 16 symbols for DC, 256 for AC. */
export const TABLE_BYTES: i32 = (16 + 256) * 4;
export const TABLES: usize = memory.data(2 * TABLE_BYTES, 16);

// Bits that do not make up four bytes yet: the last `pendingBits` of `pending`.
let pending: u64 = 0;
let pendingBits: i32 = 0;

/** Forgets what is pending. */
export function restart(): void {
  pending = 0;
  pendingBits = 0;
}

/** Lists a block's symbols at `to`, and returns where they end. `lastDc` is the DC of the block before, of this component. */
export function listBlock(block: usize, lastDc: i32, table: usize, to: usize): usize {
  store<u32>(to, symbolOf(<i32>load<i16>(block) - lastDc, 0, table));
  to += 4;
  const codes = table + 64;
  let rest = nonZero(block) & ~1;
  let before = 0;
  while (rest) {
    const k = <i32>ctz(rest);
    rest &= rest - 1;
    let zeros = k - before - 1;
    before = k;
    for (; zeros > 15; zeros -= 16) {
      store<u32>(to, load<u32>(codes + SIXTEEN_ZEROS * 4));
      to += 4;
    }
    store<u32>(to, symbolOf(<i32>load<i16>(block + load<u8>(PLACES + k)), zeros, codes));
    to += 4;
  }
  return before < 63 ? listEnd(codes, to) : to;
}

/** Lists a block that repeats the DC before and has nothing else: one that fills up the picture's edge (T.81, A.2.4). */
export function listFiller(table: usize, to: usize): usize {
  store<u32>(to, load<u32>(table));
  return listEnd(table + 64, to + 4);
}

// @ts-ignore: a decorator of AssemblyScript's
@inline
function listEnd(codes: usize, to: usize): usize {
  store<u32>(to, load<u32>(codes + END_OF_BLOCK * 4));
  return to + 4;
}

/** The symbol of a value behind `zeros` zeros: its code, and its magnitude, of which 1 is taken where it is negative. */
// @ts-ignore: a decorator of AssemblyScript's
@inline
function symbolOf(value: i32, zeros: i32, table: usize): u32 {
  const sign = value >> 31;
  const size = 32 - clz((value ^ sign) - sign);
  const magnitude = (value + sign) & ((1 << size) - 1);
  return load<u32>(table + ((zeros << 4) + size) * 4) | (<u32>magnitude << LENGTH_BITS);
}

/** The set of the coefficients that are not zero: bit k is the k-th in zigzag order. */
// @ts-ignore: a decorator of AssemblyScript's
@inline
function nonZero(block: usize): u64 {
  return nonZeroRows(block, 0) | nonZeroRows(block, 2) | nonZeroRows(block, 4) | nonZeroRows(block, 6);
}

// @ts-ignore: a decorator of AssemblyScript's
@inline
function nonZeroRows(block: usize, row: i32): u64 {
  const both = i8x16.narrow_i16x8_s(v128.load(block + row * 16), v128.load(block + row * 16 + 16));
  const zeros = i8x16.bitmask(i8x16.eq(both, i8x16.splat(0)));
  const sets = SETS + row * 2048;
  return load<u64>(sets + ((~zeros & 255) << 3)) | load<u64>(sets + 2048 + (((~zeros >> 8) & 255) << 3));
}

/** Writes the symbols from `from` to `end` as bytes to `to`, and returns where these end. Up to 31 bits stay pending. */
export function writeSymbols(from: usize, end: usize, to: usize): usize {
  let bits = pending;
  let count = pendingBits;
  for (; from < end; from += 4) {
    const symbol = load<u32>(from);
    const length = symbol & LENGTH_MASK;
    bits = (bits << length) | (symbol >> LENGTH_BITS);
    count += length;
    if (count >= 32) {
      count -= 32;
      to = writeWord(<u32>(bits >> count), to);
    }
  }
  pending = bits;
  pendingBits = count;
  return to;
}

/** Writes what is pending, its last byte filled up with ones (T.81, F.1.2.3), and returns where it ends. */
export function writePending(to: usize): usize {
  const fill = -pendingBits & 7;
  const bits = (pending << fill) | ((1 << fill) - 1);
  for (let left = pendingBits + fill - 8; left >= 0; left -= 8) to = writeByte(<u32>(bits >> left) & 255, to);
  restart();
  return to;
}

/** Writes four bytes, the highest first. */
// @ts-ignore: a decorator of AssemblyScript's
@inline
function writeWord(word: u32, to: usize): usize {
  // Whether any byte is 0xff: whether any of the complement is 0.
  if ((~word - 0x01010101) & word & 0x80808080) {
    for (let shift = 24; shift >= 0; shift -= 8) to = writeByte((word >> shift) & 255, to);
    return to;
  }
  store<u32>(to, bswap(word));
  return to + 4;
}

/** Writes a byte, and a zero behind 0xff, so that it is not taken for a marker (T.81, B.1.1.5). */
function writeByte(byte: u32, to: usize): usize {
  store<u8>(to, byte);
  if (byte != 255) return to + 1;
  store<u8>(to + 1, 0);
  return to + 2;
}
