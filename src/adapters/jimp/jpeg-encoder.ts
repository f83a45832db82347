import type { Pixels } from '../../analysis/pixels.ts';
import { CODE } from './jpeg-encoder-code.ts';
import { END_OF_IMAGE, fileHeads } from './jpeg-file-head.ts';
import { type ComponentTables, type HuffmanTable, tablesOf, ZIGZAG } from './jpeg-tables.ts';

/** Writes the RGB of `count` rows from `first` on, which fill the memory that it is given. */
export type DrawRows = (rgb: Uint8Array, first: number, count: number) => void;

/**
 * Encodes a picture as a baseline JPEG, 4:2:0, of a quality from 1 to 100. It is drawn from the top down into the encoder's
 * own memory, so that nothing is copied on the way.
 */
export type JpegEncoder = (size: Pick<Pixels, 'width' | 'height'>, quality: number, draw: DrawRows) => Uint8Array;

/** What kernel/jpeg-encoder.as.ts exports. */
interface Kernel {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  factors(): number;
  tables(): number;
  places(): number;
  sets(): number;
  rows(): number;
  output(): number;
  begin(width: number): number;
  encodeRows(count: number): number;
  finish(): number;
}

const PAGE = 2 ** 16;
const ROWS_AT_A_TIME = 16;
const LONGEST_SIDE = 65_535;

/**
 * An encoder whose files are those of libjpeg-turbo with its exact transform, byte for byte; undefined where there are no
 * vectors. Its memory holds sixteen rows and what they become: 15 MB for the widest picture, however high that is.
 */
export function createJpegEncoder(): JpegEncoder | undefined {
  const code = Buffer.from(CODE, 'base64');
  if (typeof WebAssembly === 'undefined' || !WebAssembly.validate(code)) return undefined;
  const kernel = new WebAssembly.Instance(new WebAssembly.Module(code), {}).exports as Kernel;
  const memory = (at: number, length: number) => new Uint8Array(kernel.memory.buffer, at, length);
  const copied = (length: number) => memory(kernel.output(), length).slice();
  setOrder(kernel);
  let current: { readonly quality: number; readonly headOf: ReturnType<typeof fileHeads> } | undefined;

  return (size, quality, draw) => {
    checkSides(size);
    if (quality !== current?.quality) {
      const tables = tablesOf(quality);
      setTables(kernel, tables);
      current = { quality, headOf: fileHeads(tables) };
    }
    const { width, height } = size;
    makeRoom(kernel, kernel.begin(width));
    const parts = current.headOf(size);
    for (let row = 0; row < height; row += ROWS_AT_A_TIME) {
      const count = Math.min(ROWS_AT_A_TIME, height - row);
      draw(memory(kernel.rows(), count * width * 3), row, count);
      parts.push(copied(kernel.encodeRows(count)));
    }
    parts.push(copied(kernel.finish()), END_OF_IMAGE);
    return joined(parts);
  };
}

function checkSides({ width, height }: { width: number; height: number }): void {
  const possible = (side: number) => Number.isInteger(side) && side >= 1 && side <= LONGEST_SIDE;
  if (!possible(width) || !possible(height)) throw new RangeError(`There is no JPEG of ${width} × ${height} pixels.`);
}

function makeRoom({ memory }: Kernel, bytes: number): void {
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
}

/** Where in its block, row by row, a coefficient of T.81 lies in the kernel. */
function placeInKernel(place: number): number {
  const column = place & 7;
  return (place & ~7) + (column >> 1) + (column & 1) * 4;
}

/** Tells the kernel the zigzag order: byte offsets, and sets of places for each set of coefficients of a row. */
function setOrder({ memory, places, sets }: Kernel): void {
  const inKernel = ZIGZAG.map(placeInKernel);
  new Uint8Array(memory.buffer, places(), 64).set(inKernel.map((place) => place * 2));
  const all = new BigUint64Array(memory.buffer, sets(), 8 * 256);
  for (const [order, place] of inKernel.entries()) {
    const row = place >> 3;
    const column = place & 7;
    for (let set = 0; set < 256; set++) {
      if (set & (1 << column)) (all[row * 256 + set] as bigint) |= 1n << BigInt(order);
    }
  }
}

function setTables({ memory, factors, tables }: Kernel, components: readonly ComponentTables[]): void {
  for (const [component, { steps, dc, ac }] of components.entries()) {
    const factorsOf = new Float32Array(memory.buffer, factors() + component * 256, 64);
    // The transform's coefficients are eight times too large; what is added decides at a half (see the kernel's `quantize`).
    for (const [place, step] of steps.entries()) factorsOf[placeInKernel(place)] = (1 + 2 ** -15) / (8 * step);
    const symbolsOf = new Uint32Array(memory.buffer, tables() + component * 272 * 4, 272);
    symbolsOf.set(symbols(dc, 16));
    symbolsOf.set(symbols(ac, 256), 16);
  }
}

/** Each value's code (T.81, C.2), with room for its magnitude behind it, and how many bits that makes in the last five. */
function symbols({ counts, values }: HuffmanTable, length: number): Uint32Array {
  const all = new Uint32Array(length);
  let code = 0;
  let next = 0;
  for (const [index, count] of counts.entries()) {
    for (const value of values.slice(next, next + count)) {
      const size = value & 15;
      all[value] = (code << (size + 5)) | (index + 1 + size);
      code++;
    }
    next += count;
    code *= 2;
  }
  return all;
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
