import { ImgpipeError } from '../../../domain/errors.ts';
import { IHDR, SIGNATURE } from './chunks.ts';

/** What a PNG's first chunk says: PNG (third edition), section 11.2.1. */
export interface PngHead {
  /** As stored: orientation not applied. */
  readonly width: number;
  readonly height: number;
  /** Bits of a sample. */
  readonly depth: number;
  readonly colour: Colour;
  readonly bitsPerPixel: number;
  readonly interlaced: boolean;
}

/** The colour types: grey, RGB, palette, grey with alpha, RGB with alpha. */
export type Colour = 0 | 2 | 3 | 4 | 6;

const HEAD_END = 33;
const LARGEST_SIDE = 2 ** 31 - 1;

// PNG (third edition), table 12: the depths that go with each colour type.
const COLOURS: Readonly<Record<Colour, { channels: number; depths: readonly number[] }>> = {
  0: { channels: 1, depths: [1, 2, 4, 8, 16] },
  2: { channels: 3, depths: [8, 16] },
  3: { channels: 1, depths: [1, 2, 4, 8] },
  4: { channels: 2, depths: [8, 16] },
  6: { channels: 4, depths: [8, 16] },
};

/** The first chunk alone, so that a size over the limit is known of a file that is cut short or damaged behind it too. */
export function readPngHead(bytes: Uint8Array): PngHead {
  if (SIGNATURE.some((value, index) => bytes[index] !== value)) {
    throw undecodable('the file does not begin as a PNG does');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEAD_END || view.getUint32(8) !== 13 || view.getUint32(12) !== IHDR) {
    throw undecodable('the PNG is cut short or damaged');
  }
  const width = view.getUint32(16);
  const height = view.getUint32(20);
  if (width === 0 || height === 0 || width > LARGEST_SIDE || height > LARGEST_SIDE) {
    throw undecodable('the PNG states an impossible size');
  }
  const [depth = 0, colour = -1, compression = 0, filter = 0, interlace = 0] = bytes.subarray(24, 29);
  if (!isColour(colour) || !COLOURS[colour].depths.includes(depth) || compression || filter || interlace > 1) {
    throw undecodable('the PNG is of no known kind');
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
