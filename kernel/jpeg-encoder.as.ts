// AssemblyScript. `npm run build` makes WebAssembly of it, and `npm run kernel` does that alone.
//
// The scan of a baseline JPEG (ITU-T T.81) with 4:2:0, sixteen rows at a time. The rows' RGB is put at `rows()`, packed, and
// what they become lies at `output()`. The wrapper, src/adapters/pixels/jpeg/kernel.ts, puts tables at the other addresses.

import { convertRows, READ_BEYOND, RowPair } from './jpeg/colour.as';
import {
  listBlock,
  listFiller,
  MOST_BITS,
  MOST_SYMBOLS,
  PLACES,
  restart,
  SETS,
  TABLE_BYTES,
  TABLES,
  writePending,
  writeSymbols,
} from './jpeg/huffman.as';
import { transform } from './jpeg/transform.as';

/** The rows of pixels, and the pixels of each, that one MCU has (T.81, A.2.3): four blocks of Y, one of Cb, one of Cr. */
const MCU: i32 = 16;
const BLOCKS: i32 = 6;

/**
 * What an MCU takes at the most: all bits that its symbols may have, and a zero behind each byte. A row of MCUs may have four
 * bytes more, twice, for the bits that were pending before.
 */
const MOST_BYTES: i32 = (BLOCKS * MOST_SYMBOLS * MOST_BITS * 2) / 8;
const MOST_PENDING: i32 = 8;

/** The factors of the quantization for Y, and for Cb and Cr: 64 of 32 bits, row by row. */
const FACTORS_BYTES: i32 = 64 * 4;
const FACTORS: usize = memory.data(2 * FACTORS_BYTES, 16);

/** The block, and the MCU's symbols, under way. */
const COEFFICIENTS: usize = memory.data(128, 16);
const SYMBOLS: usize = memory.data(BLOCKS * MOST_SYMBOLS * 4, 16);
/** The DC of the block before, of each component. */
const LAST_DC: usize = memory.data(12, 16);
/** Where the samples of two rows go. */
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

export function places(): usize {
  return PLACES;
}

export function sets(): usize {
  return SETS;
}

export function rows(): usize {
  return rowsAt;
}

export function output(): usize {
  return outputAt;
}

/** Begins a picture of this width, and returns how many bytes the memory has to have before rows are put there. */
export function begin(pixels: i32): usize {
  width = pixels;
  mcus = (width + MCU - 1) / MCU;
  rowsAt = __heap_base;
  luma = aligned(rowsAt + MCU * width * 3 + READ_BEYOND);
  cb = luma + MCU * stride();
  cr = cb + (MCU / 2) * (stride() / 2);
  outputAt = cr + (MCU / 2) * (stride() / 2);
  memory.fill(LAST_DC, 0, 12);
  restart();
  return outputAt + mcus * MOST_BYTES + MOST_PENDING;
}

function aligned(address: usize): usize {
  return (address + 15) & ~15;
}

/** How many bytes a row of Y has; one of Cb or Cr has half of them. */
function stride(): i32 {
  return mcus * MCU;
}

/** Codes the rows that are put there, sixteen or what is left of the picture, and returns the length of the output. */
export function encodeRows(count: i32): i32 {
  convert(count);
  let to = outputAt;
  for (let mcu = 0; mcu < mcus; mcu++) {
    const end = listMcu(mcu, count, SYMBOLS);
    to = writeSymbols(SYMBOLS, end, to);
  }
  return <i32>(to - outputAt);
}

/** Lists an MCU's blocks: those of Y that lie outside of the picture are fillers. */
function listMcu(mcu: i32, count: i32, to: usize): usize {
  for (let block = 0; block < 4; block++) {
    const x = mcu * MCU + (block & 1) * 8;
    const y = (block >> 1) * 8;
    to = x < width && y < count ? listSamples(luma + y * stride() + x, stride(), 0, to) : listFiller(TABLES, to);
  }
  to = listSamples(cb + mcu * 8, stride() / 2, 1, to);
  return listSamples(cr + mcu * 8, stride() / 2, 2, to);
}

/** Ends the scan, and returns the length of the output. */
export function finish(): i32 {
  return <i32>(writePending(outputAt) - outputAt);
}

/** Makes samples of the rows. An odd last row is its own neighbour, and below the last samples these are repeated. */
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

/** Lists the block of samples at `from`, of Y (0), Cb (1) or Cr (2). */
function listSamples(from: usize, rowBytes: i32, component: i32, to: usize): usize {
  const kind = component == 0 ? 0 : 1;
  const lastDc = LAST_DC + component * 4;
  transform(from, rowBytes, FACTORS + kind * FACTORS_BYTES, COEFFICIENTS);
  const end = listBlock(COEFFICIENTS, load<i32>(lastDc), TABLES + kind * TABLE_BYTES, to);
  store<i32>(lastDc, load<i16>(COEFFICIENTS));
  return end;
}
