// AssemblyScript, compiled to WebAssembly by `npm run kernel` (part of `npm run build`).
//
// Like jpeg-decoder.as.ts, for JPEGs with samples of 12 bits. It has no vectors, and so runs on every machine. All coefficients
// are kept until the last scan has been read. The rows have samples of 16 bits: 4095 becomes 65535.

import { deepInverseTransform } from './jpeg/deep-inverse-transform.as';
import {
  deepMeanOfRows,
  deepMixColumns,
  deepMixRows,
  deepMultiplyByK,
  deepRepeat,
  deepWriteColours,
  deepWriteStored,
  widenSamples,
} from './jpeg/deep-rows.as';
import { BLOCK, componentAt, keptBlock, MAX_COMPONENTS, QUANTIZATION, QUANTIZATION_BYTES, samplesOf } from './jpeg/frame.as';
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

const SAMPLE_BYTES: i32 = 2;

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
 * Starts a picture, whose components are set. `converts` says whether its colours are YCbCr or YCCK. Returns the memory size in
 * bytes that the caller must provide before anything else.
 */
export function begin(pixels: i32, lines: i32, count: i32, bytes: i32, _keeps: bool, converts: bool): usize {
  isYcc = converts;
  let end = layOut(pixels, lines, count, bytes, true, SAMPLE_BYTES);
  sums = end;
  end = aligned(sums + rowBytes());
  upsampled = end;
  rgb = aligned(upsampled + MAX_COMPONENTS * rowBytes());
  nextMcuRow = 0;
  preparedRows = 0;
  return rgb + maxV * BLOCK * width * 3 * SAMPLE_BYTES;
}

/** The space for a row of samples. */
function rowBytes(): i32 {
  return mcuColumns * maxH * BLOCK * SAMPLE_BYTES;
}

export function clear(): void {
  clearKept();
}

/** Completes a quantization table whose steps are set: nothing is missing. */
export function setSteps(_table: i32): void {}

/** Writes the next rows of pixels to `rows()`. Returns their number, 0 after the last ones. */
export function nextRows(): i32 {
  if (nextMcuRow == mcuRows) return 0;
  // Chroma samples are mixed with those of the next row.
  for (; preparedRows < min(nextMcuRow + 2, mcuRows); preparedRows++) transformKept(preparedRows);
  const first = nextMcuRow * maxV * BLOCK;
  const count = min(maxV * BLOCK, height - first);
  for (let row = 0; row < count; row++) writeRow(first + row, rgb + row * width * 3 * SAMPLE_BYTES);
  nextMcuRow++;
  return count;
}

/** Transforms an MCU row of kept coefficients to samples. */
function transformKept(mcuRow: i32): void {
  for (let index = 0; index < componentCount; index++) {
    const component = componentAt(index);
    const steps = QUANTIZATION + component.quantization * QUANTIZATION_BYTES;
    for (let row = mcuRow * component.v; row < (mcuRow + 1) * component.v; row++) {
      for (let column = 0; column < component.allColumns; column++) {
        const to = samplesOf(component, row, column * SAMPLE_BYTES);
        deepInverseTransform(keptBlock(component, row, column), steps, to, component.stride);
      }
    }
  }
}

/** Writes a row of pixels. */
function writeRow(y: i32, to: usize): void {
  const first = rowOf(0, y);
  if (componentCount == 1) deepWriteStored(first, first, first, width, to);
  else if (isYcc) deepWriteColours(first, rowOf(1, y), rowOf(2, y), width, to);
  else deepWriteStored(first, rowOf(1, y), rowOf(2, y), width, to);
  if (componentCount == 4) deepMultiplyByK(to, rowOf(3, y), width, isYcc);
  else widenSamples(to, width * 3);
}

/** The samples of a component for a row of pixels. */
function rowOf(index: i32, y: i32): usize {
  const component = componentAt(index);
  const row = rowAt(component, y);
  const isWide = component.h == maxH;
  const isHalfHeight = component.v * 2 == maxV;
  if (isWide && !isHalfHeight) return row;
  const to = upsampled + index * rowBytes();
  if (isWide) {
    deepMeanOfRows(row, neighbour(component, y), component.width, (y & 1) == 0, to);
  } else if (isMixed(component)) {
    if (isHalfHeight) deepMixRows(row, neighbour(component, y), component.width, sums);
    deepMixColumns(isHalfHeight ? sums : row, component.width, isHalfHeight ? 4 : 1, to);
  } else {
    deepRepeat(row, component.h, maxH, width, to);
  }
  return to;
}
