import { type SampledPicture, samplesPerLevel } from '../depth.ts';
import type { Mask } from '../mask.ts';
import { createHistogram, type Histogram } from './histogram.ts';
import { type ChangedKernel, createChangedKernel } from './kernel.ts';
import type { Plane } from './planes.ts';
import { BIN, createColumnSums, MAX_BIN, sumColumns } from './smoothing.ts';

/** Histograms over every `step`-th row, of the pixels that the mask includes. */
export interface DifferenceHistograms {
  /** Of the differences image - reference, in the samples' unit: for red, green and blue. */
  channels(reference: SampledPicture, image: SampledPicture, step: number, mask?: Mask): Histogram[];
  /**
   * Of the 3 × 3 sums of a luma plane, rounded to bins of width `BIN`. Pixels at the picture's border are left out,
   * because their noise is different.
   */
  smoothed(plane: Plane, width: number, step: number, mask?: Mask): Histogram;
}

/**
 * The scalar implementation: for 16-bit pictures, for machines without SIMD, and the reference that the SIMD
 * implementation is tested against.
 */
export const SCALAR: DifferenceHistograms = { channels: countChannels, smoothed: countSmoothed };

function countChannels(reference: SampledPicture, image: SampledPicture, step: number, mask?: Mask): Histogram[] {
  const { width, height } = image;
  const [before, after] = [reference.data, image.data];
  const white = 255 * samplesPerLevel(image);
  const histograms = Array.from({ length: 3 }, () => createHistogram(-white, white));
  const [red, green, blue] = histograms.map(({ counts }) => counts) as [Uint32Array, Uint32Array, Uint32Array];
  for (let y = 0; y < height; y += step) {
    let at = y * width * 3;
    for (let pixel = y * width; pixel < (y + 1) * width; pixel++, at += 3) {
      if (mask !== undefined && mask.included[pixel] === 0) continue;
      (red[(after[at] as number) - (before[at] as number) + white] as number)++;
      (green[(after[at + 1] as number) - (before[at + 1] as number) + white] as number)++;
      (blue[(after[at + 2] as number) - (before[at + 2] as number) + white] as number)++;
    }
  }
  return histograms;
}

function countSmoothed(plane: Plane, width: number, step: number, mask?: Mask): Histogram {
  const maxBin = plane instanceof Int32Array ? Math.ceil((9 * largest(plane)) / BIN) : MAX_BIN;
  const histogram = createHistogram(-maxBin, maxBin);
  const { counts } = histogram;
  const columns = createColumnSums(width);
  for (let y = step; y < plane.length / width - 1; y += step) {
    sumColumns(columns, plane, y);
    for (let x = 1; x < width - 1; x++) {
      if (mask !== undefined && mask.included[y * width + x] === 0) continue;
      const sum = (columns[x] as number) + (columns[x + 1] as number) + (columns[x + 2] as number);
      (counts[((sum + maxBin * BIN + BIN / 2) / BIN) | 0] as number)++;
    }
  }
  return histogram;
}

/** The largest magnitude. Most 16-bit pictures differ by a small part of their range, for which few bins are enough. */
function largest(plane: Int32Array): number {
  return plane.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

/** The distance from one channel's bins to the next one's in the kernel's memory. */
const BINS = 512;

/**
 * The SIMD implementation for 8-bit pictures; `undefined` where SIMD is not available. It copies rows through the kernel's memory in
 * chunks.
 */
export function createSimdHistograms(): DifferenceHistograms | undefined {
  const kernel = createChangedKernel();
  if (kernel === undefined) return undefined;
  const included = new Uint8Array(kernel.memory.buffer, kernel.included(), kernel.capacity());
  const copyMask = (mask: Mask | undefined, from: number, pixels: number) => {
    if (mask === undefined) included.fill(1, 0, pixels);
    else included.set(mask.included.subarray(from, from + pixels));
  };
  return { channels: createChannelCounter(kernel, copyMask), smoothed: createSmoothedCounter(kernel, copyMask) };
}

/** Copies the mask of a run of pixels into the kernel's memory. */
type CopyMask = (mask: Mask | undefined, from: number, pixels: number) => void;

function createChannelCounter(kernel: ChangedKernel, copyMask: CopyMask): DifferenceHistograms['channels'] {
  const { buffer } = kernel.memory;
  const capacity = kernel.capacity();
  const before = new Uint8Array(buffer, kernel.before(), 3 * capacity);
  const after = new Uint8Array(buffer, kernel.after(), 3 * capacity);
  const found = new Uint32Array(buffer, kernel.differenceCounts(), 3 * BINS);

  return ({ data: reference }, { width, height, data: image }, step, mask) => {
    kernel.clearCounts();
    for (let y = 0; y < height; y += step) {
      for (let left = 0; left < width; left += capacity) {
        const [from, pixels] = [y * width + left, Math.min(capacity, width - left)];
        before.set(reference.subarray(3 * from, 3 * (from + pixels)));
        after.set(image.subarray(3 * from, 3 * (from + pixels)));
        copyMask(mask, from, pixels);
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

function createSmoothedCounter(kernel: ChangedKernel, copyMask: CopyMask): DifferenceHistograms['smoothed'] {
  const { buffer } = kernel.memory;
  const [capacity, stride] = [kernel.capacity(), kernel.stride()];
  const rows = new Int16Array(buffer, kernel.smoothed(), 3 * stride);
  const found = new Uint32Array(buffer, kernel.sumCounts(), 2 * MAX_BIN + 1);

  return (plane, width, step, mask) => {
    kernel.clearCounts();
    for (let y = step; y < plane.length / width - 1; y += step) {
      for (let left = 1; left < width - 1; left += capacity) {
        const [from, pixels] = [y * width + left, Math.min(capacity, width - 1 - left)];
        for (let row = 0; row < 3; row++) {
          const start = from + (row - 1) * width;
          rows.set(plane.subarray(start - 1, start + pixels + 1), row * stride);
        }
        copyMask(mask, from, pixels);
        kernel.countSums(pixels);
      }
    }
    const histogram = createHistogram(-MAX_BIN, MAX_BIN);
    histogram.counts.set(found);
    return histogram;
  };
}

let chosen: DifferenceHistograms | undefined;

/** The fastest implementation for pictures like this one that the machine supports; its kernel is compiled at the first call. */
export function differenceHistograms({ data }: Pick<SampledPicture, 'data'>): DifferenceHistograms {
  if (data instanceof Uint16Array) return SCALAR;
  chosen ??= createSimdHistograms() ?? SCALAR;
  return chosen;
}
