import { createKernel } from '../../../base/kernels.ts';
import type { Unfilter } from './unfilter.ts';

/** What kernel/png-unfilter.as.ts exports. */
interface Kernel {
  readonly memory: { readonly buffer: ArrayBuffer };
  capacity(): number;
  filtered(): number;
  unfiltered(): number;
  begin(rowBytes: number): void;
  unfilter(rows: number, rowBytes: number, bytesPerPixel: number): number;
}

// So few that what the kernel reads and writes stays in the processor's own memory; a single row may have more.
const BYTES_AT_A_TIME = 2 ** 16;

/** By WebAssembly's vectors; undefined where there are none. Pictures of any size go through its few pages of memory. */
export function createSimd(): Unfilter | undefined {
  const kernel = createKernel<Kernel>('pngUnfilter');
  if (kernel === undefined) return undefined;
  const input = new Uint8Array(kernel.memory.buffer, kernel.filtered(), kernel.capacity());
  const output = new Uint8Array(kernel.memory.buffer, kernel.unfiltered(), kernel.capacity());

  return (filtered, { rowBytes, bytesPerPixel }, take) => {
    const stride = rowBytes + 1;
    const most = Math.max(1, Math.floor(BYTES_AT_A_TIME / stride));
    kernel.begin(rowBytes);
    for (let first = 0; first * stride < filtered.length; first += most) {
      const part = filtered.subarray(first * stride, (first + most) * stride);
      const rows = part.length / stride;
      input.set(part);
      if (kernel.unfilter(rows, rowBytes, bytesPerPixel) === 0) return false;
      take(output.subarray(0, rows * rowBytes), first);
    }
    return true;
  };
}
