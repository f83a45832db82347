import { createKernel } from '../../base/kernels.ts';

/** What kernel/changed.as.ts exports. */
export interface ChangedKernel {
  readonly memory: { readonly buffer: ArrayBuffer };
  /** The pixels of a row that fit its memory. */
  capacity(): number;

  before(): number;
  after(): number;
  looked(): number;
  lightness(): number;
  sums(): number;
  survey(pixels: number, rows: number, red: number, green: number, blue: number): void;

  smoothed(): number;
  /** Between the rows of what is smoothed. */
  stride(): number;
  marked(): number;
  sure(): number;
  marks(): number;
  mark(blocks: number, rows: number, centre: number): number;
  isSure(): number;

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
