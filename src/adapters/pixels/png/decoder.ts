import { orient } from '../../../analysis/orientation.ts';
import type { Pixels } from '../../../analysis/pixels.ts';
import { ImgpipeError } from '../../../domain/errors.ts';
import { type Background, WHITE } from '../background.ts';
import { checkSize, type DecodeOptions } from '../limits.ts';
import { type Allocator, allocateNew, layOut, makeWith, pixelBytes } from '../pixel-memory.ts';
import { rowPainter } from './colours.ts';
import { type PngContents, readPngContents } from './contents.ts';
import { deepRowPainter } from './deep-colours.ts';
import { readImageHeader } from './header.ts';
import { inflate } from './inflate.ts';
import { type Pass, passesOf, storedBytes, wholePixels } from './passes.ts';
import { unfilter } from './unfilter.ts';

// zlib's counters have 32 bits.
const MAX_BYTES = 2 ** 32 - 2;

/**
 * Decodes a PNG to upright RGB of its own depth, laid over the background. What is odd about a file with all of its picture becomes a note.
 * Throws `undecodable` or `too_large`.
 */
export async function decodePng(
  bytes: Uint8Array,
  { background = WHITE, acceptsDamage = false, ...limits }: DecodeOptions,
  allocate: Allocator = allocateNew,
): Promise<Pixels> {
  checkSize(readImageHeader(bytes), limits);
  const contents = readPngContents(bytes);
  const { orientation } = contents;
  const upright = orient(
    await decodeStored(contents, { background, acceptsDamage }, orientation === 1 ? allocate : allocateNew),
    orientation,
    makeWith(allocate),
  );
  const notes = contents.notes.list();
  return notes === undefined ? upright : { ...upright, notes };
}

/** Besides the result, only the inflated rows are in memory, and a chunk of unfiltered ones. */
async function decodeStored(
  contents: PngContents,
  { background, acceptsDamage }: { readonly background: Background; readonly acceptsDamage: boolean },
  allocate: Allocator,
): Promise<Pixels> {
  const { width, height, bitsPerPixel, data, notes } = contents;
  const paint = rowPainter(contents, background);
  const paintDeep = contents.depth === 16 ? deepRowPainter(contents, background) : undefined;
  const passes = passesOf(contents);
  const length = passes.reduce((sum, pass) => sum + storedBytes(pass), 0);
  if (length > MAX_BYTES) {
    throw new ImgpipeError('too_large', `the picture is ${width} × ${height}, more than the PNG decoder can process`);
  }
  const { bytes: filtered, count } = await inflate(data, length, notes);
  const isCut = count < length;
  if (isCut) {
    const missing = cutShort(count, passes, length);
    if (!acceptsDamage) throw new ImgpipeError('undecodable', missing);
    notes.add(`${missing}; only what is whole is compared`);
  }
  const { data: rgb, samples16 } = layOut(allocate(pixelBytes(contents)), contents);
  const bytesPerPixel = Math.ceil(bitsPerPixel / 8);
  let from = 0;
  for (const pass of passes) {
    const { x, y, across, down, columns, rowBytes } = pass;
    const end = from + storedBytes(pass);
    const isKnown = unfilter(filtered.subarray(from, end), { rowBytes, bytesPerPixel }, (rows, first) => {
      for (let row = 0; row * rowBytes < rows.length; row++) {
        const at = ((y + (first + row) * down) * width + x) * 3;
        const samples = rows.subarray(row * rowBytes, (row + 1) * rowBytes);
        paint(samples, { rgb, columns, at, step: across * 3 });
        if (samples16 !== undefined) paintDeep?.(samples, { samples16, columns, at, step: across * 3 });
      }
    });
    if (!isKnown) throw new ImgpipeError('undecodable', 'the PNG is corrupt: a row has an unknown filter');
    from = end;
  }
  const pixels = { width, height, data: rgb, ...(samples16 && { samples16 }) };
  if (!isCut) return pixels;
  return { ...pixels, whole: wholePixels(contents, passes, count) };
}

/** How much of a picture with too little data is there. The rows of an interlaced one come in several passes. */
function cutShort(bytes: number, passes: readonly Pass[], length: number): string {
  const [only, ...others] = passes;
  if (only === undefined || others.length > 0) {
    return `the PNG is cut short after ${percent(bytes / length)} of its interlaced data`;
  }
  const rows = Math.floor(bytes / (only.rowBytes + 1));
  return `the PNG is cut short after ${percent(rows / only.rows)} of the rows`;
}

function percent(part: number): string {
  return `${Math.floor(part * 100)} %`;
}
