import type { Mask } from '../mask.ts';
import type { Pixels } from '../pixels.ts';
import type { Counts } from './counts.ts';
import { type ChangedKernel, createChangedKernel } from './kernel.ts';
import { createHistogram, type Histogram } from './noise.ts';
import { MAX_BINS } from './smoothing.ts';

/** The bins from one channel to the next. */
const BINS = 512;

/** By WebAssembly's vectors; undefined where there are none. Rows of any width go through its few pages of memory. */
export function createSimd(): Counts | undefined {
  const kernel = createChangedKernel();
  if (kernel === undefined) return undefined;
  const looked = new Uint8Array(kernel.memory.buffer, kernel.looked(), kernel.capacity());
  const look = (mask: Mask | undefined, from: number, pixels: number) => {
    if (mask === undefined) looked.fill(1, 0, pixels);
    else looked.set(mask.looked.subarray(from, from + pixels));
  };
  return { differences: createDifferences(kernel, look), smoothed: createSmoothed(kernel, look) };
}

/** Puts in the kernel's memory which pixels are looked at. */
type Look = (mask: Mask | undefined, from: number, pixels: number) => void;

function createDifferences(kernel: ChangedKernel, look: Look): Counts['differences'] {
  const { buffer } = kernel.memory;
  const most = kernel.capacity();
  const before = new Uint8Array(buffer, kernel.before(), 3 * most);
  const after = new Uint8Array(buffer, kernel.after(), 3 * most);
  const found = new Uint32Array(buffer, kernel.differenceCounts(), 3 * BINS);

  return ({ data: reference }: Pixels, { width, height, data: image }: Pixels, step: number, mask?: Mask) => {
    kernel.clearCounts();
    for (let y = 0; y < height; y += step) {
      for (let left = 0; left < width; left += most) {
        const [from, pixels] = [y * width + left, Math.min(most, width - left)];
        before.set(reference.subarray(3 * from, 3 * (from + pixels)));
        after.set(image.subarray(3 * from, 3 * (from + pixels)));
        look(mask, from, pixels);
        kernel.countDifferences(pixels);
      }
    }
    kernel.addTables();
    return [0, 1, 2].map((channel): Histogram => {
      const histogram = createHistogram(-255, 255);
      histogram.counts.set(found.subarray(channel * BINS, channel * BINS + histogram.counts.length));
      return histogram;
    });
  };
}

function createSmoothed(kernel: ChangedKernel, look: Look): Counts['smoothed'] {
  const { buffer } = kernel.memory;
  const [most, stride] = [kernel.capacity(), kernel.stride()];
  const rows = new Int16Array(buffer, kernel.smoothed(), 3 * stride);
  const found = new Uint32Array(buffer, kernel.sumCounts(), 2 * MAX_BINS + 1);

  return (plane: Int16Array, width: number, step: number, mask?: Mask) => {
    kernel.clearCounts();
    for (let y = step; y < plane.length / width - 1; y += step) {
      for (let left = 1; left < width - 1; left += most) {
        const [from, pixels] = [y * width + left, Math.min(most, width - 1 - left)];
        for (let row = 0; row < 3; row++) {
          const start = from + (row - 1) * width;
          rows.set(plane.subarray(start - 1, start + pixels + 1), row * stride);
        }
        look(mask, from, pixels);
        kernel.countSums(pixels);
      }
    }
    const histogram = createHistogram(-MAX_BINS, MAX_BINS);
    histogram.counts.set(found);
    return histogram;
  };
}
