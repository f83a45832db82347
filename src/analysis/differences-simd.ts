import { createKernel } from '../base/kernels.ts';
import type { DifferenceRange, DifferenceSums, Differences } from './differences.ts';

/** What kernel/differences.as.ts exports. */
interface Kernel {
  readonly memory: { readonly buffer: ArrayBuffer };
  capacity(): number;
  before(): number;
  after(): number;
  drawn(): number;
  sumOfSquares(length: number): number;
  min(): number;
  max(): number;
  draw(length: number, min: number, max: number): void;
}

/** By WebAssembly's vectors; undefined where there are none. Pictures of any size go through its few pages of memory. */
export function createSimd(): Differences | undefined {
  const kernel = createKernel<Kernel>('differences');
  if (kernel === undefined) return undefined;
  const most = kernel.capacity();
  const region = (at: number) => new Uint8Array(kernel.memory.buffer, at, most);
  const [reference, image, drawn] = [region(kernel.before()), region(kernel.after()), region(kernel.drawn())];

  /** Puts both pictures in the kernel's memory, part by part. */
  function forParts(before: Uint8Array, after: Uint8Array, work: (length: number, at: number) => void): void {
    for (let at = 0; at < after.length; at += most) {
      const end = Math.min(at + most, after.length);
      reference.set(before.subarray(at, end));
      image.set(after.subarray(at, end));
      work(end - at, at);
    }
  }

  return {
    sums(before, after): DifferenceSums {
      let [sumOfSquares, min, max] = [0, 255, -255];
      forParts(before, after, (length) => {
        sumOfSquares += kernel.sumOfSquares(length);
        min = Math.min(min, kernel.min());
        max = Math.max(max, kernel.max());
      });
      return { sumOfSquares, min, max };
    },

    draw(before, after, { min, max }: DifferenceRange, to): void {
      forParts(before, after, (length, at) => {
        kernel.draw(length, min, max);
        to.set(drawn.subarray(0, length), at);
      });
    },
  };
}
