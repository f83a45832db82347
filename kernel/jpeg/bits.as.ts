// The bits of entropy-coded data (T.81, F.2.2.5) and their Huffman codes, read strictly: what no encoder writes is an
// error. After each 0xff byte of data comes a zero byte, which is skipped; 0xff with anything else is a marker.

/** The number of bits that one look into a table resolves. Longer codes are rare. */
export const LOOK_BITS: i32 = 10;
const LOOK_SIZE: i32 = 1 << LOOK_BITS;
export const SIXTEEN_ZEROS: i32 = 0xf0;
/** A run of zeros from within a block to beyond what any other code may lead to. */
const TO_END: i32 = 128;

/**
 * A Huffman table. For the next ten bits, `looks` has the code's length and its symbol, as length << 8 | symbol, or 0 if
 * the code is longer. `values` has the whole coefficient or DC difference if that fits into ten bits as well, as
 * value << 16 | run of zeros << 8 | bits, else 0; the end of a block is a run of TO_END zeros. `ends` has, for each length,
 * the end of the codes up to it, aligned to sixteen bits, and `offsets` what to add to a code of that length for the index
 * of its symbol.
 */
const VALUES: i32 = LOOK_SIZE * 2;
const ENDS: i32 = VALUES + LOOK_SIZE * 4;
const OFFSETS: i32 = ENDS + 17 * 4;
const SYMBOLS: i32 = OFFSETS + 17 * 4;
const TABLE_BYTES: i32 = SYMBOLS + 256;

/** Four tables for DC, then four for AC. */
const TABLES: usize = memory.data(8 * TABLE_BYTES, 16);

// @ts-ignore: AssemblyScript decorator
@inline
export function tableAt(slot: i32): usize {
  return TABLES + slot * TABLE_BYTES;
}

/**
 * Builds a table from the numbers of codes of 1 to 16 bits and the symbols (T.81, C.2). Returns false if these are no
 * codes: too many, one with all bits set, or a size of a DC difference above 15.
 */
export function buildTable(slot: i32, counts: usize, symbols: usize): bool {
  const table = tableAt(slot);
  const isAc = slot >= 4;
  memory.fill(table, 0, TABLE_BYTES);
  let code = 0;
  let next = 0;
  for (let length = 1; length <= 16; length++) {
    const count = <i32>load<u8>(counts + length - 1);
    if (next + count > 256) return false;
    store<i32>(table + OFFSETS + length * 4, next - code);
    for (let each = 0; each < count; each++, code++, next++) {
      const symbol = <i32>load<u8>(symbols + next);
      if (!isAc && symbol > 15) return false;
      store<u8>(table + SYMBOLS + next, symbol);
      if (length <= LOOK_BITS && code < 1 << length) enter(table, code, length, symbol, isAc);
    }
    if (count > 0 && code >= 1 << length) return false;
    store<i32>(table + ENDS + length * 4, code << (16 - length));
    code <<= 1;
  }
  return true;
}

/** Enters a code for all that may follow it. */
function enter(table: usize, code: i32, length: i32, symbol: i32, isAc: bool): void {
  const rest = LOOK_BITS - length;
  const size = symbol & 15;
  for (let follows = 0; follows < 1 << rest; follows++) {
    const look = (code << rest) | follows;
    store<u16>(table + look * 2, (length << 8) | symbol);
    if (size > rest || (isAc && symbol == SIXTEEN_ZEROS)) continue;
    const value = size == 0 ? 0 : extended(follows >> (rest - size), size);
    const run = isAc && size == 0 ? TO_END : symbol >> 4;
    store<i32>(table + VALUES + look * 4, (value << 16) | (run << 8) | (length + size));
  }
}

/** The value of `size` magnitude bits (T.81, F.2.2.1): those that start with a zero are negative. */
// @ts-ignore: AssemblyScript decorator
@inline
function extended(magnitude: i32, size: i32): i32 {
  return magnitude < 1 << (size - 1) ? magnitude - (1 << size) + 1 : magnitude;
}

/** The next bits, aligned to the top, and their number. Of these the last `padding` ones are zeros after the data's end. */
let bits: u64 = 0;
let count: i32 = 0;
let padding: i32 = 0;
/** Where the byte after these bits is. */
let at: usize = 0;

/** Starts at an address. */
export function startBits(from: usize): void {
  at = from;
  bits = 0;
  count = 0;
  padding = 0;
}

/**
 * Ends an interval: returns the marker that follows, without its 0xff, and starts after it. Returns -1 if bits were read
 * beyond the data, or whole bytes of it were not read.
 */
export function endInterval(): i32 {
  const unread = count - padding;
  if (unread < 0 || unread >= 8 || load<u8>(at) != 0xff) return -1;
  while (load<u8>(at) == 0xff) at++;
  const marker = <i32>load<u8>(at);
  startBits(at + 1);
  return marker;
}

/** Whether more bits were read than there are before the next marker. */
// @ts-ignore: AssemblyScript decorator
@inline
export function isOverread(): bool {
  return count < padding;
}

/** The address of the first byte that was not read. Of bytes that follow 0xff as zeros, some may be counted. */
export function firstUnread(): usize {
  return at - (max(0, count - padding) >> 3);
}

/** Whether whole bytes of the data were not read. */
export function hasUnread(): bool {
  return count - padding >= 8 || load<u8>(at) != 0xff || load<u8>(at + 1) == 0;
}

/** The address after the last marker that `endInterval` has read. */
export function endOfBits(): usize {
  return at;
}

/** Makes sure that there are at least 32 bits. */
// @ts-ignore: AssemblyScript decorator
@inline
function fill(): void {
  if (count < 32) fillMore();
}

function fillMore(): void {
  const word = load<u32>(at);
  if (!hasMarkerByte(word)) {
    bits |= (<u64>bswap(word)) << (32 - count);
    count += 32;
    at += 4;
  } else {
    fillByBytes();
  }
}

/** Whether one of four bytes is 0xff. */
// @ts-ignore: AssemblyScript decorator
@inline
function hasMarkerByte(word: u32): bool {
  return ((~word - 0x01010101) & word & 0x80808080) != 0;
}

function fillByBytes(): void {
  while (count <= 56) {
    let byte = <u64>load<u8>(at);
    if (byte != 0xff) {
      at++;
    } else if (endOfFill() == 0) {
      at++;
    } else {
      byte = 0;
      padding += 8;
    }
    bits |= byte << (56 - count);
    count += 8;
  }
}

/** Skips fill bytes: more than one 0xff. Returns the byte after them, at which `at` is then if it is a zero, else before it. */
function endOfFill(): i32 {
  while (load<u8>(at + 1) == 0xff) at++;
  const byte = <i32>load<u8>(at + 1);
  if (byte == 0) at++;
  return byte;
}

// @ts-ignore: AssemblyScript decorator
@inline
function skip(length: i32): void {
  bits <<= length;
  count -= length;
}

/** The next bit. */
export function takeBit(): i32 {
  fill();
  const bit = <i32>(bits >>> 63);
  skip(1);
  return bit;
}

/** The next 1 to 16 bits. */
export function takeBits(length: i32): i32 {
  fill();
  const value = <i32>(bits >>> (64 - length));
  skip(length);
  return value;
}

/** The value of the next `size` magnitude bits. */
export function takeValue(size: i32): i32 {
  return size == 0 ? 0 : extended(takeBits(size), size);
}

/** The symbol of the next code, or -1 if there is no such code. */
export function takeSymbol(table: usize): i32 {
  fill();
  const look = <i32>load<u16>(table + (<usize>(bits >>> (64 - LOOK_BITS)) << 1));
  if (look != 0) {
    skip(look >> 8);
    return look & 255;
  }
  return takeLongSymbol(table);
}

function takeLongSymbol(table: usize): i32 {
  const sixteen = <i32>(bits >>> 48);
  for (let length = LOOK_BITS + 1; length <= 16; length++) {
    if (sixteen >= load<i32>(table + ENDS + length * 4)) continue;
    skip(length);
    return load<u8>(table + SYMBOLS + load<i32>(table + OFFSETS + length * 4) + (sixteen >> (16 - length)));
  }
  return -1;
}

/** The difference of a DC coefficient from the previous one (T.81, F.2.2.1), or i32.MIN_VALUE if there is no such code. */
// @ts-ignore: AssemblyScript decorator
@inline
export function takeDifference(table: usize): i32 {
  fill();
  const entry = load<i32>(table + (<usize>(bits >>> (64 - LOOK_BITS)) << 2), VALUES);
  if (entry == 0) return takeLongDifference(table);
  skip(entry & 255);
  return entry >> 16;
}

function takeLongDifference(table: usize): i32 {
  const size = takeSymbol(table);
  return size < 0 ? i32.MIN_VALUE : takeValue(size);
}

/**
 * Reads the AC coefficients of a block of a sequential JPEG (T.81, F.2.2.2) into `block`, which has zeros. `order` has the
 * byte offset of each coefficient in coding order. Returns the index of the last one, 0 if there is none, or -1 after an
 * error.
 */
export function takeCoefficients(block: usize, table: usize, order: usize): i32 {
  // Local variables are faster.
  let unread = bits;
  let left = count;
  let last = 0;
  for (let k = 1; k < 64; k++) {
    if (left < 32) {
      bits = unread;
      count = left;
      fillMore();
      unread = bits;
      left = count;
    }
    const look = <usize>(unread >>> (64 - LOOK_BITS));
    const entry = load<i32>(table + (look << 2), VALUES);
    let value = entry >> 16;
    if (entry != 0) {
      const length = entry & 255;
      unread <<= length;
      left -= length;
      k += (entry >> 8) & 255;
      if (k >= TO_END) break;
    } else {
      bits = unread;
      count = left;
      const symbol = takeSymbol(table);
      if (symbol < 0) return -1;
      const size = symbol & 15;
      if (size == 0 && symbol != SIXTEEN_ZEROS) return last;
      value = takeValue(size);
      unread = bits;
      left = count;
      k += symbol >> 4;
      if (size == 0 && k <= 63) continue;
    }
    if (k > 63) return -1;
    store<i16>(block + load<u8>(order + k), value);
    last = k;
  }
  bits = unread;
  count = left;
  return last;
}
