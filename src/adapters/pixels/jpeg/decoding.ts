import type { Pixels } from '../../../analysis/pixels.ts';
import { counted } from '../../../base/counted.ts';
import { ImgpipeError } from '../../../domain/errors.ts';
import { type Allocator, layOut, pixelBytes } from '../pixel-memory.ts';
import { undecodable } from '../verdicts.ts';
import { type DecoderKernel, MAX_MEMORY, provideMemory, setComponents } from './decoder-kernel.ts';
import { createIccParts, type IccParts } from './icc-parts.ts';
import type { JpegPicture } from './jpeg-picture.ts';
import type { Progression } from './progression.ts';
import { MAX_SCANS, tooManyScans } from './scans.ts';
import {
  type Frame,
  MAX_SEGMENTS,
  readCodes,
  readConditioning,
  readFrame,
  readQuantization,
  type Scan,
  startsWith,
  word,
} from './segments.ts';
import { STANDARD_TABLES, ZIGZAG } from './tables.ts';

/** Thrown at what a decoder does not read. It says nothing more about the picture. */
export class Irregular extends Error {}

export function irregular(): never {
  throw new Irregular();
}

const DQT = 0xdb;
const DHT = 0xc4;
const DAC = 0xcc;
const DRI = 0xdd;
const APP0 = 0xe0;
const APP2 = 0xe2;
const APP14 = 0xee;
const APP15 = 0xef;
const COM = 0xfe;
const BASELINE = 0xc0;
const EXTENDED = 0xc1;
const PROGRESSIVE = 0xc2;
const ARITHMETIC = 0xc9;
const ARITHMETIC_PROGRESSIVE = 0xca;
const FRAMES = [BASELINE, EXTENDED, PROGRESSIVE, ARITHMETIC, ARITHMETIC_PROGRESSIVE];

/** The maximum side of an MCU in pixels, with a sampling factor of 4. */
const MAX_MCU_SIDE = 32;
/** A progressive file may have new ones for each of its scans. */
const MAX_TABLES = 10_000;

export interface CodedFrame extends Frame {
  readonly progressive: boolean;
  /** Whether its entropy coding is arithmetic, and not Huffman's. */
  readonly arithmetic: boolean;
}

/** A JPEG while it is decoded: what its segments so far say. */
export interface Decoding {
  readonly kernel: DecoderKernel;
  readonly bytes: Uint8Array;
  readonly checkKept: JpegPicture['checkKept'];
  frame: CodedFrame | undefined;
  /** The numbers of the tables that are set. */
  readonly quantizations: Set<number>;
  readonly codes: Set<number>;
  restartInterval: number;
  isJfif: boolean;
  /** The colour transform of Adobe's marker. */
  adobe: number | undefined;
  readonly icc: IccParts;
  /** Which coefficients are complete, once there has been a scan of several. */
  progression: Progression | undefined;
  segments: number;
  tables: number;
  scans: number;
  /** What is odd, and harmless. */
  readonly notes: Set<string>;
  readonly odd: (note: string) => void;
}

/** `odd` is called for what is odd and changes how the file is read: it throws Irregular, or adds a note. */
export function createDecoding(
  kernel: DecoderKernel,
  bytes: Uint8Array,
  checkKept: JpegPicture['checkKept'],
  odd?: (note: string) => void,
): Decoding {
  const notes = new Set<string>();
  kernel.resetConditioning();
  return {
    kernel,
    bytes,
    checkKept,
    frame: undefined,
    quantizations: new Set(),
    codes: new Set(),
    restartInterval: 0,
    isJfif: false,
    adobe: undefined,
    icc: createIccParts(),
    progression: undefined,
    segments: 0,
    tables: 0,
    scans: 0,
    notes,
    odd: odd ?? ((note) => void notes.add(note)),
  };
}

/** Counts a scan. Throws `undecodable` if there are too many. */
export function countScan(decoding: Decoding): void {
  decoding.scans += 1;
  if (decoding.scans > MAX_SCANS) throw tooManyScans();
}

/** Reads a segment before a scan. `lines` is the height if the frame does not state it. */
export function readSegment(decoding: Decoding, marker: number, body: Uint8Array, lines = 0): void {
  decoding.segments += 1;
  if (decoding.segments > MAX_SEGMENTS)
    throw new ImgpipeError('undecodable', `the JPEG has more than ${MAX_SEGMENTS} segments`);
  if (marker === DQT) setQuantization(decoding, body);
  else if (marker === DHT) setCodes(decoding, body);
  else if (marker === DAC) setConditioning(decoding, body);
  else if (marker === DRI) decoding.restartInterval = body.length === 2 ? word(body, 0) : irregular();
  else if (FRAMES.includes(marker)) {
    if (decoding.frame !== undefined) throw new Irregular();
    const progressive = marker === PROGRESSIVE || marker === ARITHMETIC_PROGRESSIVE;
    decoding.frame = { ...regularFrame(decoding, body, lines), progressive, arithmetic: marker >= ARITHMETIC };
  } else if (marker === APP0) readJfif(decoding, body);
  else if (marker === APP2) decoding.icc.add(body);
  else if (marker === APP14) {
    if (body.length >= 12 && startsWith(body, 'Adobe')) decoding.adobe = body[11];
  } else if ((marker < APP0 || marker > APP15) && marker !== COM) throw new Irregular();
}

function readJfif(decoding: Decoding, body: Uint8Array): void {
  if (body.length < 14 || !startsWith(body, 'JFIF\0')) return;
  decoding.isJfif = true;
  if (body[5] !== 1) decoding.notes.add(`its JFIF version is ${body[5]}.${body[6]}`);
}

/** A frame of one, three or four components. A single one has no MCUs, whatever its sampling factors are (T.81, A.2.2). */
function regularFrame({ kernel }: Decoding, body: Uint8Array, lines: number): Frame {
  const stated = readFrame(body, kernel.precision) ?? irregular();
  const frame = stated.height === 0 ? { ...stated, height: lines } : stated;
  const { components, width, height } = frame;
  if (width === 0 || height === 0) throw new Irregular();
  if (components.length === 1) return { ...frame, components: components.map((each) => ({ ...each, h: 1, v: 1 })) };
  return components.length === 3 || components.length === 4 ? frame : irregular();
}

/** Counts a segment of tables. Throws `undecodable` if there are too many, as each costs more than its bytes. */
function countTables(decoding: Decoding): void {
  decoding.tables += 1;
  if (decoding.tables > MAX_TABLES) throw undecodable(`the JPEG has more than ${MAX_TABLES} tables`);
}

function setQuantization(decoding: Decoding, body: Uint8Array): void {
  countTables(decoding);
  const { kernel, progression, quantizations } = decoding;
  // Other scans of the picture may have been read with a former table.
  if (progression !== undefined) throw new Irregular();
  for (const { table, steps } of readQuantization(body) ?? irregular()) {
    const stored = new Uint16Array(kernel.memory.buffer, kernel.quantization() + table * 256, 64);
    for (const [k, step] of steps.entries()) stored[ZIGZAG[k] ?? 0] = step;
    kernel.setSteps(table);
    quantizations.add(table);
  }
}

function setCodes(decoding: Decoding, body: Uint8Array): void {
  countTables(decoding);
  for (const { slot, counts, symbols } of readCodes(body) ?? irregular()) setTable(decoding, slot, counts, symbols);
}

function setConditioning({ kernel }: Decoding, body: Uint8Array): void {
  for (const { slot, value } of readConditioning(body) ?? irregular()) kernel.setConditioning(slot, value);
}

function setTable({ kernel, codes }: Decoding, slot: number, counts: ArrayLike<number>, symbols: ArrayLike<number>) {
  const stored = new Uint8Array(kernel.memory.buffer, kernel.codes(), 16 + 256);
  stored.set(counts);
  stored.set(symbols, 16);
  if (!kernel.setCodes(slot)) throw new Irregular();
  codes.add(slot);
}

/** Sets the Huffman tables that the file has left out. */
export function setStandardTables(decoding: Decoding): void {
  for (const [slot, { counts, values }] of STANDARD_TABLES) {
    if (!decoding.codes.has(slot)) setTable(decoding, slot, counts, values);
  }
}

/** Whether each table that the scan needs is set. */
export function hasTables({ quantizations, codes }: Decoding, frame: CodedFrame, scan: Scan): boolean {
  const { components, first, last, high } = scan;
  return components.every(({ index, dc, ac }) => {
    const hasSteps = quantizations.has(frame.components[index]?.quantization ?? 0);
    if (frame.arithmetic) return hasSteps;
    const hasDc = first > 0 || high > 0 || codes.has(dc);
    const hasAc = last === 0 || codes.has(4 + ac);
    return hasSteps && hasDc && hasAc;
  });
}

/** Starts a picture. `keeps` says whether its coefficients are kept until all scans have been read. */
export function beginPicture(decoding: Decoding, frame: CodedFrame, keeps: boolean): void {
  const { kernel, bytes } = decoding;
  const { width, height, components } = frame;
  if (keeps) decoding.checkKept?.();
  if (bytes.length + maxMemory(frame, kernel.precision, keeps) > MAX_MEMORY) throw new Irregular();
  setComponents(kernel, components);
  kernel.setArithmetic(frame.arithmetic);
  const need = kernel.begin(width, height, components.length, bytes.length, keeps, isConverted(decoding, frame));
  provideMemory(kernel, need, bytes);
  kernel.clear();
}

/** At least what the kernel needs for a picture: its samples, in whole MCUs, its coefficients, and some rows. */
function maxMemory({ width, height, components }: Frame, precision: number, keeps: boolean): number {
  const [columns, rows] = [width, height].map((side) => Math.ceil(side / MAX_MCU_SIDE) * MAX_MCU_SIDE) as [
    number,
    number,
  ];
  const sampleBytes = precision > 8 ? 2 : 1;
  const rowBytes = sampleBytes * (3 * MAX_MCU_SIDE + 12);
  return columns * (rows * components.length * (sampleBytes + (keeps ? 2 : 0)) + rowBytes) + 2 ** 20;
}

/**
 * Whether three components are YCbCr, or four YCCK, as libjpeg decides it: JFIF's three are, then Adobe's marker says it, then
 * their ids.
 */
function isConverted({ isJfif, adobe, odd }: Decoding, { components }: Frame): boolean {
  if (components.length === 3 && isJfif) return true;
  if (adobe !== undefined) {
    const transform = components.length === 4 ? 2 : 1;
    if (adobe !== 0 && adobe !== transform) odd(`Adobe's marker names the unknown colour transform ${adobe}`);
    return adobe !== 0;
  }
  return components.length === 3 && components.map(({ id }) => String.fromCharCode(id)).join('') !== 'RGB';
}

export function beginScan({ kernel, restartInterval }: Decoding, scan: Scan, offset: number): void {
  const { components, first, last, high, low } = scan;
  new Uint8Array(kernel.memory.buffer, kernel.scan(), components.length).set(components.map(({ index }) => index));
  for (const { index, dc, ac } of components) kernel.setTables(index, dc, ac);
  kernel.beginScan(offset, components.length, restartInterval, first, last, high > 0, low);
}

export function copyRows({ kernel }: Decoding, { width, height }: Frame, allocate: Allocator): Pixels {
  const layout = { width, height, depth: kernel.precision };
  const { data, samples16 } = layOut(allocate(pixelBytes(layout)), layout);
  for (let at = 0; at < data.length; ) {
    const count = kernel.nextRows() * width * 3;
    if (count <= 0) throw new Irregular();
    if (samples16 === undefined) data.set(new Uint8Array(kernel.memory.buffer, kernel.rows(), count), at);
    else copyDeep(new Uint16Array(kernel.memory.buffer, kernel.rows(), count), samples16, data, at);
    at += count;
  }
  return { width, height, data, ...(samples16 && { samples16 }) };
}

function copyDeep(rows: Uint16Array, samples16: Uint16Array, high: Uint8Array, at: number): void {
  samples16.set(rows, at);
  for (let index = 0; index < rows.length; index++) high[at + index] = (rows[index] as number) >> 8;
}

/** Adds the notes to the pixels of a picture whose data end at `end`; after them, there should be nothing. */
export function withNotes(pixels: Pixels, { bytes, notes, icc }: Decoding, end: number): Pixels {
  const problem = icc.problem();
  if (problem !== undefined) notes.add(problem);
  const rest = bytes.length - end;
  if (rest > 0) notes.add(`${counted(rest, 'byte')} after the end marker (EOI)`);
  return notes.size === 0 ? pixels : { ...pixels, notes: [...notes] };
}
