import type { Orientation } from '../../../analysis/orientation.ts';
import { ImgpipeError } from '../../../domain/errors.ts';
import { tiffOrientation } from '../exif.ts';
import {
  chunksOf,
  concatenated,
  EXIF,
  hasValidChecksum,
  IDAT,
  IEND,
  IHDR,
  isCritical,
  PLTE,
  SIGNATURE,
  TRNS,
} from './chunks.ts';

/** The contents of the IHDR chunk: PNG (third edition), section 11.2.1. */
export interface ImageHeader {
  /** As stored, before the orientation is applied. */
  readonly width: number;
  readonly height: number;
  /** Bits per sample. */
  readonly depth: number;
  readonly colour: Colour;
  readonly bitsPerPixel: number;
  readonly interlaced: boolean;
}

/** The colour types: grey, RGB, palette, grey with alpha, RGB with alpha. */
export type Colour = 0 | 2 | 3 | 4 | 6;

const IHDR_END = 33;
const MAX_SIDE = 2 ** 31 - 1;

// PNG (third edition), table 12: the bit depths of each colour type.
const COLOURS: Readonly<Record<Colour, { channels: number; depths: readonly number[] }>> = {
  0: { channels: 1, depths: [1, 2, 4, 8, 16] },
  2: { channels: 3, depths: [8, 16] },
  3: { channels: 1, depths: [1, 2, 4, 8] },
  4: { channels: 2, depths: [8, 16] },
  6: { channels: 4, depths: [8, 16] },
};

/**
 * Reads IHDR only, so that an excessive size is reported even if the rest of the file is truncated or corrupt. Throws
 * `undecodable`.
 */
export function readImageHeader(bytes: Uint8Array): ImageHeader {
  if (SIGNATURE.some((value, index) => bytes[index] !== value)) {
    throw undecodable('the file does not start with a PNG signature');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < IHDR_END || view.getUint32(8) !== 13 || view.getUint32(12) !== IHDR) {
    throw undecodable('the PNG is truncated or corrupt');
  }
  const width = view.getUint32(16);
  const height = view.getUint32(20);
  if (width === 0 || height === 0 || width > MAX_SIDE || height > MAX_SIDE) {
    throw undecodable('the PNG has an invalid size');
  }
  const [depth = 0, colour = -1, compression = 0, filter = 0, interlace = 0] = bytes.subarray(24, 29);
  if (!isColour(colour) || !COLOURS[colour].depths.includes(depth) || compression || filter || interlace > 1) {
    throw undecodable('the PNG has an unsupported colour type, bit depth or encoding');
  }
  const bitsPerPixel = COLOURS[colour].channels * depth;
  return { width, height, depth, colour, bitsPerPixel, interlaced: interlace === 1 };
}

function isColour(value: number): value is Colour {
  return Object.hasOwn(COLOURS, value);
}

/** The contents of a PNG's chunks. */
export interface PngHeader extends ImageHeader {
  readonly orientation: Orientation;
  /** The bytes of PLTE; empty if there is none. */
  readonly palette: Uint8Array;
  /** The bytes of tRNS. */
  readonly transparency: Uint8Array | undefined;
  /** The compressed pixels: all IDAT chunks. */
  readonly data: Uint8Array;
}

/**
 * Reads the chunks up to IEND without decoding the pixels. Throws `undecodable` if chunks are truncated, corrupt or
 * missing, or if a chunk that affects the pixels occurs twice (a second IHDR would bypass the size limits).
 */
export function readPngHeader(bytes: Uint8Array): PngHeader {
  const header = readImageHeader(bytes);
  let orientation: Orientation = 1;
  let palette: Uint8Array | undefined;
  let transparency: Uint8Array | undefined;
  let imageHeaders = 0;
  let sawData = false;

  for (const chunk of chunksOf(bytes)) {
    const { type } = chunk;
    const critical = isCritical(chunk);
    if (!critical && type !== TRNS && type !== EXIF) continue;
    if (!hasValidChecksum(bytes, chunk)) {
      // Like libpng, skips corrupt ancillary chunks, but not tRNS, which affects the pixels.
      if (type === EXIF) continue;
      throw corrupt();
    }
    const body = bytes.subarray(chunk.from, chunk.to);
    // Section 5.6: PLTE, tRNS and eXIf precede IDAT. Like libpng, ignores them after it.
    if (type === IHDR) {
      imageHeaders++;
      if (imageHeaders > 1) throw undecodable('the PNG has two IHDR chunks');
    } else if (type === PLTE) {
      if (palette) throw undecodable('the PNG has two PLTE chunks');
      if (!sawData) palette = body;
    } else if (type === TRNS) {
      if (transparency) throw undecodable('the PNG has two tRNS chunks');
      if (!sawData) transparency = body;
    } else if (type === EXIF) {
      if (!sawData) orientation = tiffOrientation(body);
    } else if (type === IDAT) {
      sawData = true;
    } else if (type === IEND) {
      if (!sawData) throw undecodable('the PNG has no IDAT chunk');
      return {
        ...header,
        orientation,
        palette: palette ?? new Uint8Array(),
        transparency,
        data: concatenated(bytes, IDAT),
      };
    } else {
      throw undecodable('the PNG has an unknown critical chunk');
    }
  }
  throw corrupt();
}

function corrupt(): ImgpipeError {
  return undecodable('the PNG is truncated or corrupt');
}

function undecodable(message: string): ImgpipeError {
  return new ImgpipeError('undecodable', message);
}
