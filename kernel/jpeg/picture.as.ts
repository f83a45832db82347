// The picture that is decoded: its size, and where its file and its components are in memory.

import { buildTable } from './bits.as';
import { BLOCK, BLOCK_BYTES, Component, componentAt, MARGIN, ORDER, QUANTIZATION } from './frame.as';
import { SCAN, setPicture } from './scan.as';

/** The numbers of codes of a Huffman table and its symbols. */
const CODES: usize = memory.data(16 + 256, 16);

export let width: i32 = 0;
export let height: i32 = 0;
export let componentCount: i32 = 0;
export let maxH: i32 = 0;
export let maxV: i32 = 0;
export let mcuColumns: i32 = 0;
export let mcuRows: i32 = 0;
let inputAt: usize = 0;

export function quantization(): usize {
  return QUANTIZATION;
}

export function order(): usize {
  return ORDER;
}

export function codes(): usize {
  return CODES;
}

export function scan(): usize {
  return SCAN;
}

export function input(): usize {
  return inputAt;
}

function ceilDivided(value: i32, by: i32): i32 {
  return (value + by - 1) / by;
}

export function aligned(address: usize): usize {
  return (address + 15) & ~15;
}

/**
 * Lays out a picture, whose components are set: its file, their coefficients if it `keeps` them, and their samples of
 * `sampleBytes` each. Returns the end.
 */
export function layOut(pixels: i32, lines: i32, count: i32, bytes: i32, keeps: bool, sampleBytes: i32): usize {
  width = pixels;
  height = lines;
  componentCount = count;
  maxH = 1;
  maxV = 1;
  for (let index = 0; index < count; index++) {
    maxH = max(maxH, componentAt(index).h);
    maxV = max(maxV, componentAt(index).v);
  }
  mcuColumns = ceilDivided(width, maxH * BLOCK);
  mcuRows = ceilDivided(height, maxV * BLOCK);
  inputAt = aligned(__heap_base);
  let end = aligned(inputAt + bytes + 16);
  for (let index = 0; index < count; index++) {
    const component = componentAt(index);
    component.width = ceilDivided(width * component.h, maxH);
    component.height = ceilDivided(height * component.v, maxV);
    component.columns = ceilDivided(component.width, BLOCK);
    component.rows = ceilDivided(component.height, BLOCK);
    component.allColumns = mcuColumns * component.h;
    component.allRows = mcuRows * component.v;
    const blocks = component.allColumns * component.allRows;
    component.coefficients = end;
    if (keeps) end = aligned(end + blocks * BLOCK_BYTES);
    component.stride = component.allColumns * BLOCK * sampleBytes;
    component.samples = end + MARGIN;
    end = aligned(component.samples + blocks * 64 * sampleBytes + MARGIN);
  }
  setPicture(count, mcuRows, mcuColumns, inputAt, bytes);
  return end;
}

/** Forgets the coefficients that were kept of the picture before. Called once the memory is there. */
export function clearKept(): void {
  for (let index = 0; index < componentCount; index++) {
    const component = componentAt(index);
    memory.fill(component.coefficients, 0, component.allColumns * component.allRows * BLOCK_BYTES);
  }
}

/** Sets the sampling factors and the quantization table of a component, before `begin`. */
export function setComponent(index: i32, h: i32, v: i32, quantization: i32): void {
  const component = componentAt(index);
  component.number = index;
  component.h = h;
  component.v = v;
  component.quantization = quantization;
}

/** Sets the Huffman tables of a component for the scans that follow. */
export function setTables(index: i32, dc: i32, ac: i32): void {
  const component = componentAt(index);
  component.dc = dc;
  component.ac = ac;
}

/** Makes a Huffman table of `codes()`: a table for DC coefficients has a slot of 0 to 3, one for AC of 4 to 7. */
export function setCodes(slot: i32): bool {
  return buildTable(slot, CODES, CODES + 16);
}

/** The row of samples for a row of pixels, the nearest above it. */
export function rowAt(component: Component, y: i32): usize {
  return component.samples + ((y * component.v) / maxV) * component.stride;
}

/** Whether each sample is spread over two columns, and one row or two, and mixed with its neighbours. */
export function isMixed(component: Component): bool {
  const hasHeight = component.v == maxV || component.v * 2 == maxV;
  return component.h * 2 == maxH && hasHeight && component.width > 2;
}

/** The other row of samples, of two for each sample row, that is nearest to a row of pixels: itself at the picture's edge. */
export function neighbour(component: Component, y: i32): usize {
  const row = y >> 1;
  const next = (y & 1) == 0 ? max(0, row - 1) : min(component.height - 1, row + 1);
  return component.samples + next * component.stride;
}
