/** A segment of a JPEG: its marker's second byte, and what follows its length. */
export interface Segment {
  readonly marker: number;
  readonly body: Uint8Array;
  /** The index after it. */
  readonly end: number;
}

export interface FrameComponent {
  readonly id: number;
  /** The sampling factors. */
  readonly h: number;
  readonly v: number;
  /** The number of its quantization table. */
  readonly quantization: number;
}

export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly components: readonly FrameComponent[];
}

export interface Scan {
  /** Indices in the frame, and the numbers of the Huffman tables. */
  readonly components: readonly { readonly index: number; readonly dc: number; readonly ac: number }[];
  /** The first and last coefficient, and the successive approximation's bit positions. */
  readonly first: number;
  readonly last: number;
  readonly high: number;
  readonly low: number;
}

/** A quantization table: 64 steps in zigzag order. */
export interface Quantization {
  readonly table: number;
  readonly steps: readonly number[];
}

/** A Huffman table: the slots 0 to 3 are for DC, 4 to 7 for AC. */
export interface Codes {
  readonly slot: number;
  /** The number of codes of 1 to 16 bits, then the symbols. */
  readonly counts: Uint8Array;
  readonly symbols: Uint8Array;
}

export const SOI = 0xd8;
export const EOI = 0xd9;
export const SOS = 0xda;
/** The length of a segment counts its own two bytes. */
export const MIN_LENGTH = 2;
/** The maximum number of blocks of an MCU (T.81, B.2.3). */
const MAX_MCU_BLOCKS = 10;
/** No encoder writes so many. Each costs a step, and an empty one only four bytes. */
export const MAX_SEGMENTS = 2 ** 20;

/**
 * The segment at an index, whose marker may follow fill bytes; `undefined` if there is none, or it is cut off. EOI has no body. A
 * length of 0 or 1 is invalid: if it is accepted, the segment is empty, as in libjpeg.
 */
export function segmentAt(bytes: Uint8Array, index: number, acceptsLength = false): Segment | undefined {
  let at = index;
  if (bytes[at] !== 0xff) return undefined;
  while (bytes[at] === 0xff) at++;
  const marker = bytes[at] ?? 0;
  if (marker === EOI) return { marker, body: bytes.subarray(0, 0), end: at + 1 };
  if (marker < 0xc0 || (marker >= 0xd0 && marker <= SOI)) return undefined;
  const length = word(bytes, at + 1);
  const end = at + 1 + Math.max(length, MIN_LENGTH);
  if ((length < MIN_LENGTH && !acceptsLength) || end > bytes.length) return undefined;
  return { marker, body: bytes.subarray(at + 3, end), end };
}

/** The next segment from an index, whatever is before it and states as its length, with the index of its marker; `undefined` if there is none, or it is cut off. */
export function segmentAfter(bytes: Uint8Array, from: number): (Segment & { readonly index: number }) | undefined {
  for (let index = bytes.indexOf(0xff, from); index >= 0; ) {
    const segment = segmentAt(bytes, index, true);
    if (segment !== undefined) return { ...segment, index };
    let next = index + 1;
    while (bytes[next] === 0xff) next++;
    index = bytes.indexOf(0xff, next);
  }
  return undefined;
}

/** Reads a frame header with samples of so many bits (T.81, B.2.2); `undefined` for any other. */
export function readFrame(body: Uint8Array, precision: number): Frame | undefined {
  const count = body[5] ?? 0;
  if (body[0] !== precision || body.length !== 6 + count * 3) return undefined;
  const components = Array.from({ length: count }, (_, index) => {
    const [id = 0, sampling = 0, quantization = 0] = body.subarray(6 + index * 3, 9 + index * 3);
    return { id, h: sampling >> 4, v: sampling & 15, quantization };
  });
  const isValid = components.every(
    ({ h, v, quantization }) => h >= 1 && h <= 4 && v >= 1 && v <= 4 && quantization <= 3,
  );
  return isValid ? { width: word(body, 3), height: word(body, 1), components } : undefined;
}

/** Reads a scan header (T.81, B.2.3); `undefined` if it is invalid. */
export function readScan(body: Uint8Array, frame: Frame): Scan | undefined {
  const count = body[0] ?? 0;
  if (count < 1 || count > frame.components.length || body.length !== 4 + count * 2) return undefined;
  const components = Array.from({ length: count }, (_, position) => {
    const [id, tables = 0] = body.subarray(1 + position * 2, 3 + position * 2);
    return { index: frame.components.findIndex((each) => each.id === id), dc: tables >> 4, ac: tables & 15 };
  });
  const [first = 0, last = 0, bits = 0] = body.subarray(1 + count * 2);
  const isAscending = components.every(({ index }, position) => index > (components[position - 1]?.index ?? -1));
  const blocks = components.reduce((sum, { index }) => sum + blocksOf(frame.components[index]), 0);
  const fits = count === 1 || blocks <= MAX_MCU_BLOCKS;
  const isValid = isAscending && fits && components.every(({ dc, ac }) => dc <= 3 && ac <= 3);
  return isValid ? { components, first, last, high: bits >> 4, low: bits & 15 } : undefined;
}

/** How many blocks a component has in each MCU of a scan of several. */
function blocksOf(component: FrameComponent | undefined): number {
  return component === undefined ? 0 : component.h * component.v;
}

/** Whether a scan brings whole coefficients, all of them. */
export function isSequential({ first, last, high, low }: Scan): boolean {
  return first === 0 && last === 63 && high === 0 && low === 0;
}

/** Reads quantization tables (T.81, B.2.4.1); `undefined` if one is invalid. */
export function readQuantization(body: Uint8Array): Quantization[] | undefined {
  const tables: Quantization[] = [];
  for (let at = 0; at < body.length; ) {
    const kind = body[at] ?? 0;
    const size = kind >> 4 === 0 ? 1 : 2;
    const from = at + 1;
    at = from + 64 * size;
    if (kind >> 4 > 1 || (kind & 15) > 3 || at > body.length) return undefined;
    const steps = Array.from({ length: 64 }, (_, k) => (size === 1 ? (body[from + k] ?? 0) : word(body, from + k * 2)));
    if (steps.includes(0)) return undefined;
    tables.push({ table: kind & 15, steps });
  }
  return tables;
}

/** Reads Huffman tables (T.81, B.2.4.2); `undefined` if one is cut off or has an invalid number. */
export function readCodes(body: Uint8Array): Codes[] | undefined {
  const tables: Codes[] = [];
  for (let at = 0; at < body.length; ) {
    const kind = body[at] ?? 0;
    const counts = body.subarray(at + 1, at + 17);
    const from = at + 17;
    at = from + counts.reduce((sum, count) => sum + count, 0);
    if (kind >> 4 > 1 || (kind & 15) > 3 || counts.length < 16 || at > body.length || at - from > 256) return undefined;
    tables.push({ slot: (kind >> 4) * 4 + (kind & 15), counts, symbols: body.subarray(from, at) });
  }
  return tables;
}

/** Reads the conditioning of arithmetic coding (T.81, B.2.4.3); `undefined` if it is invalid. */
export function readConditioning(body: Uint8Array): { readonly slot: number; readonly value: number }[] | undefined {
  const values: { slot: number; value: number }[] = [];
  for (let at = 0; at < body.length; at += 2) {
    const [kind = 0, value] = body.subarray(at, at + 2);
    const isAc = kind >> 4 === 1;
    if (value === undefined || kind >> 4 > 1 || (kind & 15) > 3) return undefined;
    if (isAc ? value < 1 || value > 63 : (value & 15) > value >> 4) return undefined;
    values.push({ slot: (isAc ? 4 : 0) + (kind & 15), value });
  }
  return values;
}

/** Whether a segment's body starts with a text of ASCII characters. */
export function startsWith(body: Uint8Array, text: string): boolean {
  return Buffer.from(body.buffer, body.byteOffset, Math.min(text.length, body.length)).toString('latin1') === text;
}

/** The big-endian 16-bit number at an index. */
export function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}
