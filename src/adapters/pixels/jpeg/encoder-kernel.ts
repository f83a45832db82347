import { createKernel } from '../../../base/kernels.ts';
import { type ComponentTables, type HuffmanTable, ZIGZAG } from './tables.ts';

/** What kernel/jpeg-encoder.as.ts exports. */
export interface EncoderKernel {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  factors(): number;
  tables(): number;
  order(): number;
  rowMasks(): number;
  rows(): number;
  output(): number;
  begin(width: number): number;
  encodeRows(count: number): number;
  finish(): number;
}

/** The size of a component's quantization factors in bytes. */
const FACTORS_BYTES = 64 * 4;
/** The number of symbols in a component's DC and AC tables. */
const DC_SYMBOLS = 16;
const AC_SYMBOLS = 256;

/** Creates a kernel with the zigzag order set, but without tables; `undefined` without SIMD. */
export function createEncoderKernel(): EncoderKernel | undefined {
  const kernel = createKernel<EncoderKernel>('jpegEncoder');
  if (kernel === undefined) return undefined;
  setOrder(kernel);
  return kernel;
}

/**
 * Converts the index of a coefficient, row by row, to its index in the kernel, which reorders each row (see
 * transform.as.ts).
 */
function kernelIndex(index: number): number {
  const column = index & 7;
  return (index & ~7) + (column >> 1) + (column & 1) * 4;
}

/** Writes the zigzag order to the kernel: byte offsets, and masks of zigzag positions for each bit mask of a row. */
function setOrder({ memory, order, rowMasks }: EncoderKernel): void {
  const inKernel = ZIGZAG.map(kernelIndex);
  new Uint8Array(memory.buffer, order(), 64).set(inKernel.map((index) => index * 2));
  const masks = new BigUint64Array(memory.buffer, rowMasks(), 8 * 256);
  for (const [position, index] of inKernel.entries()) {
    const row = index >> 3;
    const column = index & 7;
    for (let bits = 0; bits < 256; bits++) {
      if (bits & (1 << column)) (masks[row * 256 + bits] as bigint) |= 1n << BigInt(position);
    }
  }
}

/** Sets the tables of Y, and of Cb and Cr, for the pictures that follow. */
export function setTables({ memory, factors, tables }: EncoderKernel, components: readonly ComponentTables[]): void {
  for (const [component, { steps, dc, ac }] of components.entries()) {
    const factorsOf = new Float32Array(memory.buffer, factors() + component * FACTORS_BYTES, 64);
    // The transform's coefficients are eight times too large. For the added term see `quantize` in transform.as.ts.
    for (const [index, step] of steps.entries()) factorsOf[kernelIndex(index)] = (1 + 2 ** -15) / (8 * step);

    const symbols = DC_SYMBOLS + AC_SYMBOLS;
    const symbolsOf = new Uint32Array(memory.buffer, tables() + component * symbols * 4, symbols);
    putSymbols(dc, symbolsOf.subarray(0, DC_SYMBOLS));
    putSymbols(ac, symbolsOf.subarray(DC_SYMBOLS));
  }
}

/**
 * Writes the symbol of each value: its code (T.81, C.2), zeros for the magnitude, and the total length in the low five
 * bits.
 */
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
