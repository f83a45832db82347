import { below, pick, type Random, seeded } from '../random.ts';
import { progressiveScript, type ScanDescription, sequentialScript } from './scripts.ts';

/** The files of a set: with 8 or 12 bits per sample, or with 8 bits and sampling factors that do not divide each other. */
export type JpegSet = '8-bits' | '12-bits' | 'fractional';

/** How many files a set has: each size to 40 × 40 ten times, once, and for every second one once. */
export const COUNTS: Readonly<Record<JpegSet, number>> = { '8-bits': 16_000, '12-bits': 1600, fractional: 800 };

type Colours = 'grey' | 'ycc' | 'rgb' | 'cmyk' | 'ycck';

export interface ComponentDescription {
  readonly id: number;
  readonly h: number;
  readonly v: number;
}

/** What a generated file is like. */
export interface JpegDescription {
  readonly seed: number;
  readonly width: number;
  readonly height: number;
  readonly precision: 8 | 12;
  readonly components: readonly ComponentDescription[];
  /** Adobe's colour transform, or JFIF's marker, or none. */
  readonly marker: number | 'jfif' | undefined;
  readonly quality: number;
  readonly content: 'scene' | 'noise' | 'edges' | 'flat';
  readonly progressive: boolean;
  readonly scans: readonly ScanDescription[];
  /** In MCUs; 0 for none. */
  readonly restartInterval: number;
  /** How long the codes of its Huffman tables are. */
  readonly codes: 'standard' | 'even' | 'skewed';
}

const SIDES = 40;
const COMMON = ['11', '21', '22', '12', '41', '42', '14'].map((luma) => [luma, '11', '11']);
const FACTORS = [1, 2, 3, 4];
const MAX_MCU_BLOCKS = 10;

/** The file with this number of a set. */
export function describeJpeg(set: JpegSet, index: number): JpegDescription {
  const seed = index + { '8-bits': 0, '12-bits': 1e6, fractional: 2e6 }[set];
  const random = seeded(seed);
  const colours = pick<Colours>(random, set === 'fractional' ? ['ycc', 'rgb'] : COLOURS);
  const factors = set === 'fractional' ? fractionalFactors(random) : integralFactors(random, COMPONENTS[colours]);
  const { marker, ids } = pick(random, MARKERS[colours]);
  const progressive = below(random, 5) < 2;
  const precision = set === '12-bits' ? 12 : 8;
  const count = factors.length;
  return {
    seed,
    width: (index % SIDES) + 1,
    height: (Math.floor(index / SIDES) % SIDES) + 1,
    precision,
    components: factors.map(([h, v], position) => ({ id: ids[position] ?? position + 1, h, v })),
    marker,
    quality: pick(random, [1, 5, 20, 50, 75, 85, 92, 95, 100]),
    content: pick(random, ['scene', 'scene', 'scene', 'noise', 'edges', 'flat']),
    progressive,
    scans: progressive ? progressiveScript(random, count, precision) : sequentialScript(random, count),
    restartInterval: below(random, 3) === 0 ? pick(random, [1, 2, 3, 4, 5, 7, 8, 9, 11]) : 0,
    codes: pick(random, ['standard', 'even', 'skewed']),
  };
}

const COLOURS: readonly Colours[] = ['grey', 'ycc', 'ycc', 'ycc', 'ycc', 'ycc', 'rgb', 'cmyk', 'ycck'];
const COMPONENTS: Readonly<Record<Colours, number>> = { grey: 1, ycc: 3, rgb: 3, cmyk: 4, ycck: 4 };
const RGB = [...Buffer.from('RGB')];
const MARKERS: Readonly<Record<Colours, readonly { marker: JpegDescription['marker']; ids: readonly number[] }[]>> = {
  grey: [
    { marker: 'jfif', ids: [] },
    { marker: undefined, ids: [7] },
  ],
  ycc: [
    { marker: 'jfif', ids: [] },
    { marker: 1, ids: [] },
    { marker: undefined, ids: [] },
    { marker: 'jfif', ids: RGB },
  ],
  rgb: [
    { marker: 0, ids: [] },
    { marker: undefined, ids: RGB },
  ],
  cmyk: [
    { marker: 0, ids: [] },
    { marker: undefined, ids: [] },
  ],
  ycck: [{ marker: 2, ids: [] }],
};

type Factors = readonly (readonly [h: number, v: number])[];

function integralFactors(random: Random, count: number): Factors {
  if (count === 3 && below(random, 2) === 0) {
    return pick(random, COMMON).map((pair) => [Number(pair[0]), Number(pair[1])] as const);
  }
  return anyFactors(random, count, (factors) => isIntegral(factors, 0) && isIntegral(factors, 1));
}

function fractionalFactors(random: Random): Factors {
  return anyFactors(random, 3, (factors) => !isIntegral(factors, 0) || !isIntegral(factors, 1));
}

function anyFactors(random: Random, count: number, accepts: (factors: Factors) => boolean): Factors {
  for (;;) {
    const factors = Array.from({ length: count }, () => [pick(random, FACTORS), pick(random, FACTORS)] as const);
    if (factors.reduce((sum, [h, v]) => sum + h * v, 0) <= MAX_MCU_BLOCKS && accepts(factors)) return factors;
    // A single component is not interleaved, whatever its factors are.
    if (count === 1) return factors;
  }
}

/** Whether the factors of a direction all divide the largest one. */
function isIntegral(factors: Factors, direction: 0 | 1): boolean {
  const largest = Math.max(...factors.map((each) => each[direction]));
  return factors.every((each) => largest % each[direction] === 0);
}
