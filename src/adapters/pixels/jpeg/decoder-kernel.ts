import { createKernel } from '../../../base/kernels.ts';
import type { FrameComponent } from './segments.ts';
import { ZIGZAG } from './tables.ts';

/** The bits of a sample that there is a kernel for. */
export type Precision = 8 | 12;

/** What kernel/jpeg-decoder.as.ts and kernel/jpeg-deep-decoder.as.ts export. */
interface KernelExports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  quantization(): number;
  order(): number;
  codes(): number;
  scan(): number;
  input(): number;
  rows(): number;
  setComponent(index: number, h: number, v: number, quantization: number): void;
  begin(width: number, height: number, count: number, bytes: number, keeps: boolean, converts: boolean): number;
  clear(): void;
  setSteps(table: number): void;
  setCodes(slot: number): number;
  setArithmetic(arithmetic: boolean): void;
  resetConditioning(): void;
  setConditioning(slot: number, value: number): void;
  setTables(index: number, dc: number, ac: number): void;
  beginScan(
    offset: number,
    count: number,
    interval: number,
    first: number,
    last: number,
    refines: boolean,
    low: number,
  ): void;
  readScan(): number;
  readInterval(offset: number, first: number, count: number): number;
  clearInterval(first: number, count: number): void;
  hasSurplus(): number;
  position(): number;
  marker(): number;
  scanEnd(): number;
  nextRows(): number;
}

export interface DecoderKernel extends KernelExports {
  readonly precision: Precision;
}

const NAMES = { 8: 'jpegDecoder', 12: 'jpegDeepDecoder' } as const;

const PAGE = 2 ** 16;
/** More than any picture within the limits needs; addresses beyond 2 GB would be negative. */
export const MAX_MEMORY = 2 ** 31 - 2 ** 26;
const EOI = 0xd9;
/** What follows a file in the kernel's memory: markers, at which the bits end. */
const END = Uint8Array.from({ length: 16 }, (_, index) => (index % 2 === 0 ? 0xff : EOI));

/** Creates a kernel with the zigzag order set. Without SIMD it is `undefined` for 8 bits. */
export function createDecoderKernel(precision: Precision): DecoderKernel | undefined {
  const kernel = createKernel<KernelExports>(NAMES[precision]);
  if (kernel === undefined) return undefined;
  new Uint8Array(kernel.memory.buffer, kernel.order(), 64).set(ZIGZAG.map((index) => index * 2));
  return { ...kernel, precision };
}

export function setComponents(kernel: DecoderKernel, components: readonly FrameComponent[]): void {
  for (const [index, { h, v, quantization }] of components.entries()) kernel.setComponent(index, h, v, quantization);
}

/** Has the bits end at an offset of the file that was copied. */
export function endInput({ memory, input }: DecoderKernel, at: number): void {
  new Uint8Array(memory.buffer, input() + at, 2).set(END.subarray(0, 2));
}

/** Grows the memory to what a picture needs, and copies its file there. */
export function provideMemory({ memory, input }: DecoderKernel, need: number, file: Uint8Array): void {
  const missing = need - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
  const target = new Uint8Array(memory.buffer, input(), file.length + END.length);
  target.set(file);
  target.set(END, file.length);
}
