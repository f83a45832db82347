import { crc32 } from 'node:zlib';

/** A chunk of a PNG: its name's four letters as one number, and where its body begins and ends. */
export interface Chunk {
  readonly name: number;
  readonly from: number;
  readonly to: number;
}

/** What every PNG begins with. */
export const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

// The names that are known.
export const IHDR = 0x49_48_44_52;
export const PLTE = 0x50_4c_54_45;
export const TRNS = 0x74_52_4e_53;
export const EXIF = 0x65_58_49_66;
export const IDAT = 0x49_44_41_54;
export const IEND = 0x49_45_4e_44;

/** The chunks in order, as far as they are there as a whole. */
export function* chunksOf(bytes: Uint8Array): Generator<Chunk> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // PNG (third edition), section 5.3: length, name, body, check sum.
  for (let at = SIGNATURE.length; at + 12 <= bytes.length; ) {
    const from = at + 8;
    const to = from + view.getUint32(at);
    if (to + 4 > bytes.length) return;
    yield { name: view.getUint32(at + 4), from, to };
    at = to + 4;
  }
}

/** Whether a chunk's check sum, over name and body, is its own. */
export function isWhole(bytes: Uint8Array, { from, to }: Chunk): boolean {
  const stated = new DataView(bytes.buffer, bytes.byteOffset + to, 4).getUint32(0);
  return crc32(bytes.subarray(from - 4, to)) === stated;
}

/** Section 5.4: nothing can be read without knowing what begins with a capital letter. */
export function isCritical({ name }: Chunk): boolean {
  return (name & 0x20_00_00_00) === 0;
}

/** The bodies of all chunks of a name behind one another; the body itself where there is but one. */
export function gathered(bytes: Uint8Array, name: number): Uint8Array {
  // There may be millions, of a byte each: the first time they are counted, and none is kept.
  let length = 0;
  let last: Uint8Array = new Uint8Array();
  for (const body of bodiesOf(bytes, name)) {
    length += body.length;
    last = body;
  }
  if (last.length === length) return last;
  const all = Buffer.allocUnsafe(length);
  let at = 0;
  for (const body of bodiesOf(bytes, name)) {
    all.set(body, at);
    at += body.length;
  }
  return all;
}

/** Those that are not empty, up to IEND. */
function* bodiesOf(bytes: Uint8Array, wanted: number): Generator<Uint8Array> {
  for (const { name, from, to } of chunksOf(bytes)) {
    if (name === IEND) return;
    if (name === wanted && to > from) yield bytes.subarray(from, to);
  }
}
