import { createKernel } from '../../../base/kernels.ts';
import { type ComponentTables, type HuffmanTable, ZIGZAG } from './tables.ts';

/** What kernel/jpeg-encoder.as.ts exports. */
export interface JpegKernel {
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

/** The bytes of a component's quantization factors. */
const FACTORS_BYTES = 64 * 4;
/** The symbols of a component's codes for DC and for AC. */
const DC_SYMBOLS = 16;
const AC_SYMBOLS = 256;

/** The kernel, which knows the zigzag order but no tables yet; undefined where there are no vectors. */
export function createJpegKernel(): JpegKernel | undefined {
  const kernel = createKernel<JpegKernel>('jpegEncoder');
  if (kernel === undefined) return undefined;
  setOrder(kernel);
  return kernel;
}

/** Where in its block a coefficient lies in the kernel, of which T.81 says where it stands, row by row. */
function placeInKernel(place: number): number {
  const column = place & 7;
  return (place & ~7) + (column >> 1) + (column & 1) * 4;
}

/** Tells the kernel the zigzag order: byte offsets, and for each set of a row's coefficients the set of their numbers. */
function setOrder({ memory, places, sets }: JpegKernel): void {
  const inKernel = ZIGZAG.map(placeInKernel);
  new Uint8Array(memory.buffer, places(), 64).set(inKernel.map((place) => place * 2));
  const all = new BigUint64Array(memory.buffer, sets(), 8 * 256);
  for (const [number, place] of inKernel.entries()) {
    const row = place >> 3;
    const column = place & 7;
    for (let set = 0; set < 256; set++) {
      if (set & (1 << column)) (all[row * 256 + set] as bigint) |= 1n << BigInt(number);
    }
  }
}

/** Tells the kernel the tables of Y, and of Cb and Cr, for what it encodes from now on. */
export function setTables({ memory, factors, tables }: JpegKernel, components: readonly ComponentTables[]): void {
  for (const [index, { steps, dc, ac }] of components.entries()) {
    const factorsOf = new Float32Array(memory.buffer, factors() + index * FACTORS_BYTES, 64);
    // The transform's coefficients are eight times too large; what is added decides at a half (see the kernel's `quantize`).
    for (const [place, step] of steps.entries()) factorsOf[placeInKernel(place)] = (1 + 2 ** -15) / (8 * step);

    const both = DC_SYMBOLS + AC_SYMBOLS;
    const symbolsOf = new Uint32Array(memory.buffer, tables() + index * both * 4, both);
    putSymbols(dc, symbolsOf.subarray(0, DC_SYMBOLS));
    putSymbols(ac, symbolsOf.subarray(DC_SYMBOLS));
  }
}

/** Writes each value's code (T.81, C.2) with room for a magnitude behind it, and the bits of both in the last five. */
function putSymbols({ counts, values }: HuffmanTable, to: Uint32Array): void {
  let code = 0;
  let next = 0;
  for (const [index, count] of counts.entries()) {
    for (const value of values.slice(next, next + count)) {
      const size = value & 15;
      to[value] = (code << (size + 5)) | (index + 1 + size);
      code++;
    }
    next += count;
    code *= 2;
  }
}
