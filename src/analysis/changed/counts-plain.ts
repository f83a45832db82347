import type { Mask } from '../mask.ts';
import type { Pixels } from '../pixels.ts';
import type { Counts } from './counts.ts';
import { createHistogram, type Histogram } from './noise.ts';
import { BIN, createColumns, fillColumns, MAX_BINS } from './smoothing.ts';

/** In plain TypeScript: for machines without vectors, and what the other ways are held against. */
export const PLAIN: Counts = { differences, smoothed };

function differences(reference: Pixels, image: Pixels, step: number, mask?: Mask): Histogram[] {
  const { width, height } = image;
  const [before, after] = [reference.data, image.data];
  const channels = Array.from({ length: 3 }, () => createHistogram(-255, 255));
  const [red, green, blue] = channels.map(({ counts }) => counts) as [Uint32Array, Uint32Array, Uint32Array];
  for (let y = 0; y < height; y += step) {
    let at = y * width * 3;
    for (let pixel = y * width; pixel < (y + 1) * width; pixel++, at += 3) {
      if (mask !== undefined && mask.looked[pixel] === 0) continue;
      (red[(after[at] as number) - (before[at] as number) + 255] as number)++;
      (green[(after[at + 1] as number) - (before[at + 1] as number) + 255] as number)++;
      (blue[(after[at + 2] as number) - (before[at + 2] as number) + 255] as number)++;
    }
  }
  return channels;
}

function smoothed(plane: Int16Array, width: number, step: number, mask?: Mask): Histogram {
  const histogram = createHistogram(-MAX_BINS, MAX_BINS);
  const { counts } = histogram;
  const columns = createColumns(width);
  for (let y = step; y < plane.length / width - 1; y += step) {
    fillColumns(columns, plane, y);
    for (let x = 1; x < width - 1; x++) {
      if (mask !== undefined && mask.looked[y * width + x] === 0) continue;
      const sum = (columns[x] as number) + (columns[x + 1] as number) + (columns[x + 2] as number);
      (counts[((sum + MAX_BINS * BIN + BIN / 2) / BIN) | 0] as number)++;
    }
  }
  return histogram;
}
