// The components of a picture, and where their coefficients and samples are in memory.

/** The side of a block in samples. */
export const BLOCK: i32 = 8;
export const BLOCK_BYTES: i32 = 128;
export const MAX_COMPONENTS: i32 = 4;

/** How many samples before and after a row may be read and written. */
export const MARGIN: i32 = 16;

/** A component of the frame. */
// @ts-ignore: AssemblyScript class without a constructor
@unmanaged
export class Component {
  /** Its index in the frame. */
  number: i32;
  /** The sampling factors. */
  h: i32;
  v: i32;
  /** The number of its quantization table. */
  quantization: i32;
  /** The numbers of its Huffman tables in the current scan. */
  dc: i32;
  ac: i32;
  /** The DC coefficient of the previous block, in the units of the scan. */
  lastDc: i32;
  /** The size in samples. */
  width: i32;
  height: i32;
  /** The size in blocks, and rounded up to whole MCUs. */
  columns: i32;
  rows: i32;
  allColumns: i32;
  allRows: i32;
  /** Its coefficients, block by block, if they are kept. */
  coefficients: usize;
  /** Its samples, whose rows are `stride` bytes apart. */
  samples: usize;
  stride: i32;
}

const COMPONENT_BYTES: i32 = offsetof<Component>();
const COMPONENTS: usize = memory.data(MAX_COMPONENTS * COMPONENT_BYTES, 16);

/** Four quantization tables: steps, and the largest absolute values of coefficients, 64 16-bit numbers each, row by row. */
export const QUANTIZATION_BYTES: i32 = 2 * BLOCK_BYTES;
export const QUANTIZATION: usize = memory.data(4 * QUANTIZATION_BYTES, 16);

/** The byte offset in a block of the k-th coefficient in coding order (T.81, figure A.6). */
export const ORDER: usize = memory.data(64, 16);

// @ts-ignore: AssemblyScript decorator
@inline
export function componentAt(index: i32): Component {
  return changetype<Component>(COMPONENTS + index * COMPONENT_BYTES);
}

/** The coefficients of a block, if they are kept. */
export function keptBlock(component: Component, row: i32, column: i32): usize {
  return component.coefficients + (row * component.allColumns + column) * BLOCK_BYTES;
}

/** Where the samples of a block begin. */
// @ts-ignore: AssemblyScript decorator
@inline
export function samplesOf(component: Component, row: i32, column: i32): usize {
  return component.samples + row * BLOCK * component.stride + column * BLOCK;
}
