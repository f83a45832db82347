import type { Pixels } from '../../../analysis/pixels.ts';
import { END_OF_IMAGE, fileHeads } from './file-head.ts';
import { createJpegKernel, type JpegKernel, setTables } from './kernel.ts';
import { tablesOf } from './tables.ts';

type Size = Pick<Pixels, 'width' | 'height'>;

/** Writes the RGB of `count` rows from `first` on, which fill the memory that it is given. */
export type DrawRows = (rgb: Uint8Array, first: number, count: number) => void;

/**
 * Encodes a picture as a baseline JPEG, 4:2:0, of a quality from 1 to 100. It is drawn from the top down into the encoder's
 * own memory, so that nothing is copied on the way.
 */
export type JpegEncoder = (size: Size, quality: number, draw: DrawRows) => Uint8Array;

const PAGE = 2 ** 16;
const ROWS_AT_A_TIME = 16;
const MAX_SIDE = 65_535;

/**
 * An encoder whose files are those of libjpeg-turbo with its exact transform, byte for byte; undefined where there are no
 * vectors. Its memory holds sixteen rows and what they become: 15 MB for the widest picture, however high that is.
 */
export function createJpegEncoder(): JpegEncoder | undefined {
  const kernel = createJpegKernel();
  if (kernel === undefined) return undefined;
  const memory = (at: number, length: number) => new Uint8Array(kernel.memory.buffer, at, length);
  const copied = (length: number) => memory(kernel.output(), length).slice();
  let prepared: { readonly quality: number; readonly headOf: (size: Size) => Uint8Array[] } | undefined;

  function prepare(quality: number) {
    if (prepared?.quality === quality) return prepared;
    const tables = tablesOf(quality);
    setTables(kernel as JpegKernel, tables);
    prepared = { quality, headOf: fileHeads(tables) };
    return prepared;
  }

  return (size, quality, draw) => {
    const { width, height } = checked(size);
    const parts = prepare(quality).headOf(size);
    makeRoom(kernel, kernel.begin(width));
    for (let row = 0; row < height; row += ROWS_AT_A_TIME) {
      const count = Math.min(ROWS_AT_A_TIME, height - row);
      draw(memory(kernel.rows(), count * width * 3), row, count);
      parts.push(copied(kernel.encodeRows(count)));
    }
    parts.push(copied(kernel.finish()), END_OF_IMAGE);
    return joined(parts);
  };
}

/** The size, where a JPEG can have it (T.81, B.2.2): others are refused long before. */
function checked(size: Size): Size {
  for (const side of [size.width, size.height]) {
    if (Number.isInteger(side) && side >= 1 && side <= MAX_SIDE) continue;
    throw new RangeError(`There is no JPEG of ${size.width} × ${size.height} pixels.`);
  }
  return size;
}

function makeRoom({ memory }: JpegKernel, bytes: number): void {
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
