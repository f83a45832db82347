import { createKernel } from '../../base/kernels.ts';

/**
 * What kernel/changed.as.ts exports. Functions without parameters return addresses in its memory, unless stated
 * otherwise.
 */
export interface ChangedKernel {
  readonly memory: { readonly buffer: ArrayBuffer };
  /** How many pixels of a row fit into its memory. */
  capacity(): number;

  before(): number;
  after(): number;
  included(): number;
  luma(): number;
  sums(): number;
  subtract(pixels: number, rows: number, red: number, green: number, blue: number): void;

  smoothed(): number;
  /** The distance between two rows at `smoothed()`, in pixels. */
  stride(): number;
  weak(): number;
  strong(): number;
  marks(): number;
  threshold(blocks: number, rows: number, centre: number): number;
  anyStrong(): number;

  differenceCounts(): number;
  sumCounts(): number;
  clearCounts(): void;
  countDifferences(pixels: number): void;
  addTables(): void;
  countSums(pixels: number): void;
}

/** A new kernel with its own memory; `undefined` without WebAssembly SIMD. */
export function createChangedKernel(): ChangedKernel | undefined {
  return createKernel<ChangedKernel>('changed');
}
