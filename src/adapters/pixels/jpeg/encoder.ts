import type { Pixels } from '../../../analysis/pixels.ts';
import { createEncoderKernel, type EncoderKernel, setTables } from './encoder-kernel.ts';
import { type ComponentTables, type HuffmanTable, tablesOf, ZIGZAG } from './tables.ts';

type Size = Pick<Pixels, 'width' | 'height'>;

/** Writes the RGB of `count` rows, from row `first`, to `rgb`, which has exactly their size. */
export type DrawRows = (rgb: Uint8Array, first: number, count: number) => void;

/**
 * Encodes a picture as a baseline JPEG with 4:2:0 subsampling, of a quality from 1 to 100. `draw` is called from the
 * top down and writes into the encoder's memory, which saves a copy of the picture.
 */
export type JpegEncoder = (size: Size, quality: number, draw: DrawRows) => Uint8Array;

const PAGE = 2 ** 16;
const MCU_ROWS = 16;
const MAX_SIDE = 65_535;

/** The EOI marker (ITU-T T.81, B.1.1.3). */
const END_OF_IMAGE = Uint8Array.of(0xff, 0xd9);

/** SOI and the JFIF 1.01 header: square pixels, no thumbnail. */
const START = Uint8Array.of(0xff, 0xd8, ...segment(0xe0, [...Buffer.from('JFIF\0'), 1, 1, 0, 0, 1, 0, 1, 0, 0]));

/** The scan header (T.81, B.2.3): three interleaved components with their tables. */
const SCAN = segment(0xda, [3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0]);

/**
 * Creates an encoder whose files are identical to those of libjpeg-turbo with its accurate DCT; `undefined` without
 * SIMD. Its memory holds sixteen rows and their encoded bytes, whatever the height: 15 MB for the widest picture.
 */
export function createJpegEncoder(): JpegEncoder | undefined {
  const kernel = createEncoderKernel();
  if (kernel === undefined) return undefined;
  const memory = (at: number, length: number) => new Uint8Array(kernel.memory.buffer, at, length);
  const copyOutput = (length: number) => memory(kernel.output(), length).slice();
  let prepared: { readonly quality: number; readonly headerOf: (size: Size) => Uint8Array[] } | undefined;

  function prepare(quality: number) {
    if (prepared?.quality === quality) return prepared;
    const tables = tablesOf(quality);
    setTables(kernel as EncoderKernel, tables);
    prepared = { quality, headerOf: createHeaderWriter(tables) };
    return prepared;
  }

  return (size, quality, draw) => {
    const { width, height } = checked(size);
    const parts = prepare(quality).headerOf(size);
    ensureMemory(kernel, kernel.begin(width));
    for (let row = 0; row < height; row += MCU_ROWS) {
      const count = Math.min(MCU_ROWS, height - row);
      draw(memory(kernel.rows(), count * width * 3), row, count);
      parts.push(copyOutput(kernel.encodeRows(count)));
    }
    parts.push(copyOutput(kernel.finish()), END_OF_IMAGE);
    return concatenated(parts);
  };
}

/** Returns the size if JPEG supports it (T.81, B.2.2). Callers refuse other sizes long before. */
function checked(size: Size): Size {
  for (const side of [size.width, size.height]) {
    if (Number.isInteger(side) && side >= 1 && side <= MAX_SIDE) continue;
    throw new RangeError(`JPEG does not support ${size.width} × ${size.height} pixels.`);
  }
  return size;
}

function ensureMemory({ memory }: EncoderKernel, bytes: number): void {
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * Creates a function that returns, in parts, all segments before the entropy-coded data of a baseline file with 4:2:0.
 */
function createHeaderWriter(tables: readonly ComponentTables[]): (size: Size) => Uint8Array[] {
  const steps = tables.flatMap((component, id) => quantization(id, component.steps));
  const codes = tables.flatMap(({ dc, ac }, id) => [...huffman(id, dc), ...huffman(0x10 | id, ac)]);
  const before = Uint8Array.of(...START, ...steps);
  const after = Uint8Array.of(...codes, ...SCAN);
  return (size) => [before, frame(size), after];
}

/** A DQT segment (T.81, B.2.4.1). */
function quantization(id: number, steps: readonly number[]): number[] {
  return segment(0xdb, [id, ...ZIGZAG.map((index) => steps[index] ?? 0)]);
}

/** The frame header (T.81, B.2.2): three components, the first with 2 × 2 sampling. */
function frame({ width, height }: Size): Uint8Array {
  return Uint8Array.from(segment(0xc0, [8, ...word(height), ...word(width), 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1]));
}

/** A DHT segment (T.81, B.2.4.2). */
function huffman(id: number, { counts, values }: HuffmanTable): number[] {
  return segment(0xc4, [id, ...counts, ...values]);
}

/** A marker segment. */
function segment(marker: number, body: readonly number[]): number[] {
  return [0xff, marker, ...word(body.length + 2), ...body];
}

function word(value: number): [number, number] {
  return [value >> 8, value & 255];
}
