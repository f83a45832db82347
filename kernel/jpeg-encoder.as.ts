// AssemblyScript, compiled to WebAssembly by `npm run kernel` (part of `npm run build`).
//
// Encodes the scan of a baseline JPEG (ITU-T T.81) with 4:2:0 chroma subsampling, sixteen rows at a time. The caller,
// in src/adapters/pixels/jpeg/, writes packed RGB rows to `rows()`, reads the encoded bytes at `output()`, and sets up
// the tables at the other addresses.

import { convertRows, OVERREAD, RowPair } from './jpeg/colour.as';
import {
  symbolsOfBlock,
  symbolsOfPadding,
  MAX_BITS,
  MAX_SYMBOLS,
  ORDER,
  reset,
  ROW_MASKS,
  TABLE_BYTES,
  TABLES,
  flush,
  writeSymbols,
} from './jpeg/huffman.as';
import { transform } from './jpeg/transform.as';

/** The side of an MCU in pixels (T.81, A.2.3); it has four blocks of Y, one of Cb and one of Cr. */
const MCU: i32 = 16;
const BLOCKS: i32 = 6;

/** The maximum size of an encoded MCU: all symbols at full length, with a stuffed zero after each byte. */
const MAX_BYTES: i32 = (BLOCKS * MAX_SYMBOLS * MAX_BITS * 2) / 8;
/** Up to four bytes of bits that were pending before, each with a stuffed zero. */
const MAX_PENDING: i32 = 8;

/** The quantization factors for Y, then for Cb and Cr: 64 floats of 32 bits each, row by row. */
const FACTORS_BYTES: i32 = 64 * 4;
const FACTORS: usize = memory.data(2 * FACTORS_BYTES, 16);

/** The coefficients of the current block, and the symbols of the current MCU. */
const COEFFICIENTS: usize = memory.data(128, 16);
const SYMBOLS: usize = memory.data(BLOCKS * MAX_SYMBOLS * 4, 16);
/** The DC coefficient of the previous block of each component. */
const LAST_DC: usize = memory.data(12, 16);
/** The destinations of two rows of samples. */
const PAIR: RowPair = changetype<RowPair>(memory.data(offsetof<RowPair>(), 16));

let width: i32 = 0;
let mcus: i32 = 0;
let rowsAt: usize = 0;
let luma: usize = 0;
let cb: usize = 0;
let cr: usize = 0;
let outputAt: usize = 0;

export function factors(): usize {
  return FACTORS;
}

export function tables(): usize {
  return TABLES;
}

export function order(): usize {
  return ORDER;
}

export function rowMasks(): usize {
  return ROW_MASKS;
}

export function rows(): usize {
  return rowsAt;
}

export function output(): usize {
  return outputAt;
}

/**
 * Starts a picture of the given width. Returns the memory size in bytes that the caller must provide before it writes
 * rows.
 */
export function begin(pixels: i32): usize {
  width = pixels;
  mcus = (width + MCU - 1) / MCU;
  rowsAt = __heap_base;
  luma = aligned(rowsAt + MCU * width * 3 + OVERREAD);
  cb = luma + MCU * stride();
  cr = cb + (MCU / 2) * (stride() / 2);
  outputAt = cr + (MCU / 2) * (stride() / 2);
  memory.fill(LAST_DC, 0, 12);
  reset();
  return outputAt + mcus * MAX_BYTES + MAX_PENDING;
}

function aligned(address: usize): usize {
  return (address + 15) & ~15;
}

/** The bytes of a row of Y samples; a row of Cb or Cr has half of them. */
function stride(): i32 {
  return mcus * MCU;
}

/** Encodes the rows at `rows()`: sixteen, or the rest of the picture. Returns the length of the output. */
export function encodeRows(count: i32): i32 {
  convert(count);
  let to = outputAt;
  for (let mcu = 0; mcu < mcus; mcu++) {
    const end = symbolsOfMcu(mcu, count, SYMBOLS);
    to = writeSymbols(SYMBOLS, end, to);
  }
  return <i32>(to - outputAt);
}

/** Appends the symbols of an MCU. Y blocks outside the picture are padding. */
function symbolsOfMcu(mcu: i32, count: i32, to: usize): usize {
  for (let block = 0; block < 4; block++) {
    const x = mcu * MCU + (block & 1) * 8;
    const y = (block >> 1) * 8;
    to = x < width && y < count ? symbolsOfSamples(luma + y * stride() + x, stride(), 0, to) : symbolsOfPadding(TABLES, to);
  }
  to = symbolsOfSamples(cb + mcu * 8, stride() / 2, 1, to);
  return symbolsOfSamples(cr + mcu * 8, stride() / 2, 2, to);
}

/** Ends the scan, and returns the length of the output. */
export function finish(): i32 {
  return <i32>(flush(outputAt) - outputAt);
}

/**
 * Converts the rows to samples. The last sample row is repeated down to the end of the MCU; an odd last row is paired
 * with itself.
 */
function convert(count: i32): void {
  const rowBytes = width * 3;
  const half = stride() / 2;
  for (let row = 0; row < count; row += 2) {
    PAIR.upperY = luma + row * stride();
    PAIR.lowerY = PAIR.upperY + stride();
    PAIR.cb = cb + (row >> 1) * half;
    PAIR.cr = cr + (row >> 1) * half;
    const upper = rowsAt + row * rowBytes;
    convertRows(upper, row + 1 < count ? upper + rowBytes : upper, width, PAIR);
  }
  repeat(luma, stride(), count, MCU);
  repeat(cb, half, (count + 1) >> 1, MCU / 2);
  repeat(cr, half, (count + 1) >> 1, MCU / 2);
}

function repeat(plane: usize, rowBytes: i32, from: i32, to: i32): void {
  for (let row = from; row < to; row++) memory.copy(plane + row * rowBytes, plane + (from - 1) * rowBytes, rowBytes);
}

/** Appends the symbols of the block of samples at `from`, of component Y (0), Cb (1) or Cr (2). */
function symbolsOfSamples(from: usize, rowBytes: i32, component: i32, to: usize): usize {
  const kind = component == 0 ? 0 : 1;
  const lastDc = LAST_DC + component * 4;
  transform(from, rowBytes, FACTORS + kind * FACTORS_BYTES, COEFFICIENTS);
  const end = symbolsOfBlock(COEFFICIENTS, load<i32>(lastDc), TABLES + kind * TABLE_BYTES, to);
  store<i32>(lastDc, load<i16>(COEFFICIENTS));
  return end;
}
