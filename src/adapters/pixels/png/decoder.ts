import { inflateSync } from 'node:zlib';
import { orient } from '../../../analysis/orientation.ts';
import type { Pixels } from '../../../analysis/pixels.ts';
import { ImgpipeError } from '../../../domain/errors.ts';
import { type Allocator, allocateNew } from '../allocator.ts';
import { checkSize, type Limits } from '../limits.ts';
import { rowPainter } from './colours.ts';
import { readPngHead } from './head.ts';
import { type PngHeader, readPngHeader } from './header.ts';
import { passesOf, storedBytes } from './passes.ts';
import { unfilter } from './unfilter.ts';

// zlib counts what it has to do in 32 bits.
const MAX_BYTES = 2 ** 32 - 2;
const DAMAGED = 'the PNG is cut short or damaged';
// What zlib says of bytes; anything else that it throws is no verdict on them.
const OF_THE_BYTES = ['Z_DATA_ERROR', 'Z_BUF_ERROR', 'Z_NEED_DICT', 'ERR_BUFFER_TOO_LARGE'];

/** Decodes a PNG to RGB over white, as it is to be seen; `undecodable` or `too_large` where that cannot be. */
export function decodePng(bytes: Uint8Array, limits: Limits, room: Allocator = allocateNew): Pixels {
  checkSize(readPngHead(bytes), limits);
  const header = readPngHeader(bytes);
  return orient(decodeStored(header, header.orientation === 1 ? room : allocateNew), header.orientation);
}

/** Beside the result no more is held than the inflated rows, and of these only some at a time in another form. */
function decodeStored(header: PngHeader, room: Allocator): Pixels {
  const { width, height, bitsPerPixel } = header;
  const paint = rowPainter(header);
  const passes = passesOf(header);
  const filtered = inflate(
    header,
    passes.reduce((sum, pass) => sum + storedBytes(pass), 0),
  );
  const rgb = room(width * height * 3);
  const bytesPerPixel = Math.ceil(bitsPerPixel / 8);
  let from = 0;
  for (const pass of passes) {
    const { x, y, across, down, columns, rowBytes } = pass;
    const end = from + storedBytes(pass);
    const known = unfilter(filtered.subarray(from, end), { rowBytes, bytesPerPixel }, (rows, first) => {
      for (let row = 0; row * rowBytes < rows.length; row++) {
        const at = ((y + (first + row) * down) * width + x) * 3;
        paint(rows.subarray(row * rowBytes, (row + 1) * rowBytes), { rgb, columns, at, step: across * 3 });
      }
    });
    if (!known) throw new ImgpipeError('undecodable', DAMAGED);
    from = end;
  }
  return { width, height, data: rgb };
}

/** The compressed data, which must be `length` bytes when it is inflated, and no more. */
function inflate({ data, width, height }: PngHeader, length: number): Uint8Array {
  if (length > MAX_BYTES) {
    throw new ImgpipeError('too_large', `the picture is ${width} × ${height}, more than the PNG decoder can hold`);
  }
  try {
    // One byte more than is needed, and it all fits into one piece, so that it is not copied together in the end.
    const inflated = inflateSync(data, { chunkSize: Math.max(length + 1, 64), maxOutputLength: length });
    if (inflated.length === length) return inflated;
  } catch (thrown) {
    if (!OF_THE_BYTES.includes((thrown as NodeJS.ErrnoException).code ?? '')) throw thrown;
    throw new ImgpipeError('undecodable', DAMAGED, { cause: thrown });
  }
  throw new ImgpipeError('undecodable', DAMAGED);
}
