import { CODE } from '../changed-code.ts';

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

/** With a memory of its own; undefined where this machine has no vectors. */
export function createChangedKernel(): ChangedKernel | undefined {
  const code = Buffer.from(CODE, 'base64');
  if (typeof WebAssembly === 'undefined' || !WebAssembly.validate(code)) return undefined;
  return new WebAssembly.Instance(new WebAssembly.Module(code), {}).exports as unknown as ChangedKernel;
}
