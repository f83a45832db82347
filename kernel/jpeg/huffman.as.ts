// Huffman entropy coding (T.81, F.1.2) in two steps: blocks to symbols, and symbols to bytes.
//
// A symbol is a 32-bit number: the low five bits are its length in bits, and the others are the bits. The length is at
// most 26: a code of 16 and a magnitude of 10, because a coefficient of 8-bit samples is at most 1020, and a DC
// difference (up to 2040) has a shorter code. A table contains the symbol for each run of zeros and size, with space
// for the magnitude: at [size] for DC, at [run * 16 + size] for AC.

const LENGTH_BITS: u32 = 5;
const LENGTH_MASK: u32 = 31;
const END_OF_BLOCK: i32 = 0x00;
const SIXTEEN_ZEROS: i32 = 0xf0;

/**
 * The maximum number of symbols of a block: one for each coefficient. EOB and ZRL symbols replace at least one zero
 * each.
 */
export const MAX_SYMBOLS: i32 = 64;
/** The maximum number of bits of a symbol. */
export const MAX_BITS: i32 = 26;

/** The byte offset in a block of the k-th coefficient in zigzag order (T.81, figure A.6). */
export const ORDER: usize = memory.data(64, 16);
/** For each row and each bit mask of its non-zero coefficients: the 64-bit mask of their positions in zigzag order. */
export const ROW_MASKS: usize = memory.data(8 * 256 * 8, 16);
/** The tables for Y, then for Cb and Cr: 16 symbols for DC, 256 for AC. */
export const TABLE_BYTES: i32 = (16 + 256) * 4;
export const TABLES: usize = memory.data(2 * TABLE_BYTES, 16);

// Bits that do not fill a 32-bit word yet: the low `pendingBits` bits of `pending`.
let pending: u64 = 0;
let pendingBits: i32 = 0;

/** Discards pending bits. */
export function reset(): void {
  pending = 0;
  pendingBits = 0;
}

/**
 * Writes the symbols of a block to `to` and returns their end. `lastDc` is the DC coefficient of the component's
 * previous block.
 */
export function symbolsOfBlock(block: usize, lastDc: i32, table: usize, to: usize): usize {
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
    store<u32>(to, symbolOf(<i32>load<i16>(block + load<u8>(ORDER + k)), zeros, codes));
    to += 4;
  }
  return before < 63 ? writeEnd(codes, to) : to;
}

/**
 * Writes the symbols of a padding block at the picture's edge, which repeats the previous DC coefficient (T.81, A.2.4).
 */
export function symbolsOfPadding(table: usize, to: usize): usize {
  store<u32>(to, load<u32>(table));
  return writeEnd(table + 64, to + 4);
}

// @ts-ignore: AssemblyScript decorator
@inline
function writeEnd(codes: usize, to: usize): usize {
  store<u32>(to, load<u32>(codes + END_OF_BLOCK * 4));
  return to + 4;
}

/**
 * The symbol of a value after a run of zeros: its code, followed by its magnitude bits (value - 1 if it is negative).
 */
// @ts-ignore: AssemblyScript decorator
@inline
function symbolOf(value: i32, zeros: i32, table: usize): u32 {
  const sign = value >> 31;
  const size = 32 - clz((value ^ sign) - sign);
  const magnitude = (value + sign) & ((1 << size) - 1);
  return load<u32>(table + ((zeros << 4) + size) * 4) | (<u32>magnitude << LENGTH_BITS);
}

/** A bit mask of the non-zero coefficients: bit k is the k-th in zigzag order. */
// @ts-ignore: AssemblyScript decorator
@inline
function nonZero(block: usize): u64 {
  return nonZeroRows(block, 0) | nonZeroRows(block, 2) | nonZeroRows(block, 4) | nonZeroRows(block, 6);
}

// @ts-ignore: AssemblyScript decorator
@inline
function nonZeroRows(block: usize, row: i32): u64 {
  const both = i8x16.narrow_i16x8_s(v128.load(block + row * 16), v128.load(block + row * 16 + 16));
  const zeros = i8x16.bitmask(i8x16.eq(both, i8x16.splat(0)));
  const masks = ROW_MASKS + row * 2048;
  return load<u64>(masks + ((~zeros & 255) << 3)) | load<u64>(masks + 2048 + (((~zeros >> 8) & 255) << 3));
}

/**
 * Writes the symbols from `from` to `end` as bytes to `to`, and returns the end of the bytes. Up to 31 bits remain
 * pending.
 */
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

/** Writes the pending bits, with the last byte padded with ones (T.81, F.1.2.3), and returns their end. */
export function flush(to: usize): usize {
  const fill = -pendingBits & 7;
  const bits = (pending << fill) | ((1 << fill) - 1);
  for (let left = pendingBits + fill - 8; left >= 0; left -= 8) to = writeByte(<u32>(bits >> left) & 255, to);
  reset();
  return to;
}

/** Writes four bytes in big-endian order. */
// @ts-ignore: AssemblyScript decorator
@inline
function writeWord(word: u32, to: usize): usize {
  // Is any byte 0xff, i.e. any byte of the complement 0?
  if ((~word - 0x01010101) & word & 0x80808080) {
    for (let shift = 24; shift >= 0; shift -= 8) to = writeByte((word >> shift) & 255, to);
    return to;
  }
  store<u32>(to, bswap(word));
  return to + 4;
}

/** Writes a byte, with a zero stuffed after 0xff so that it is not a marker (T.81, B.1.1.5). */
function writeByte(byte: u32, to: usize): usize {
  store<u8>(to, byte);
  if (byte != 255) return to + 1;
  store<u8>(to + 1, 0);
  return to + 2;
}
