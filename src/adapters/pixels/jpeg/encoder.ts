import type { Pixels } from '../../../analysis/pixels.ts';
import { createHeaderWriter, END_OF_IMAGE } from './file-header.ts';
import { createJpegKernel, type JpegKernel, setTables } from './kernel.ts';
import { tablesOf } from './tables.ts';

type Size = Pick<Pixels, 'width' | 'height'>;

/** Writes the RGB of `count` rows, from row `first`, to `rgb`, which has exactly their size. */
export type DrawRows = (rgb: Uint8Array, first: number, count: number) => void;

/**
 * Encodes a picture as a baseline JPEG with 4:2:0 subsampling, of a quality from 1 to 100. `draw` is called from the
 * top down and writes into the encoder's memory, which saves a copy of the picture.
 */
export type JpegEncoder = (size: Size, quality: number, draw: DrawRows) => Uint8Array;

const PAGE = 2 ** 16;
const MCU_ROWS = 16;
const MAX_SIDE = 65_535;

/**
 * Creates an encoder whose files are identical to those of libjpeg-turbo with its accurate DCT; `undefined` without
 * SIMD. Its memory holds sixteen rows and their encoded bytes, whatever the height: 15 MB for the widest picture.
 */
export function createJpegEncoder(): JpegEncoder | undefined {
  const kernel = createJpegKernel();
  if (kernel === undefined) return undefined;
  const memory = (at: number, length: number) => new Uint8Array(kernel.memory.buffer, at, length);
  const copyOutput = (length: number) => memory(kernel.output(), length).slice();
  let prepared: { readonly quality: number; readonly headerOf: (size: Size) => Uint8Array[] } | undefined;

  function prepare(quality: number) {
    if (prepared?.quality === quality) return prepared;
    const tables = tablesOf(quality);
    setTables(kernel as JpegKernel, tables);
    prepared = { quality, headerOf: createHeaderWriter(tables) };
    return prepared;
  }

  return (size, quality, draw) => {
    const { width, height } = checked(size);
    const parts = prepare(quality).headerOf(size);
    ensureMemory(kernel, kernel.begin(width));
    for (let row = 0; row < height; row += MCU_ROWS) {
      const count = Math.min(MCU_ROWS, height - row);
      draw(memory(kernel.rows(), count * width * 3), row, count);
      parts.push(copyOutput(kernel.encodeRows(count)));
    }
    parts.push(copyOutput(kernel.finish()), END_OF_IMAGE);
    return concatenated(parts);
  };
}

/** Returns the size if JPEG supports it (T.81, B.2.2). Callers refuse other sizes long before. */
function checked(size: Size): Size {
  for (const side of [size.width, size.height]) {
    if (Number.isInteger(side) && side >= 1 && side <= MAX_SIDE) continue;
    throw new RangeError(`JPEG does not support ${size.width} × ${size.height} pixels.`);
  }
  return size;
}

function ensureMemory({ memory }: JpegKernel, bytes: number): void {
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
