import type { Pixels } from '../../analysis/pixels.ts';
import { CODE } from './jpeg-encoder-code.ts';
import { END_OF_IMAGE, fileHead } from './jpeg-file-head.ts';
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
  let tables: ReturnType<typeof tablesOf> | undefined;
  let current = 0;

  return (size, quality, draw) => {
    checkSides(size);
    if (tables === undefined || quality !== current) {
      tables = tablesOf(quality);
      current = quality;
      setTables(kernel, tables);
    }
    const { width, height } = size;
    makeRoom(kernel, kernel.begin(width));
    const parts = [fileHead(size, tables)];
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

/** Tells the kernel the zigzag order: byte offsets, and sets of places for each set of coefficients of a row. */
function setOrder({ memory, places, sets }: Kernel): void {
  new Uint8Array(memory.buffer, places(), 64).set(ZIGZAG.map((place) => place * 2));
  const orders = Array.from({ length: 64 }, (_, place) => BigInt(ZIGZAG.indexOf(place)));
  const all = new BigUint64Array(memory.buffer, sets(), 8 * 256);
  for (let row = 0; row < 8; row++) {
    for (let set = 0; set < 256; set++) {
      for (let column = 0; column < 8; column++) {
        if (set & (1 << column)) (all[row * 256 + set] as bigint) |= 1n << (orders[row * 8 + column] as bigint);
      }
    }
  }
}

function setTables({ memory, factors, tables }: Kernel, components: readonly ComponentTables[]): void {
  // The transform's coefficients are eight times too large; what is added decides at a half (see the kernel's `quantize`).
  const factorsOf = ({ steps }: ComponentTables) => steps.map((step) => (1 + 2 ** -15) / (8 * step));
  new Float32Array(memory.buffer, factors(), 2 * 64).set(components.flatMap(factorsOf));
  new Uint32Array(memory.buffer, tables(), 2 * 272).set(
    components.flatMap(({ dc, ac }) => [...symbols(dc, 16), ...symbols(ac, 256)]),
  );
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
