/** A value of a TIFF directory: text, or numbers. */
export type TiffValue = string | readonly number[];

const ASCII = 2;
const SHORT = 3;
const LONG = 4;
const RATIONAL = 5;
const SRATIONAL = 10;
/** The offset of a directory, instead of LONG. */
const IFD = 13;
const SIZES: Readonly<Record<number, number>> = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 10: 8, 13: 4 };

/** Longer values are not read. No value that is read here needs more. */
const MAX_TEXT = 256;
const MAX_NUMBERS = 4;

/** Reads directories of a TIFF block, the format of EXIF data. The bytes may be anything. */
export interface Tiff {
  readonly first: number;
  /** The values of the wanted tags of the directory at an offset; those that are invalid or too long are left out. */
  directory(offset: number, wanted: readonly number[]): ReadonlyMap<number, TiffValue>;
}

/** Undefined if the bytes are not a TIFF block. */
export function openTiff(bytes: Uint8Array): Tiff | undefined {
  if (bytes.length < 8) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const byteOrder = view.getUint16(0);
  const little = byteOrder === 0x4949;
  if ((!little && byteOrder !== 0x4d4d) || view.getUint16(2, little) !== 42) return undefined;

  function textAt(at: number, count: number): string {
    const all = Buffer.from(bytes.buffer, bytes.byteOffset + at, count).toString('utf8');
    const [text = ''] = all.split('\0');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not get into a terminal or a page.
    return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\ufffd]/g, ' ').trim();
  }

  function numberAt(at: number, type: number): number {
    switch (type) {
      case SHORT:
        return view.getUint16(at, little);
      case LONG:
      case IFD:
        return view.getUint32(at, little);
      case RATIONAL:
        return view.getUint32(at, little) / view.getUint32(at + 4, little);
      case SRATIONAL:
        return view.getInt32(at, little) / view.getInt32(at + 4, little);
      default:
        return view.getUint8(at);
    }
  }

  /** The value of the entry at an index. */
  function valueAt(entry: number): TiffValue | undefined {
    const type = view.getUint16(entry + 2, little);
    const count = view.getUint32(entry + 4, little);
    const size = SIZES[type];
    if (size === undefined || count === 0 || count > (type === ASCII ? MAX_TEXT : MAX_NUMBERS)) return undefined;
    const at = size * count <= 4 ? entry + 8 : view.getUint32(entry + 8, little);
    if (at + size * count > bytes.length) return undefined;
    if (type === ASCII) return textAt(at, count);
    return Array.from({ length: count }, (_, index) => numberAt(at + index * size, type));
  }

  return {
    first: view.getUint32(4, little),
    directory(offset, wanted) {
      const values = new Map<number, TiffValue>();
      if (offset + 2 > bytes.length) return values;
      const entries = view.getUint16(offset, little);
      for (let i = 0, at = offset + 2; i < entries && at + 12 <= bytes.length; i++, at += 12) {
        const tag = view.getUint16(at, little);
        if (!wanted.includes(tag) || values.has(tag)) continue;
        const value = valueAt(at);
        if (value !== undefined) values.set(tag, value);
      }
      return values;
    },
  };
}
