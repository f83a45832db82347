import { undecodable } from '../verdicts.ts';

/** The tags that are read (TIFF 6.0; 50706 is DNG's). */
export const TAGS = {
  subfileType: 254,
  width: 256,
  height: 257,
  bitsPerSample: 258,
  compression: 259,
  photometric: 262,
  fillOrder: 266,
  stripOffsets: 273,
  samplesPerPixel: 277,
  rowsPerStrip: 278,
  stripByteCounts: 279,
  planar: 284,
  predictor: 317,
  colourMap: 320,
  tileWidth: 322,
  tileHeight: 323,
  tileOffsets: 324,
  tileByteCounts: 325,
  extraSamples: 338,
  sampleFormat: 339,
  dngVersion: 50706,
} as const;

type Tag = (typeof TAGS)[keyof typeof TAGS];

/** The first directory of a TIFF. */
export interface Directory {
  /** Whether there is another directory, which is another page. */
  readonly hasNext: boolean;
  readonly has: (tag: Tag) => boolean;
  /** The first value of a tag, or `otherwise` if the tag is missing. */
  readonly value: (tag: Tag, otherwise: number) => number;
  /** All values of a tag; empty if it is missing. Throws `undecodable` if there are more than `most`. */
  readonly values: (tag: Tag, most: number) => Uint32Array;
}

const [BYTE, SHORT, LONG] = [1, 3, 4];
/** More than a tag has of which only the first value counts. */
const MAX_VALUES = 64;

/** Reads the entries of the first directory, but no values before they are asked for. Throws `undecodable`. */
export function readDirectory(bytes: Uint8Array): Directory {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = bytes[0] === 0x49;
  const at = bytes.length < 8 ? bytes.length : view.getUint32(4, little);
  if (at + 2 > bytes.length) throw cut();
  const count = view.getUint16(at, little);
  const end = at + 2 + count * 12;
  if (end > bytes.length) throw cut();
  // Of a tag that is there twice, the first counts.
  const entries = new Map<number, number>();
  for (let entry = end - 12; entry > at; entry -= 12) entries.set(view.getUint16(entry, little), entry);

  function values(tag: Tag, most: number): Uint32Array {
    const entry = entries.get(tag);
    if (entry === undefined) return new Uint32Array();
    const type = view.getUint16(entry + 2, little);
    const size = type === BYTE ? 1 : type === SHORT ? 2 : type === LONG ? 4 : 0;
    const length = view.getUint32(entry + 4, little);
    if (size === 0 || length > most) throw undecodable(`the TIFF has an invalid value of tag ${tag}`);
    const from = size * length <= 4 ? entry + 8 : view.getUint32(entry + 8, little);
    if (from + size * length > bytes.length) throw cut();
    const found = new Uint32Array(length);
    for (let index = 0; index < length; index++) found[index] = valueAt(from + index * size, size);
    return found;
  }

  function valueAt(position: number, size: number): number {
    if (size === 1) return view.getUint8(position);
    return size === 2 ? view.getUint16(position, little) : view.getUint32(position, little);
  }

  return {
    hasNext: end + 4 <= bytes.length && view.getUint32(end, little) !== 0,
    has: (tag) => entries.has(tag),
    value: (tag, otherwise) => values(tag, MAX_VALUES)[0] ?? otherwise,
    values,
  };
}

function cut() {
  return undecodable('the TIFF is cut short or damaged: its directory is not whole');
}
