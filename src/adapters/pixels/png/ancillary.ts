import { type Chunk, isCritical, nameOf, PLTE } from './chunks.ts';
import type { Colour, ImageHeader } from './header.ts';

/** What the specification says of an ancillary chunk. */
interface Rule {
  /** Its length in bytes, for each colour type or for all; absent if it varies. */
  readonly length?: number | Readonly<Partial<Record<Colour, number>>>;
  /** The chunk that it precedes; absent if it may stand anywhere. */
  readonly before?: 'PLTE' | 'IDAT';
  /** Whether there may be several. */
  readonly repeats?: true;
}

const WHITE_POINT_AND_PRIMARIES = 32;

// PNG (third edition), table 7, and the lengths in section 11.3; oFFs, pCAL and sCAL are of PNG's extensions.
const RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['acTL', { length: 8, before: 'IDAT' }],
  ['cHRM', { length: WHITE_POINT_AND_PRIMARIES, before: 'PLTE' }],
  ['cICP', { length: 4, before: 'PLTE' }],
  ['gAMA', { length: 4, before: 'PLTE' }],
  ['iCCP', { before: 'PLTE' }],
  ['mDCV', { length: 24, before: 'PLTE' }],
  ['cLLI', { length: 8, before: 'PLTE' }],
  ['sBIT', { length: { 0: 1, 2: 3, 3: 3, 4: 2, 6: 4 }, before: 'PLTE' }],
  ['sRGB', { length: 1, before: 'PLTE' }],
  ['bKGD', { length: { 0: 2, 2: 6, 3: 1, 4: 2, 6: 6 }, before: 'IDAT' }],
  ['hIST', { before: 'IDAT' }],
  ['tRNS', { length: { 0: 2, 2: 6 }, before: 'IDAT' }],
  ['eXIf', { before: 'IDAT' }],
  ['pHYs', { length: 9, before: 'IDAT' }],
  ['sPLT', { before: 'IDAT', repeats: true }],
  ['oFFs', { length: 9, before: 'IDAT' }],
  ['pCAL', { before: 'IDAT' }],
  ['sCAL', { before: 'IDAT' }],
  ['tIME', { length: 7 }],
]);

/** Finds the ancillary chunks that must be ignored. */
export interface AncillaryCheck {
  /** Why the chunk is to be ignored, as a sentence in lower case; undefined if it is valid. */
  faultOf(chunk: Chunk): string | undefined;
}

/** What has been read of a file so far. */
export interface Progress {
  /** The colours of the palette; undefined before PLTE. */
  readonly colours: () => number | undefined;
  readonly hasData: () => boolean;
}

/**
 * Checks the place, the number and the length of ancillary chunks as libpng does, which ignores an invalid one with a
 * warning. Unknown ones are valid. The checksum is not part of it.
 */
export function createAncillaryCheck({ colour }: ImageHeader, { colours, hasData }: Progress): AncillaryCheck {
  const seen = new Set<string>();

  function isOutOfPlace(name: string, { before }: Rule): boolean {
    if (hasData()) return before !== undefined;
    if (before === 'PLTE') return colours() !== undefined;
    return colour === 3 && colours() === undefined && (name === 'tRNS' || name === 'hIST' || name === 'bKGD');
  }

  function hasInvalidLength(name: string, { length }: Rule, { from, to }: Chunk): boolean {
    const actual = to - from;
    if (name === 'tRNS' && colour === 3) return actual === 0 || actual > (colours() ?? 0);
    if (name === 'hIST') return actual !== 2 * (colours() ?? 0);
    const expected = typeof length === 'object' ? length[colour] : length;
    return expected !== undefined && actual !== expected;
  }

  return {
    faultOf(chunk) {
      const name = nameOf(chunk.type);
      const rule = RULES.get(name);
      if (rule === undefined) return undefined;
      if (name === 'tRNS' && colour > 3) return 'tRNS is ignored in a picture that has an alpha channel';
      if (isOutOfPlace(name, rule)) return `${name} is in the wrong place, and it is ignored`;
      if (seen.has(name)) return `${name} occurs more than once; the first one is used`;
      if (hasInvalidLength(name, rule, chunk)) return `${name} has a wrong length, and it is ignored`;
      if (rule.repeats === undefined) seen.add(name);
      return undefined;
    },
  };
}

/** Whether a chunk does not affect the pixels of a picture of this colour type: PLTE only suggests colours for RGB. */
export function isAncillary(type: number, colour: Colour): boolean {
  return !isCritical(type) || (type === PLTE && colour !== 3);
}
