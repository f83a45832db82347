// Arithmetic entropy coding: the decoder of T.81, annex D, and the models of its decisions, F.1.4 and G.1.3.

import { ORDER } from './frame.as';

/** T.81, table D.3: Qe << 16 | the next index after an LPS << 8 | whether that switches the MPS << 7 | the next index after an MPS. */
const ESTIMATES: usize = memory.data<u32>([
  0x5a1d0181, 0x25860e02, 0x11141003, 0x080b1204, 0x03d81405, 0x01da1706, 0x00e51907, 0x006f1c08,
  0x00361e09, 0x001a210a, 0x000d230b, 0x0006090c, 0x00030a0d, 0x00010c0d, 0x5a7f0f8f, 0x3f252410,
  0x2cf22611, 0x207c2712, 0x17b92813, 0x11822a14, 0x0cef2b15, 0x09a12d16, 0x072f2e17, 0x055c3018,
  0x04063119, 0x0303331a, 0x0240341b, 0x01b1361c, 0x0144381d, 0x00f5391e, 0x00b73b1f, 0x008a3c20,
  0x00683e21, 0x004e3f22, 0x003b2023, 0x002c2109, 0x5ae125a5, 0x484c4026, 0x3a0d4127, 0x2ef14328,
  0x261f4429, 0x1f33452a, 0x19a8462b, 0x1518482c, 0x1177492d, 0x0e744a2e, 0x0bfb4b2f, 0x09f84d30,
  0x08614e31, 0x07064f32, 0x05cd3033, 0x04de3234, 0x040f3235, 0x03633336, 0x02d43437, 0x025c3538,
  0x01f83639, 0x01a4373a, 0x0160383b, 0x0125393c, 0x00f63a3d, 0x00cb3b3e, 0x00ab3d3f, 0x008f3d20,
  0x5b1241c1, 0x4d045042, 0x412c5143, 0x37d85244, 0x2fe85345, 0x293c5446, 0x23795647, 0x1edf5748,
  0x1aa95749, 0x174e484a, 0x1424484b, 0x119c4a4c, 0x0f6b4a4d, 0x0d514b4e, 0x0bb64d4f, 0x0a404d30,
  0x583250d1, 0x4d1c5852, 0x438e5953, 0x3bdd5a54, 0x34ee5b55, 0x2eae5c56, 0x299a5d57, 0x25165647,
  0x557058d9, 0x4ca95f5a, 0x44d9605b, 0x3e22615c, 0x3824635d, 0x32b4635e, 0x2e175d56, 0x56a85fe0,
  0x4f466561, 0x47e56662, 0x41cf6763, 0x3c3d6864, 0x375e635d, 0x52316966, 0x4c0f6a67, 0x46396b68,
  0x415e6763, 0x562769ea, 0x50e76c6b, 0x4b856d67, 0x55976e6d, 0x504f6f6b, 0x5a106eef, 0x5522706d,
  0x59eb70ef,
]);

/** The statistics of a decision are a byte: its index in the table, and the more probable symbol in the highest bit. */
const DC_BINS: i32 = 49;
const AC_BINS: i32 = 245;
const TABLE_BINS: i32 = DC_BINS + AC_BINS;
const TABLE_COUNT: i32 = 4;
const BINS: usize = memory.data(TABLE_COUNT * TABLE_BINS);
/** A decision without statistics: the Qe of index 0, both symbols equally probable. */
const FIXED: u32 = 0x5a1d;

/** The conditioning of DC tables 0 to 3, their lower and upper bounds, and of AC tables, Kx. */
const BOUNDS: usize = memory.data(2 * TABLE_COUNT);
const KX: usize = memory.data(TABLE_COUNT);

/** Where the bins of magnitudes begin (T.81, tables F.4 and F.5), and what leads from those of a category to those of its bits. */
const DC_MAGNITUDES: usize = 20;
const LOW_MAGNITUDES: usize = 189;
const HIGH_MAGNITUDES: usize = 217;
const TO_BITS: usize = 14;
const MAX_MAGNITUDE: i32 = 0x8000;

/**
 * How many bytes may be read after the data. Encoders leave out zeros at their end: decisions with statistics need hardly any bits
 * once they are all alike, but those without need one each.
 */
const MAX_OVERREAD: i32 = 64;

let interval: u32 = 0;
let code: u32 = 0;
let shifts: i32 = 0;
let at: usize = 0;
let overread: i32 = 0;
let maxOverread: i32 = MAX_OVERREAD;
let endAt: usize = 0;
/** The statistics area of the DC differences before, one for each component: 0, 4, 8, 12 or 16. */
const CONTEXTS: usize = memory.data(4);

/** Sets the conditioning of all tables to what holds without a DAC segment. */
export function resetConditioning(): void {
  for (let table = 0; table < TABLE_COUNT; table++) {
    setConditioning(table, 0x10);
    setConditioning(table + TABLE_COUNT, 5);
  }
}

/** Sets the conditioning of a DC table, 0 to 3, or of an AC table, 4 to 7 (T.81, B.2.4.3). */
export function setConditioning(slot: i32, value: i32): void {
  if (slot >= TABLE_COUNT) {
    store<u8>(KX + slot - TABLE_COUNT, value);
  } else {
    store<u8>(BOUNDS + slot * 2, value & 15);
    store<u8>(BOUNDS + slot * 2 + 1, value >> 4);
  }
}

/** Starts a scan. `isEven` says whether its decisions have no statistics. */
export function startArithmeticScan(isEven: bool): void {
  maxOverread = isEven ? i32.MAX_VALUE : MAX_OVERREAD;
}

/** Starts an interval at an address. */
export function startArithmetic(from: usize): void {
  memory.fill(BINS, 0, TABLE_COUNT * TABLE_BINS);
  memory.fill(CONTEXTS, 0, 4);
  at = from;
  overread = 0;
  interval = 0x10000;
  code = 0;
  readByte();
  code <<= 8;
  readByte();
  code <<= 8;
  shifts = 0;
}

function readByte(): void {
  const byte = <u32>load<u8>(at);
  if (byte != 0xff) {
    at++;
  } else if (load<u8>(at + 1) == 0) {
    at += 2;
  } else {
    overread++;
    return;
  }
  code += byte << 8;
}

/**
 * Whether so many bytes were read after the data that some are missing. Where a file ends without a marker, at `fileEnd`, that is
 * any.
 */
export function isArithmeticOverread(fileEnd: usize): bool {
  return overread > (at + 1 >= fileEnd ? 0 : maxOverread);
}

/** Whether a byte was read after the data. */
export function isArithmeticAtEnd(): bool {
  return overread > 0;
}

/** Whether bytes of the data were not read. */
export function hasArithmeticUnread(): bool {
  return load<u8>(at) != 0xff || load<u8>(at + 1) == 0;
}

/** The address of the first byte that was not read. */
export function firstArithmeticUnread(): usize {
  return at;
}

/** Ends an interval: returns the marker that follows, and starts after it. Returns -1 if data is missing, or not read. */
export function endArithmetic(): i32 {
  if (overread > maxOverread || hasArithmeticUnread()) return -1;
  while (load<u8>(at) == 0xff) at++;
  const marker = <i32>load<u8>(at);
  endAt = at + 1;
  startArithmetic(endAt);
  return marker;
}

/** The address after the last marker that `endArithmetic` has read. */
export function endOfArithmetic(): usize {
  return endAt;
}

/** Decodes a decision with its statistics (T.81, D.2). */
function decide(bin: usize): i32 {
  const state = <u32>load<u8>(bin);
  const estimate = load<u32>(ESTIMATES + ((state & 127) << 2));
  const likely = state >> 7;
  const qe = estimate >> 16;
  interval -= qe;
  const isUpper = code >> 16 >= interval;
  if (!isUpper && interval >= 0x8000) return likely;
  // The smaller part of the interval is the less probable symbol, wherever it is.
  const isUnlikely = isUpper == interval >= qe;
  if (isUpper) {
    code -= interval << 16;
    interval = qe;
  }
  if (isUnlikely) store<u8>(bin, ((estimate >> 8) & 127) | ((likely ^ ((estimate >> 7) & 1)) << 7));
  else store<u8>(bin, (estimate & 127) | (likely << 7));
  renormalize();
  return isUnlikely ? 1 - likely : likely;
}

/** Decodes a decision without statistics: one more bit of a DC coefficient, or a sign. */
export function decideEvenly(): i32 {
  interval -= FIXED;
  const isUpper = code >> 16 >= interval;
  if (!isUpper && interval >= 0x8000) return 0;
  const isUnlikely = isUpper == interval >= FIXED;
  if (isUpper) {
    code -= interval << 16;
    interval = FIXED;
  }
  renormalize();
  return isUnlikely ? 1 : 0;
}

function renormalize(): void {
  do {
    if (shifts == 0) {
      readByte();
      shifts = 8;
    }
    interval <<= 1;
    code <<= 1;
    shifts--;
  } while (interval < 0x8000);
}

/** The difference of a DC coefficient from the previous one (T.81, F.1.4.1), or `i32.MIN_VALUE` after an error. */
export function decideDc(index: i32, table: i32): i32 {
  const bins = BINS + table * TABLE_BINS;
  const first = bins + load<u8>(CONTEXTS + index);
  if (!decide(first)) {
    store<u8>(CONTEXTS + index, 0);
    return 0;
  }
  const sign = decide(first + 1);
  let bin = first + 2 + sign;
  let magnitude = decide(bin);
  if (magnitude) {
    bin = bins + DC_MAGNITUDES;
    for (; decide(bin); bin++) {
      magnitude <<= 1;
      if (magnitude == MAX_MAGNITUDE) return i32.MIN_VALUE;
    }
  }
  const lower = (1 << load<u8>(BOUNDS + table * 2)) >> 1;
  const upper = (1 << load<u8>(BOUNDS + table * 2 + 1)) >> 1;
  store<u8>(CONTEXTS + index, magnitude < lower ? 0 : (magnitude > upper ? 12 : 4) + sign * 4);
  const size = withBits(magnitude, bin + TO_BITS);
  return sign ? -size : size;
}

/** The lower bits of a magnitude, plus one. */
function withBits(magnitude: i32, bin: usize): i32 {
  let size = magnitude;
  for (let bit = magnitude >> 1; bit; bit >>= 1) if (decide(bin)) size |= bit;
  return size + 1;
}

/**
 * Reads the AC coefficients from `first` to `last` of a block for the first time (T.81, F.1.4.2), each without its `low` lowest
 * bits. Returns false after an error.
 */
export function decideBand(block: usize, table: i32, first: i32, last: i32, low: i32): bool {
  const bins = acBins(table);
  for (let k = first; k <= last; k++) {
    let bin = bins + 3 * (k - 1);
    if (decide(bin)) return true;
    for (; !decide(bin + 1); bin += 3) {
      k++;
      if (k > last) return false;
    }
    const sign = decideEvenly();
    bin += 2;
    let magnitude = decide(bin);
    if (magnitude && decide(bin)) {
      magnitude = 2;
      bin = bins + (k <= <i32>load<u8>(KX + table) ? LOW_MAGNITUDES : HIGH_MAGNITUDES);
      for (; decide(bin); bin++) {
        magnitude <<= 1;
        if (magnitude == MAX_MAGNITUDE) return false;
      }
    }
    const size = withBits(magnitude, bin + TO_BITS);
    store<i16>(block + load<u8>(ORDER + k), (sign ? -size : size) << low);
  }
  return true;
}

/** Reads one more bit, the one above the `low` lowest ones, of each coefficient of a band (T.81, G.1.3.3). Returns false after an error. */
export function decideRefinement(block: usize, table: i32, first: i32, last: i32, low: i32): bool {
  const bins = acBins(table);
  const one = 1 << low;
  let end = last;
  while (end > 0 && load<i16>(block + load<u8>(ORDER + end)) == 0) end--;
  for (let k = first; k <= last; k++) {
    let bin = bins + 3 * (k - 1);
    if (k > end && decide(bin)) return true;
    for (; ; bin += 3, k++) {
      if (k > last) return false;
      const coefficient = block + load<u8>(ORDER + k);
      const value = <i32>load<i16>(coefficient);
      if (value != 0) {
        if (decide(bin + 2)) store<i16>(coefficient, value < 0 ? value - one : value + one);
        break;
      }
      if (decide(bin + 1)) {
        store<i16>(coefficient, decideEvenly() ? -one : one);
        break;
      }
    }
  }
  return true;
}

// @ts-ignore: AssemblyScript decorator
@inline
function acBins(table: i32): usize {
  return BINS + table * TABLE_BINS + DC_BINS;
}
