import { crc32 } from 'node:zlib';

/** A chunk of a PNG: its four-letter type as a number, and where its body starts and ends. */
export interface Chunk {
  readonly type: number;
  readonly from: number;
  readonly to: number;
  /** Whether the file ends before the chunk's checksum is complete. */
  readonly isCut: boolean;
}

/** The first bytes of every PNG. */
export const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

// The known chunk types.
export const IHDR = 0x49_48_44_52;
export const PLTE = 0x50_4c_54_45;
export const TRNS = 0x74_52_4e_53;
export const EXIF = 0x65_58_49_66;
export const TIME = 0x74_49_4d_45;
export const IDAT = 0x49_44_41_54;
export const IEND = 0x49_45_4e_44;

// Length, type and CRC of a chunk.
const LENGTH_AND_TYPE = 8;
const CRC = 4;

/** Yields the chunks in order. The last one may be cut; fewer than 8 bytes at the end are not a chunk. */
export function* chunksOf(bytes: Uint8Array): Generator<Chunk> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // PNG (third edition), section 5.3: length, type, body, CRC.
  for (let at = SIGNATURE.length; at + LENGTH_AND_TYPE <= bytes.length; ) {
    const from = at + LENGTH_AND_TYPE;
    const to = from + view.getUint32(at);
    const isCut = to + CRC > bytes.length;
    yield { type: view.getUint32(at + 4), from, to: Math.min(to, bytes.length), isCut };
    at = to + CRC;
  }
}

/** A chunk's type as text: `IDAT`. */
export function nameOf(type: number): string {
  return String.fromCharCode(type >>> 24, (type >> 16) & 255, (type >> 8) & 255, type & 255);
}

/** Whether a chunk's type is four letters, which it must be (section 5.3). */
export function isChunkType(type: number): boolean {
  for (let shift = 24; shift >= 0; shift -= 8) {
    // The lower-case letter of the same value.
    const letter = ((type >> shift) & 255) | 0x20;
    if (letter < 0x61 || letter > 0x7a || ((type >> shift) & 0x80) !== 0) return false;
  }
  return true;
}

// A call of zlib takes longer than the bytes of a small chunk do here, and a file may have millions of them.
const SMALL = 32;
const CRC_TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  return crc;
});

/** Whether the CRC of a chunk that is not cut matches its type and body. */
export function hasValidChecksum(bytes: Uint8Array, { from, to }: Chunk): boolean {
  const stored =
    ((bytes[to] as number) << 24) |
    ((bytes[to + 1] as number) << 16) |
    ((bytes[to + 2] as number) << 8) |
    (bytes[to + 3] as number);
  if (to - from > SMALL) return (crc32(bytes.subarray(from - 4, to)) | 0) === stored;
  // Section D, in the form that shifts right.
  let crc = -1;
  for (let at = from - 4; at < to; at++) {
    crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ (bytes[at] as number)) & 255] as number);
  }
  return ~crc === stored;
}

/** Section 5.4: a chunk whose type starts with a capital letter is critical. */
export function isCritical(type: number): boolean {
  return (type & 0x20_00_00_00) === 0;
}

/** Concatenates the bodies of all chunks of a type that start before `end`. A single body is not copied. */
export function concatenated(bytes: Uint8Array, type: number, end: number): Uint8Array {
  // There may be millions of one-byte chunks: the first pass only counts, so that no list of them is kept.
  let length = 0;
  let last: Uint8Array = new Uint8Array();
  for (const body of bodiesOf(bytes, type, end)) {
    length += body.length;
    last = body;
  }
  if (last.length === length) return last;
  const all = Buffer.allocUnsafe(length);
  let at = 0;
  for (const body of bodiesOf(bytes, type, end)) {
    all.set(body, at);
    at += body.length;
  }
  return all;
}

/** Yields the bodies that are not empty. */
function* bodiesOf(bytes: Uint8Array, wanted: number, end: number): Generator<Uint8Array> {
  for (const { type, from, to } of chunksOf(bytes)) {
    if (from >= end) return;
    if (type === wanted && to > from) yield bytes.subarray(from, to);
  }
}
