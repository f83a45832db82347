import type { Pixels } from '../../../analysis/pixels.ts';
import { type ComponentTables, type HuffmanTable, ZIGZAG } from './tables.ts';

/** The marker that ends a file (ITU-T T.81, B.1.1.3). */
export const END_OF_IMAGE = Uint8Array.of(0xff, 0xd9);

/** Where a file begins: JFIF 1.01, pixels that are as wide as high, no thumbnail. */
const START = Uint8Array.of(0xff, 0xd8, ...segment(0xe0, [...Buffer.from('JFIF\0'), 1, 1, 0, 0, 1, 0, 1, 0, 0]));

/** The head of a scan (T.81, B.2.3) of three components, interleaved, each with the tables of its kind. */
const SCAN = segment(0xda, [3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0]);

/**
 * Tells what a baseline file with 4:2:0 has before its coded samples, in parts, for pictures of any size that are coded with
 * the same tables.
 */
export function fileHeads(
  tables: readonly ComponentTables[],
): (size: Pick<Pixels, 'width' | 'height'>) => Uint8Array[] {
  const steps = tables.flatMap((component, id) => quantization(id, component.steps));
  const codes = tables.flatMap(({ dc, ac }, id) => [...huffman(id, dc), ...huffman(0x10 | id, ac)]);
  const before = Uint8Array.of(...START, ...steps);
  const behind = Uint8Array.of(...codes, ...SCAN);
  return (size) => [before, frame(size), behind];
}

/** A definition of a quantization table (T.81, B.2.4.1). */
function quantization(id: number, steps: readonly number[]): number[] {
  return segment(0xdb, [id, ...ZIGZAG.map((place) => steps[place] ?? 0)]);
}

/** The head of a frame (T.81, B.2.2) of three components, the first with 2 × 2 samples for one of the others. */
function frame({ width, height }: Pick<Pixels, 'width' | 'height'>): Uint8Array {
  return Uint8Array.from(segment(0xc0, [8, ...word(height), ...word(width), 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1]));
}

/** A definition of a Huffman table (T.81, B.2.4.2). */
function huffman(id: number, { counts, values }: HuffmanTable): number[] {
  return segment(0xc4, [id, ...counts, ...values]);
}

/** A marker, and what belongs to it. */
function segment(marker: number, body: readonly number[]): number[] {
  return [0xff, marker, ...word(body.length + 2), ...body];
}

function word(value: number): [number, number] {
  return [value >> 8, value & 255];
}
