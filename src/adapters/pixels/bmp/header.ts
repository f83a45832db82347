import { notRead, undecodable } from '../verdicts.ts';

/** What a BMP states before its pixels. */
export interface BmpHeader {
  readonly width: number;
  readonly height: number;
  readonly topDown: boolean;
  readonly bitsPerPixel: 1 | 2 | 4 | 8 | 16 | 24 | 32;
  readonly encoding: 'plain' | 'run-length';
  /** Where the pixels start. */
  readonly dataAt: number;
  /** The colours of pictures of up to 8 bits, four bytes each: blue, green, red, and one that is not used. */
  readonly palette: Uint8Array;
  /** Which bits of a pixel are red, green, blue and alpha, in pictures of 16 and 32 bits. No alpha: 0. */
  readonly masks: readonly [number, number, number, number];
}

const FILE_HEADER = 14;
const CORE_HEADER = 12;
/** Compression, in BITMAPINFOHEADER's numbers. */
const [RGB, RLE8, RLE4, BITFIELDS, JPEG, PNG, ALPHA_BITFIELDS] = [0, 1, 2, 3, 4, 5, 6];
const DEPTHS = [1, 2, 4, 8, 16, 24, 32] as const;
const MASKS = {
  16: [0x7c00, 0x03e0, 0x001f, 0],
  32: [0xff0000, 0x00ff00, 0x0000ff, 0],
} as const;

/** Reads the headers, the masks and the palette, but no pixels. Throws `undecodable`. */
export function readBmpHeader(bytes: Uint8Array): BmpHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < FILE_HEADER + CORE_HEADER) throw corrupt();
  const dataAt = view.getUint32(10, true);
  const length = view.getUint32(14, true);
  if (bytes.length < FILE_HEADER + length || dataAt > bytes.length) throw corrupt();
  const isCore = length === CORE_HEADER;
  const width = isCore ? view.getUint16(18, true) : view.getInt32(18, true);
  const storedHeight = isCore ? view.getUint16(20, true) : view.getInt32(22, true);
  const bits = view.getUint16(isCore ? 24 : 28, true);
  const compression = isCore ? RGB : view.getUint32(30, true);
  const height = Math.abs(storedHeight);
  if (width <= 0 || height === 0) throw undecodable('the BMP has an invalid size');
  if (compression === JPEG || compression === PNG) throw notRead('BMP', 'a JPEG or PNG inside');
  const bitsPerPixel = DEPTHS.find((depth) => depth === bits);
  const encoding = encodingOf(compression, bits, length);
  if (bitsPerPixel === undefined || encoding === undefined)
    throw notRead('BMP', `${bits} bits per pixel in encoding ${compression}`);
  return {
    width,
    height,
    topDown: storedHeight < 0,
    bitsPerPixel,
    encoding,
    dataAt,
    palette: bits <= 8 ? paletteOf(bytes, { length, bits, dataAt, compression }) : new Uint8Array(),
    masks: masksOf(view, { length, bits, compression }),
  };
}

function encodingOf(compression: number, bits: number, length: number): BmpHeader['encoding'] | undefined {
  if (compression === RGB) return 'plain';
  if ((compression === RLE8 && bits === 8) || (compression === RLE4 && bits === 4)) return 'run-length';
  // In OS/2 2.x's header, 3 is a Huffman encoding.
  const hasMasks = (compression === BITFIELDS && length !== 64) || compression === ALPHA_BITFIELDS;
  return hasMasks && (bits === 16 || bits === 32) ? 'plain' : undefined;
}

interface Facts {
  readonly length: number;
  readonly bits: number;
  readonly compression: number;
}

/** The masks follow the shortest header, and are a part of the longer ones. */
function masksOf(view: DataView, { length, bits, compression }: Facts): BmpHeader['masks'] {
  if (compression !== BITFIELDS && compression !== ALPHA_BITFIELDS) return MASKS[bits === 16 ? 16 : 32];
  const at = FILE_HEADER + 40;
  const hasAlpha = length >= 56 || compression === ALPHA_BITFIELDS;
  if (at + (hasAlpha ? 16 : 12) > view.byteLength) throw corrupt();
  const mask = (index: number) => view.getUint32(at + 4 * index, true);
  const masks = [mask(0), mask(1), mask(2), hasAlpha ? mask(3) : 0] as const;
  if (!masks.every(isContiguous)) throw undecodable('the BMP has invalid colour masks');
  return masks;
}

/** Whether the bits of a mask are side by side. */
function isContiguous(mask: number): boolean {
  if (mask === 0) return true;
  const low = mask >>> (31 - Math.clz32(mask & -mask));
  return (low & (low + 1)) === 0;
}

/** As many colours as the header says, and as there are before the pixels, unless these are said to lie in their place. */
function paletteOf(
  bytes: Uint8Array,
  { length, bits, dataAt, compression }: Facts & { readonly dataAt: number },
): Uint8Array {
  const isCore = length === CORE_HEADER;
  const entry = isCore ? 3 : 4;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stated = isCore ? 0 : view.getUint32(46, true);
  const from = FILE_HEADER + length + (compression === BITFIELDS && length === 40 ? 12 : 0);
  const end = dataAt > from ? dataAt : bytes.length;
  const most = Math.floor(Math.max(0, end - from) / entry);
  const count = Math.min(stated === 0 ? 2 ** bits : stated, 2 ** bits, most);
  const palette = new Uint8Array(count * 4);
  for (let index = 0; index < count; index++) {
    palette.set(bytes.subarray(from + index * entry, from + index * entry + 3), index * 4);
  }
  return palette;
}

function corrupt() {
  return undecodable('the BMP is cut short: its header is not whole');
}
