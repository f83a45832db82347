import { crc32 } from 'node:zlib';

/** A chunk of a PNG: its four-letter type as a number, and where its body starts and ends. */
export interface Chunk {
  readonly type: number;
  readonly from: number;
  readonly to: number;
}

/** The first bytes of every PNG. */
export const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

// The known chunk types.
export const IHDR = 0x49_48_44_52;
export const PLTE = 0x50_4c_54_45;
export const TRNS = 0x74_52_4e_53;
export const EXIF = 0x65_58_49_66;
export const IDAT = 0x49_44_41_54;
export const IEND = 0x49_45_4e_44;

/** Yields the chunks in order, up to the first truncated one. */
export function* chunksOf(bytes: Uint8Array): Generator<Chunk> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // PNG (third edition), section 5.3: length, type, body, CRC.
  for (let at = SIGNATURE.length; at + 12 <= bytes.length; ) {
    const from = at + 8;
    const to = from + view.getUint32(at);
    if (to + 4 > bytes.length) return;
    yield { type: view.getUint32(at + 4), from, to };
    at = to + 4;
  }
}

/** Whether a chunk's CRC matches its type and body. */
export function hasValidChecksum(bytes: Uint8Array, { from, to }: Chunk): boolean {
  const stored = new DataView(bytes.buffer, bytes.byteOffset + to, 4).getUint32(0);
  return crc32(bytes.subarray(from - 4, to)) === stored;
}

/** Section 5.4: a chunk whose type starts with a capital letter is critical. */
export function isCritical({ type }: Chunk): boolean {
  return (type & 0x20_00_00_00) === 0;
}

/** Concatenates the bodies of all chunks of a type. A single body is not copied. */
export function concatenated(bytes: Uint8Array, type: number): Uint8Array {
  // There may be millions of one-byte chunks: the first pass only counts, so that no list of them is kept.
  let length = 0;
  let last: Uint8Array = new Uint8Array();
  for (const body of bodiesOf(bytes, type)) {
    length += body.length;
    last = body;
  }
  if (last.length === length) return last;
  const all = Buffer.allocUnsafe(length);
  let at = 0;
  for (const body of bodiesOf(bytes, type)) {
    all.set(body, at);
    at += body.length;
  }
  return all;
}

/** Yields the bodies that are not empty, up to IEND. */
function* bodiesOf(bytes: Uint8Array, wanted: number): Generator<Uint8Array> {
  for (const { type, from, to } of chunksOf(bytes)) {
    if (type === IEND) return;
    if (type === wanted && to > from) yield bytes.subarray(from, to);
  }
}
