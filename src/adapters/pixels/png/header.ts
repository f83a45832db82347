import { ImgpipeError } from '../../../domain/errors.ts';
import { notRead } from '../verdicts.ts';
import { IHDR, SIGNATURE } from './chunks.ts';

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
/** The first chunk of what Xcode makes of an app's PNGs, which no longer are any. */
const CGBI = 0x43_67_42_49;
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
  if (bytes.length >= IHDR_END && view.getUint32(12) === CGBI) throw notRead('PNG', "Apple's own compression (CgBI)");
  if (bytes.length < IHDR_END || view.getUint32(8) !== 13 || view.getUint32(12) !== IHDR) {
    throw undecodable('the PNG is corrupt or cut short in its header');
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

function undecodable(message: string): ImgpipeError {
  return new ImgpipeError('undecodable', message);
}
