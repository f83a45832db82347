import { inflateSync } from 'node:zlib';
import { orient } from '../../../analysis/orientation.ts';
import type { Pixels } from '../../../analysis/pixels.ts';
import { ImgpipeError } from '../../../domain/errors.ts';
import { checkSize, type Limits } from '../limits.ts';
import { type Allocator, allocateNew } from '../pixel-memory.ts';
import { rowPainter } from './colours.ts';
import { type PngHeader, readImageHeader, readPngHeader } from './header.ts';
import { passesOf, storedBytes } from './passes.ts';
import { unfilter } from './unfilter.ts';

// zlib's counters have 32 bits.
const MAX_BYTES = 2 ** 32 - 2;
const CORRUPT = 'the PNG is truncated or corrupt';
// zlib's errors about the data. Any other error is not a verdict on the picture.
const DATA_ERRORS = ['Z_DATA_ERROR', 'Z_BUF_ERROR', 'Z_NEED_DICT', 'ERR_BUFFER_TOO_LARGE'];

/** Decodes a PNG to upright RGB, blended with white. Throws `undecodable` or `too_large`. */
export function decodePng(bytes: Uint8Array, limits: Limits, allocate: Allocator = allocateNew): Pixels {
  checkSize(readImageHeader(bytes), limits);
  const header = readPngHeader(bytes);
  return orient(decodeStored(header, header.orientation === 1 ? allocate : allocateNew), header.orientation);
}

/** Besides the result, only the inflated rows are in memory, and a chunk of unfiltered ones. */
function decodeStored(header: PngHeader, allocate: Allocator): Pixels {
  const { width, height, bitsPerPixel } = header;
  const paint = rowPainter(header);
  const passes = passesOf(header);
  const filtered = inflate(
    header,
    passes.reduce((sum, pass) => sum + storedBytes(pass), 0),
  );
  const rgb = allocate(width * height * 3);
  const bytesPerPixel = Math.ceil(bitsPerPixel / 8);
  let from = 0;
  for (const pass of passes) {
    const { x, y, across, down, columns, rowBytes } = pass;
    const end = from + storedBytes(pass);
    const isKnown = unfilter(filtered.subarray(from, end), { rowBytes, bytesPerPixel }, (rows, first) => {
      for (let row = 0; row * rowBytes < rows.length; row++) {
        const at = ((y + (first + row) * down) * width + x) * 3;
        paint(rows.subarray(row * rowBytes, (row + 1) * rowBytes), { rgb, columns, at, step: across * 3 });
      }
    });
    if (!isKnown) throw new ImgpipeError('undecodable', CORRUPT);
    from = end;
  }
  return { width, height, data: rgb };
}

/** Inflates the data, which must result in exactly `length` bytes. */
function inflate({ data, width, height }: PngHeader, length: number): Uint8Array {
  if (length > MAX_BYTES) {
    throw new ImgpipeError('too_large', `the picture is ${width} × ${height}, more than the PNG decoder can process`);
  }
  try {
    // A chunk of one byte more than needed: zlib then returns a single chunk, which Node does not copy.
    const inflated = inflateSync(data, { chunkSize: Math.max(length + 1, 64), maxOutputLength: length });
    if (inflated.length === length) return inflated;
  } catch (thrown) {
    if (!DATA_ERRORS.includes((thrown as NodeJS.ErrnoException).code ?? '')) throw thrown;
    throw new ImgpipeError('undecodable', CORRUPT, { cause: thrown });
  }
  throw new ImgpipeError('undecodable', CORRUPT);
}
