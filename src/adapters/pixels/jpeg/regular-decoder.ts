import type { Pixels } from '../../../analysis/pixels.ts';
import { type Allocator, allocateNew } from '../pixel-memory.ts';
import { createDecoderKernel, type DecoderKernel, MAX_MEMORY, provideMemory, setComponents } from './decoder-kernel.ts';
import { createProgression, type Progression } from './progression.ts';
import {
  type Frame,
  readCodes,
  readFrame,
  readQuantization,
  readScan,
  type Scan,
  segmentAt,
  word,
} from './segments.ts';
import { ZIGZAG } from './tables.ts';

/**
 * Decodes a JPEG to RGB, without applying an orientation, if it is regular: baseline or progressive with 8-bit samples and
 * Huffman coding, grey, YCbCr or RGB, complete, and with nothing that decoders warn of. Returns undefined for any other,
 * which may be whole nevertheless. The pixels are those of libjpeg-turbo with its accurate DCT.
 */
export type RegularDecoder = (bytes: Uint8Array, allocate?: Allocator) => Pixels | undefined;

/** WebAssembly memory never shrinks: a kernel that has grown beyond this is replaced. */
const MAX_KEPT_MEMORY = 256 * 2 ** 20;

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const DQT = 0xdb;
const DHT = 0xc4;
const DRI = 0xdd;
const APP0 = 0xe0;
const APP14 = 0xee;
const APP15 = 0xef;
const COM = 0xfe;
const BASELINE = 0xc0;
const EXTENDED = 0xc1;
const PROGRESSIVE = 0xc2;

/** The maximum side of an MCU in pixels, with a sampling factor of 4. */
const MAX_MCU_SIDE = 32;
/** The maximum number of blocks of an MCU (T.81, B.2.3). */
const MAX_MCU_BLOCKS = 10;

/** Thrown within a decoder at anything irregular. */
class Irregular extends Error {}

/** Creates a decoder; `undefined` without SIMD. */
export function createRegularDecoder(): RegularDecoder | undefined {
  let kernel = createDecoderKernel();
  if (kernel === undefined) return undefined;
  return (bytes, allocate = allocateNew) => {
    kernel ??= createDecoderKernel();
    if (kernel === undefined) return undefined;
    try {
      return decode(kernel, bytes, allocate);
    } catch (thrown) {
      if (thrown instanceof Irregular) return undefined;
      kernel = undefined;
      throw thrown;
    } finally {
      if (kernel !== undefined && kernel.memory.buffer.byteLength > MAX_KEPT_MEMORY) kernel = undefined;
    }
  };
}

/** What the segments so far say. */
interface State {
  frame: (Frame & { readonly progressive: boolean }) | undefined;
  /** The numbers of the tables that are set. */
  readonly quantizations: Set<number>;
  readonly codes: Set<number>;
  restartInterval: number;
  isJfif: boolean;
  /** The colour transform of Adobe's marker. */
  adobe: number | undefined;
  /** Which coefficients are complete, once there has been a scan of several. */
  progression: Progression | undefined;
}

function decode(kernel: DecoderKernel, bytes: Uint8Array, allocate: Allocator): Pixels {
  if (bytes[0] !== 0xff || bytes[1] !== SOI) throw new Irregular();
  const state: State = {
    frame: undefined,
    quantizations: new Set(),
    codes: new Set(),
    restartInterval: 0,
    isJfif: false,
    adobe: undefined,
    progression: undefined,
  };
  for (let at = 2; ; ) {
    const { marker, body, end } = segmentAt(bytes, at) ?? irregular();
    if (marker === EOI) return rowsOfScans(kernel, state, allocate);
    if (marker !== SOS) {
      readSegment(kernel, state, marker, body);
      at = end;
      continue;
    }
    const frame = state.frame ?? irregular();
    const scan = readScan(body, frame) ?? irregular();
    checkTables(state, frame, scan);
    const isOnly = !frame.progressive && scan.components.length === frame.components.length;
    if (state.progression === undefined) {
      begin(kernel, bytes, state, frame, !isOnly);
      if (!isOnly) state.progression = createProgression(frame.components.length, frame.progressive);
    }
    beginScan(kernel, state, scan, end);
    if (isOnly) {
      const pixels = copyRows(kernel, frame, allocate);
      return kernel.marker() === EOI ? pixels : irregular();
    }
    if (state.progression?.add(scan) !== true) throw new Irregular();
    const next = kernel.readScan();
    // The next segment starts with the marker that the scan has ended at.
    at = next < 0 ? irregular() : next - 2;
  }
}

function irregular(): never {
  throw new Irregular();
}

/** Reads a segment before a scan. */
function readSegment(kernel: DecoderKernel, state: State, marker: number, body: Uint8Array): void {
  if (marker === DQT) setQuantization(kernel, state, body);
  else if (marker === DHT) setCodes(kernel, state, body);
  else if (marker === DRI) state.restartInterval = body.length === 2 ? word(body, 0) : irregular();
  else if (marker === BASELINE || marker === EXTENDED || marker === PROGRESSIVE) {
    if (state.frame !== undefined) throw new Irregular();
    state.frame = { ...regularFrame(body), progressive: marker === PROGRESSIVE };
  } else if (marker === APP0) {
    state.isJfif ||= body.length >= 14 && startsWith(body, 'JFIF\0');
  } else if (marker === APP14) {
    if (body.length >= 12 && startsWith(body, 'Adobe')) state.adobe = body[11];
  } else if ((marker < APP0 || marker > APP15) && marker !== COM) throw new Irregular();
}

function startsWith(body: Uint8Array, text: string): boolean {
  return Buffer.from(body.buffer, body.byteOffset, text.length).toString('latin1') === text;
}

/** A frame of one or three components. A single one has no MCUs, whatever its sampling factors are (T.81, A.2.2). */
function regularFrame(body: Uint8Array): Frame {
  const frame = readFrame(body) ?? irregular();
  const { components } = frame;
  if (components.length === 1) return { ...frame, components: components.map((each) => ({ ...each, h: 1, v: 1 })) };
  const blocks = components.reduce((sum, { h, v }) => sum + h * v, 0);
  return components.length === 3 && blocks <= MAX_MCU_BLOCKS ? frame : irregular();
}

function setQuantization({ memory, quantization, setSteps }: DecoderKernel, state: State, body: Uint8Array): void {
  // Other scans of the picture may have been read with a former table.
  if (state.progression !== undefined) throw new Irregular();
  for (const { table, steps } of readQuantization(body) ?? irregular()) {
    const stored = new Uint16Array(memory.buffer, quantization() + table * 256, 64);
    for (const [k, step] of steps.entries()) stored[ZIGZAG[k] ?? 0] = step;
    setSteps(table);
    state.quantizations.add(table);
  }
}

function setCodes({ memory, codes, setCodes: setTable }: DecoderKernel, state: State, body: Uint8Array): void {
  for (const { slot, counts, symbols } of readCodes(body) ?? irregular()) {
    const stored = new Uint8Array(memory.buffer, codes(), 16 + 256);
    stored.set(counts);
    stored.set(symbols, 16);
    if (!setTable(slot)) throw new Irregular();
    state.codes.add(slot);
  }
}

/** Checks that each table that the scan needs is set. */
function checkTables({ quantizations, codes }: State, frame: Frame, { components, first, last, high }: Scan): void {
  for (const { index, dc, ac } of components) {
    const hasSteps = quantizations.has(frame.components[index]?.quantization ?? 0);
    const hasDc = first > 0 || high > 0 || codes.has(dc);
    const hasAc = last === 0 || codes.has(4 + ac);
    if (!hasSteps || !hasDc || !hasAc) throw new Irregular();
  }
}

function begin(kernel: DecoderKernel, bytes: Uint8Array, state: State, frame: Frame, keeps: boolean): void {
  const { width, height, components } = frame;
  if (bytes.length + maxMemory(frame, keeps) > MAX_MEMORY) throw new Irregular();
  setComponents(kernel, components);
  const need = kernel.begin(width, height, components.length, bytes.length, keeps, isYcc(state, frame));
  if (need === 0) throw new Irregular();
  provideMemory(kernel, need, bytes);
  kernel.clear();
}

/** At least what the kernel needs for a picture: its samples, in whole MCUs, its coefficients, and some rows. */
function maxMemory({ width, height, components }: Frame, keeps: boolean): number {
  const [columns, rows] = [width, height].map((side) => Math.ceil(side / MAX_MCU_SIDE) * MAX_MCU_SIDE) as [
    number,
    number,
  ];
  const bytesPerSample = keeps ? 3 : 1;
  return columns * (rows * components.length * bytesPerSample + 3 * MAX_MCU_SIDE + 8) + 2 ** 20;
}

/** Whether three components are YCbCr, as libjpeg decides it: JFIF's are, then Adobe's marker says it, then their ids. */
function isYcc({ isJfif, adobe }: State, { components }: Frame): boolean {
  if (isJfif) return true;
  if (adobe !== undefined) return adobe <= 1 ? adobe === 1 : irregular();
  return components.map(({ id }) => String.fromCharCode(id)).join('') !== 'RGB';
}

function beginScan(kernel: DecoderKernel, state: State, scan: Scan, offset: number): void {
  const { components, first, last, high, low } = scan;
  const isSequential = first === 0 && last === 63 && high === 0 && low === 0;
  if (state.progression === undefined && !isSequential) throw new Irregular();
  new Uint8Array(kernel.memory.buffer, kernel.scan(), components.length).set(components.map(({ index }) => index));
  for (const { index, dc, ac } of components) kernel.setTables(index, dc, ac);
  kernel.beginScan(offset, components.length, state.restartInterval, first, last, high > 0, low);
}

/** The picture of several scans, if no coefficient is missing. */
function rowsOfScans(kernel: DecoderKernel, { frame, progression }: State, allocate: Allocator): Pixels {
  if (frame === undefined || progression?.isComplete() !== true) throw new Irregular();
  return copyRows(kernel, frame, allocate);
}

function copyRows(kernel: DecoderKernel, { width, height }: Frame, allocate: Allocator): Pixels {
  const data = allocate(width * height * 3);
  for (let at = 0; at < data.length; ) {
    const count = kernel.nextRows();
    if (count <= 0) throw new Irregular();
    data.set(new Uint8Array(kernel.memory.buffer, kernel.rows(), count * width * 3), at);
    at += count * width * 3;
  }
  return { width, height, data };
}
