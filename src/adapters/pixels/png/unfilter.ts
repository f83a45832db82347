import { PLAIN } from './unfilter-plain.ts';
import { createSimd } from './unfilter-simd.ts';

/** How the rows of a picture, or of one pass over it, are laid out. */
export interface RowLayout {
  /** Bytes of a row without its filter byte; at the most those of 65,500 pixels. */
  readonly rowBytes: number;
  /** Of a whole pixel, and 1 where a pixel is smaller than a byte. */
  readonly bytesPerPixel: number;
}

/**
 * Takes the filters off rows that begin with a filter byte each (PNG, third edition, section 9), at least one row. `take`
 * is given them in order, some at a time, without filter bytes, in memory that is used again: the first that it is given
 * is row number `first`. Returns false where a filter is unknown; the rows from there on are not given.
 */
export type Unfilter = (
  filtered: Uint8Array,
  layout: RowLayout,
  take: (rows: Uint8Array, first: number) => void,
) => boolean;

/** By vectors where this machine has them. */
export const unfilter: Unfilter = createSimd() ?? PLAIN;
