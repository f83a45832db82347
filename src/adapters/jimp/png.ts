import { inflateSync } from 'node:zlib';
import { overWhite } from '../../analysis/background.ts';
import { orient } from '../../analysis/orientation.ts';
import type { Pixels } from '../../analysis/pixels.ts';
import { ImgpipeError } from '../../domain/errors.ts';
import { isMemoryTrouble } from './foreign-errors.ts';
import { jimpFormats } from './jimp-formats.ts';
import { checkSize, type Limits } from './limits.ts';
import { type PngHeader, readHead, readPngHeader } from './png-header.ts';

// Where Adam7's seven passes begin, and how far apart their pixels lie: x, y, across, down.
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** Decodes a PNG to RGB over white, as it is to be seen; `undecodable` or `too_large` where that cannot be. */
export async function decodePng(bytes: Uint8Array, limits: Limits): Promise<Pixels> {
  checkSize(readHead(bytes), limits);
  const header = readPngHeader(bytes);
  const { png } = await jimpFormats();
  try {
    // jimp bounds what it inflates by the picture's size, but not where the picture is interlaced.
    if (header.interlaced) inflateSync(Buffer.concat(header.data), { maxOutputLength: interlacedLength(header) });
    const file = Buffer.from(bytes.buffer, bytes.byteOffset, header.end);
    const decoded = png.decode(file, { skipRescale: header.depth === 16 });
    const rgba = header.depth === 16 ? highBytes(decoded.data) : decoded.data;
    return orient(overWhite(header.width, header.height, rgba), header.orientation);
  } catch (thrown) {
    if (isMemoryTrouble(thrown)) throw thrown;
    throw new ImgpipeError('undecodable', 'the PNG is cut short or damaged', { cause: thrown });
  }
}

/** How many bytes an interlaced picture is before it is compressed: in each pass, rows with a filter byte each. */
function interlacedLength({ width, height, bitsPerPixel }: PngHeader): number {
  let length = 0;
  for (const [x, y, across, down] of PASSES) {
    const columns = Math.ceil((width - x) / across);
    const rows = Math.ceil((height - y) / down);
    if (columns > 0 && rows > 0) length += rows * (1 + Math.ceil((columns * bitsPerPixel) / 8));
  }
  return length;
}

/** 16-bit samples, which the decoder gives as they are when it is told not to scale them, cut to 8 bits. */
function highBytes(samples: ArrayLike<number>): Uint8Array {
  const data = new Uint8Array(samples.length);
  for (let i = 0; i < data.length; i++) data[i] = (samples[i] as number) >> 8;
  return data;
}
