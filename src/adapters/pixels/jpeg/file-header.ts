import type { Pixels } from '../../../analysis/pixels.ts';
import { type ComponentTables, type HuffmanTable, ZIGZAG } from './tables.ts';

/** The EOI marker (ITU-T T.81, B.1.1.3). */
export const END_OF_IMAGE = Uint8Array.of(0xff, 0xd9);

/** SOI and the JFIF 1.01 header: square pixels, no thumbnail. */
const START = Uint8Array.of(0xff, 0xd8, ...segment(0xe0, [...Buffer.from('JFIF\0'), 1, 1, 0, 0, 1, 0, 1, 0, 0]));

/** The scan header (T.81, B.2.3): three interleaved components with their tables. */
const SCAN = segment(0xda, [3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0]);

/**
 * Creates a function that returns, in parts, all segments before the entropy-coded data of a baseline file with 4:2:0.
 */
export function createHeaderWriter(
  tables: readonly ComponentTables[],
): (size: Pick<Pixels, 'width' | 'height'>) => Uint8Array[] {
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
function frame({ width, height }: Pick<Pixels, 'width' | 'height'>): Uint8Array {
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
