// AssemblyScript, compiled to WebAssembly by `npm run kernel` (part of `npm run build`).
//
// Decodes the scans of a JPEG (ITU-T T.81) with 8-bit samples and Huffman or arithmetic coding, baseline or progressive, to
// packed RGB rows. The caller, in src/adapters/pixels/jpeg/, reads the segments between the scans, sets up components and
// tables, and copies the rows. `readScan` and `nextRows` end at whatever is irregular; `readInterval` tells how much is whole.

import { tableAt, takeCoefficients } from './jpeg/bits.as';
import {
  BLOCK,
  BLOCK_BYTES,
  Component,
  componentAt,
  keptBlock,
  MARGIN,
  MAX_COMPONENTS,
  ORDER,
  QUANTIZATION,
  QUANTIZATION_BYTES,
  samplesOf,
} from './jpeg/frame.as';
import { inverseTransform, largest, writeFlat } from './jpeg/inverse-transform.as';
import {
  aligned,
  clearKept,
  componentCount,
  height,
  isMixed,
  layOut,
  maxH,
  maxV,
  mcuColumns,
  mcuRows,
  neighbour,
  rowAt,
  width,
} from './jpeg/picture.as';
import { OVERRUN, writeCmyk, writeColours, writeStored, writeYcck } from './jpeg/rgb.as';
import { endScan, readDc, restartIfDue } from './jpeg/scan.as';
import { meanOfRows, mixColumns, mixRows, repeat, widen } from './jpeg/upsample.as';

export { codes, input, order, quantization, scan, setCodes, setComponent, setTables } from './jpeg/picture.as';
export { resetConditioning, setConditioning } from './jpeg/arithmetic.as';
export {
  beginScan,
  clearInterval,
  hasSurplus,
  marker,
  position,
  readInterval,
  readScan,
  scanEnd,
  setArithmetic,
} from './jpeg/scan.as';

/** The coefficients of the current block. */
const COEFFICIENTS: usize = memory.data(BLOCK_BYTES, 16);

let keepsCoefficients: bool = false;
let isYcc: bool = false;
let sums: usize = 0;
let upsampled: usize = 0;
let rgb: usize = 0;

let nextMcuRow: i32 = 0;
let preparedRows: i32 = 0;

export function rows(): usize {
  return rgb;
}

/**
 * Starts a picture, whose components are set. `keeps` says whether it has several scans, whose coefficients are kept until
 * all have been read; `converts` whether its colours are YCbCr or YCCK. Returns the memory size in bytes that the caller must
 * provide before anything else.
 */
export function begin(pixels: i32, lines: i32, count: i32, bytes: i32, keeps: bool, converts: bool): usize {
  keepsCoefficients = keeps;
  isYcc = converts;
  let end = layOut(pixels, lines, count, bytes, keeps, 1);
  sums = end + 2 * MARGIN;
  end = aligned(sums + (mcuColumns * maxH * BLOCK + MARGIN) * 2);
  upsampled = end;
  end = aligned(upsampled + MAX_COMPONENTS * upsampledBytes());
  rgb = end;
  nextMcuRow = 0;
  preparedRows = 0;
  return rgb + maxV * BLOCK * width * 3 + OVERRUN;
}

/** The space for an upsampled row of samples. */
function upsampledBytes(): i32 {
  return mcuColumns * maxH * BLOCK + 4 * MARGIN;
}

/** Forgets the coefficients of the picture before. Called once the memory is there. */
export function clear(): void {
  memory.fill(COEFFICIENTS, 0, BLOCK_BYTES);
  if (keepsCoefficients) clearKept();
}

/** Completes a quantization table whose steps are set. */
export function setSteps(table: i32): void {
  const steps = QUANTIZATION + table * QUANTIZATION_BYTES;
  for (let index = 0; index < BLOCK_BYTES; index += 2)
    store<u16>(steps + index, largest(load<u16>(steps + index)), BLOCK_BYTES);
}

/**
 * Writes the next rows of pixels to `rows()`. Returns their number, 0 after the last ones, or -1 after an error. Reads the
 * scan on the way if its coefficients are not kept.
 */
export function nextRows(): i32 {
  if (nextMcuRow == mcuRows) return 0;
  // Chroma samples are mixed with those of the next row.
  for (; preparedRows < min(nextMcuRow + 2, mcuRows); preparedRows++) {
    if (!(keepsCoefficients ? transformKept(preparedRows) : decodeMcuRow(preparedRows))) return -1;
    if (!keepsCoefficients && preparedRows == mcuRows - 1 && endScan() < 0) return -1;
  }
  const first = nextMcuRow * maxV * BLOCK;
  const count = min(maxV * BLOCK, height - first);
  for (let row = 0; row < count; row++) writeRow(first + row, rgb + row * width * 3);
  nextMcuRow++;
  return count;
}

/** Transforms an MCU row of kept coefficients to samples. */
function transformKept(mcuRow: i32): bool {
  for (let index = 0; index < componentCount; index++) {
    const component = componentAt(index);
    const table = QUANTIZATION + component.quantization * QUANTIZATION_BYTES;
    for (let row = mcuRow * component.v; row < (mcuRow + 1) * component.v; row++) {
      for (let column = 0; column < component.allColumns; column++) {
        const block = keptBlock(component, row, column);
        const to = samplesOf(component, row, column);
        if (!inverseTransform(block, table, table + BLOCK_BYTES, to, component.stride)) return false;
      }
    }
  }
  return true;
}

/** Reads an MCU row of a sequential scan of all components, and transforms it to samples. */
function decodeMcuRow(mcuRow: i32): bool {
  for (let mcu = 0; mcu < mcuColumns; mcu++) {
    if (!restartIfDue()) return false;
    for (let index = 0; index < componentCount; index++) {
      const component = componentAt(index);
      const table = QUANTIZATION + component.quantization * QUANTIZATION_BYTES;
      const ac = tableAt(4 + component.ac);
      for (let y = 0; y < component.v; y++) {
        for (let x = 0; x < component.h; x++) {
          const to = samplesOf(component, mcuRow * component.v + y, mcu * component.h + x);
          if (!decodeBlock(component, ac, table, to)) return false;
        }
      }
    }
  }
  return true;
}

// @ts-ignore: AssemblyScript decorator
@inline
function decodeBlock(component: Component, ac: usize, table: usize, to: usize): bool {
  if (!readDc(component)) return false;
  const last = takeCoefficients(COEFFICIENTS, ac, ORDER);
  if (last < 0) return false;
  if (last == 0) return writeFlat(<i16>component.lastDc, load<u16>(table), to, component.stride);
  store<i16>(COEFFICIENTS, component.lastDc);
  const isWhole = inverseTransform(COEFFICIENTS, table, table + BLOCK_BYTES, to, component.stride);
  // Faster than memory.fill, which is a call.
  for (let at = 0; at < BLOCK_BYTES; at += 16) v128.store(COEFFICIENTS + at, i16x8.splat(0));
  return isWhole;
}

/** Writes a row of pixels. */
function writeRow(y: i32, to: usize): void {
  const first = rowOf(0, y);
  if (componentCount == 1) return writeStored(first, first, first, width, to);
  const second = rowOf(1, y);
  const third = rowOf(2, y);
  if (componentCount == 4) {
    const k = rowOf(3, y);
    if (isYcc) writeYcck(first, second, third, k, width, to);
    else writeCmyk(first, second, third, k, width, to);
  } else if (isYcc) {
    writeColours(first, second, third, width, to);
  } else {
    writeStored(first, second, third, width, to);
  }
}

/** The samples of a component for a row of pixels. */
function rowOf(index: i32, y: i32): usize {
  const component = componentAt(index);
  const row = rowAt(component, y);
  const isWide = component.h == maxH;
  const isHalfHeight = component.v * 2 == maxV;
  if (isWide && !isHalfHeight) return row;
  const to = upsampled + index * upsampledBytes();
  if (isWide) {
    meanOfRows(row, neighbour(component, y), component.width, (y & 1) == 0, to);
  } else if (isMixed(component)) {
    if (isHalfHeight) mixRows(row, neighbour(component, y), component.width, sums);
    else widen(row, component.width, sums);
    mixColumns(sums, component.width, isHalfHeight ? 4 : 1, to);
  } else {
    repeat(row, component.h, maxH, width, to);
  }
  return to;
}
