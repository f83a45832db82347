import { startsWith, textAt } from '../base/read-bytes.ts';

const PNG = [0x89, 0x50, 0x4e, 0x47];
/** Where a PNG's header says how many bits its samples have. */
const PNG_DEPTH = 24;

const BITS_PER_SAMPLE = 258;
/** The type of a number of 32 bits; the other one is SHORT. */
const LONG = 4;

/** Whether a picture file says that its samples have 16 bits. The first bytes of a PNG are enough. */
export function isDeepPicture(bytes: Uint8Array): boolean {
  if (startsWith(bytes, PNG)) return bytes[PNG_DEPTH] === 16;
  return tiffDepth(bytes) === 16;
}

/** The bits of the first sample of a TIFF's first page; undefined for anything else. */
function tiffDepth(bytes: Uint8Array): number | undefined {
  const order = textAt(bytes, 0, 2);
  if (bytes.length < 8 || (order !== 'II' && order !== 'MM')) return undefined;
  const little = order === 'II';
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const short = (at: number) => (at + 2 > bytes.length ? undefined : view.getUint16(at, little));
  const directory = view.getUint32(4, little);
  const count = short(directory) ?? 0;
  for (let at = directory + 2; at < directory + 2 + 12 * count && at + 12 <= bytes.length; at += 12) {
    if (short(at) !== BITS_PER_SAMPLE) continue;
    if (short(at + 2) === LONG) return view.getUint32(at + 8, little);
    const values = view.getUint32(at + 4, little);
    return short(values <= 2 ? at + 8 : view.getUint32(at + 8, little));
  }
  return undefined;
}
