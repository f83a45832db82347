import type { Orientation } from '../../analysis/orientation.ts';
import { ImgpipeError } from '../../domain/errors.ts';
import { tiffOrientation } from './exif.ts';

/** What a PNG says of itself in its chunks. */
export interface PngHeader {
  /** As stored: orientation not applied. */
  readonly width: number;
  readonly height: number;
  /** Bits of a sample. */
  readonly depth: number;
  readonly bitsPerPixel: number;
  readonly interlaced: boolean;
  readonly orientation: Orientation;
  /** The compressed pixels, in pieces. */
  readonly data: readonly Uint8Array[];
  /** Where IEND ends; whatever follows is no part of the picture. */
  readonly end: number;
}

type Head = Pick<PngHeader, 'width' | 'height' | 'depth' | 'bitsPerPixel' | 'interlaced'>;

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const LARGEST_SIDE = 2 ** 31 - 1;

// PNG (third edition), table 12: channels and the depths that go with each colour type.
const COLOURS: Readonly<Record<number, { channels: number; depths: readonly number[] }>> = {
  0: { channels: 1, depths: [1, 2, 4, 8, 16] },
  2: { channels: 3, depths: [8, 16] },
  3: { channels: 1, depths: [1, 2, 4, 8] },
  4: { channels: 2, depths: [8, 16] },
  6: { channels: 4, depths: [8, 16] },
};

/**
 * Walks the chunks once without decoding anything. Throws `undecodable` where they are cut short, lack what a picture
 * needs, or state its size twice (a second IHDR would slip past the limits). Check sums are left to the decoder.
 */
export function readPngHeader(bytes: Uint8Array): PngHeader {
  const head = readHead(bytes);
  const view = viewOf(bytes);
  let orientation: Orientation = 1;
  const data: Uint8Array[] = [];
  for (let at = 33; at + 12 <= bytes.length; ) {
    const length = view.getUint32(at);
    const end = at + 12 + length;
    if (end > bytes.length) break;
    const body = bytes.subarray(at + 8, end - 4);
    switch (chunkName(bytes, at + 4)) {
      case 'IHDR':
        throw undecodable('the PNG states its size twice');
      case 'IDAT':
        data.push(body);
        break;
      case 'eXIf':
        if (data.length === 0) orientation = tiffOrientation(body);
        break;
      case 'IEND':
        if (data.length === 0) throw undecodable('the PNG holds no picture');
        return { ...head, orientation, data, end };
    }
    at = end;
  }
  throw undecodable('the PNG is cut short or damaged');
}

/** What the first chunk alone says, so that a size over the limit is known of a file that is cut short too. */
export function readHead(bytes: Uint8Array): Head {
  if (SIGNATURE.some((value, index) => bytes[index] !== value)) {
    throw undecodable('the file does not begin as a PNG does');
  }
  if (bytes.length < 33 || viewOf(bytes).getUint32(8) !== 13 || chunkName(bytes, 12) !== 'IHDR') {
    throw undecodable('the PNG is cut short or damaged');
  }
  const view = viewOf(bytes);
  const width = view.getUint32(16);
  const height = view.getUint32(20);
  if (width === 0 || height === 0 || width > LARGEST_SIDE || height > LARGEST_SIDE) {
    throw undecodable('the PNG states an impossible size');
  }
  const [depth = 0, colour = -1, compression = 0, filter = 0, interlace = 0] = bytes.subarray(24, 29);
  const kind = COLOURS[colour];
  if (!kind?.depths.includes(depth) || compression !== 0 || filter !== 0 || interlace > 1) {
    throw undecodable('the PNG is of no known kind');
  }
  return { width, height, depth, bitsPerPixel: kind.channels * depth, interlaced: interlace === 1 };
}

function chunkName(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function undecodable(message: string): ImgpipeError {
  return new ImgpipeError('undecodable', message);
}
