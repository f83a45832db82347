/**
 * A Huffman table as in a DHT segment (ITU-T T.81, B.2.4.2): the number of codes of 1 to 16 bits, and their values in
 * order.
 */
export interface HuffmanTable {
  readonly counts: readonly number[];
  readonly values: readonly number[];
}

/** The tables of a component: quantization steps, row by row, and the Huffman tables for DC and AC. */
export interface ComponentTables {
  readonly steps: readonly number[];
  readonly dc: HuffmanTable;
  readonly ac: HuffmanTable;
}

/** The zigzag order (T.81, figure A.6): the index in a block, row by row, of each coefficient in coding order. */
export const ZIGZAG: readonly number[] = Array.from({ length: 64 }, (_, index) => index).sort(byDiagonal);

function byDiagonal(one: number, other: number): number {
  const [diagonal, otherDiagonal] = [(one >> 3) + (one & 7), (other >> 3) + (other & 7)];
  if (diagonal !== otherDiagonal) return diagonal - otherDiagonal;
  return diagonal % 2 === 0 ? other - one : one - other;
}

/** T.81, table K.1. */
const LUMINANCE_STEPS = [
  [16, 11, 10, 16, 24, 40, 51, 61],
  [12, 12, 14, 19, 26, 58, 60, 55],
  [14, 13, 16, 24, 40, 57, 69, 56],
  [14, 17, 22, 29, 51, 87, 80, 62],
  [18, 22, 37, 56, 68, 109, 103, 77],
  [24, 35, 55, 64, 81, 104, 113, 92],
  [49, 64, 78, 87, 103, 121, 120, 101],
  [72, 92, 95, 98, 112, 100, 103, 99],
].flat();

/** T.81, table K.2. */
const CHROMINANCE_STEPS = [
  [17, 18, 24, 47, 99, 99, 99, 99],
  [18, 21, 26, 66, 99, 99, 99, 99],
  [24, 26, 56, 99, 99, 99, 99, 99],
  [47, 66, 99, 99, 99, 99, 99, 99],
  Array<number>(32).fill(99),
].flat();

/** T.81, tables K.3 and K.4. A value is the size category of a DC difference. */
const DC_VALUES = Array.from({ length: 12 }, (_, size) => size);
const LUMINANCE_DC = { counts: [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0], values: DC_VALUES };
const CHROMINANCE_DC = { counts: [0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0], values: DC_VALUES };

/** T.81, tables K.5 and K.6. A value is a run of zeros and a size category, four bits each. */
const LUMINANCE_AC = {
  counts: [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125],
  values: acValues('01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282'),
};
const CHROMINANCE_AC = {
  counts: [0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 119],
  values: acValues('000102031104052131061241510761711322328108144291a1b1c109233352f0156272d10a162434e125f1'),
};

/**
 * The tables that JPEGs without any mean, as of MJPEG: those of T.81, annex K, by their slots, which are 0 to 3 for DC and 4 to 7
 * for AC.
 */
export const STANDARD_TABLES: ReadonlyMap<number, HuffmanTable> = new Map([
  [0, LUMINANCE_DC],
  [1, CHROMINANCE_DC],
  [4, LUMINANCE_AC],
  [5, CHROMINANCE_AC],
]);

/** The given values, followed by all others in ascending order, which have 16-bit codes. */
function acValues(frequent: string): number[] {
  const values = [...Buffer.from(frequent, 'hex')];
  for (let value = 0; value < 256; value++) {
    const size = value & 15;
    if (size >= 1 && size <= 10 && !values.includes(value)) values.push(value);
  }
  return values;
}

/**
 * The tables of Y, and of Cb and Cr, for a quality from 1 to 100: at 50 the steps are those of T.81, at 100 all are 1.
 */
export function tablesOf(quality: number): readonly [ComponentTables, ComponentTables] {
  return [
    { steps: scaled(LUMINANCE_STEPS, quality), dc: LUMINANCE_DC, ac: LUMINANCE_AC },
    { steps: scaled(CHROMINANCE_STEPS, quality), dc: CHROMINANCE_DC, ac: CHROMINANCE_AC },
  ];
}

/** libjpeg's quality scale. */
function scaled(steps: readonly number[], quality: number): number[] {
  const percent = quality < 50 ? Math.trunc(5000 / quality) : 200 - 2 * quality;
  return steps.map((step) => Math.min(Math.max(Math.trunc((step * percent + 50) / 100), 1), 255));
}
