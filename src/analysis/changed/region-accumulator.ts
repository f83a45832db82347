import type { Region } from '../../base/region.ts';

/** The marks of pixels. A weak pixel counts only if it is connected to a strong one; all other pixels are 0. */
export const WEAK = 1;
export const STRONG = 2;

/** The differences of the marked pixels. */
export interface Signal {
  /** The difference of a pixel in one channel, in levels. */
  difference(x: number, y: number, channel: number): number;
  /** The standard deviation of that difference due to noise, for each channel. */
  readonly sigmas: readonly number[];
}

/** The running statistics of a region. Regions that turn out to be connected are merged (union-find). */
export interface RegionAccumulator {
  readonly area: number;
  readonly isStrong: boolean;
  readonly lastRow: number;
  isClosed: boolean;
  /** The region that this one was merged into. */
  parent: RegionAccumulator | undefined;
  /** Adds the run of pixels from `start` up to `end` of row `y`. */
  add(marks: Uint8Array, start: number, end: number, y: number): void;
  /** Merges another region into this one. */
  merge(other: RegionAccumulator): void;
  region(): Region;
}

const CHANNELS = [0, 1, 2] as const;

export function createRegionAccumulator(signal: Signal): RegionAccumulator {
  return new Accumulator(signal);
}

/** A class because a picture may have thousands of them. */
class Accumulator implements RegionAccumulator {
  area = 0;
  isStrong = false;
  lastRow = -1;
  isClosed = false;
  parent: RegionAccumulator | undefined = undefined;
  private left = Number.POSITIVE_INFINITY;
  private right = -1;
  private top = Number.POSITIVE_INFINITY;
  /** The sums of w, w·x and w·y, with w = |difference| over all channels. */
  private weight = 0;
  private weightX = 0;
  private weightY = 0;
  private readonly sums = [0, 0, 0];
  private readonly peaks = [0, 0, 0];
  private readonly signal: Signal;

  constructor(signal: Signal) {
    this.signal = signal;
  }

  add(marks: Uint8Array, start: number, end: number, y: number): void {
    this.area += end - start;
    this.lastRow = y;
    this.top = Math.min(this.top, y);
    this.left = Math.min(this.left, start);
    this.right = Math.max(this.right, end - 1);
    for (let x = start; x < end; x++) {
      if (marks[x] === STRONG) this.isStrong = true;
    }
    for (const channel of CHANNELS) this.addChannel(channel, start, end, y);
  }

  private addChannel(channel: number, start: number, end: number, y: number): void {
    let sum = 0;
    let peak = this.peaks[channel] as number;
    let weight = 0;
    let weightX = 0;
    for (let x = start; x < end; x++) {
      const difference = this.signal.difference(x, y, channel);
      const magnitude = Math.abs(difference);
      sum += difference;
      if (magnitude > Math.abs(peak)) peak = difference;
      weight += magnitude;
      weightX += magnitude * x;
    }
    (this.sums[channel] as number) += sum;
    this.peaks[channel] = peak;
    this.weight += weight;
    this.weightX += weightX;
    this.weightY += weight * y;
  }

  merge(other: Accumulator): void {
    other.parent = this;
    this.area += other.area;
    this.isStrong ||= other.isStrong;
    this.lastRow = Math.max(this.lastRow, other.lastRow);
    this.top = Math.min(this.top, other.top);
    this.left = Math.min(this.left, other.left);
    this.right = Math.max(this.right, other.right);
    this.weight += other.weight;
    this.weightX += other.weightX;
    this.weightY += other.weightY;
    for (const channel of CHANNELS) {
      (this.sums[channel] as number) += other.sums[channel] as number;
      const peak = other.peaks[channel] as number;
      if (Math.abs(peak) > Math.abs(this.peaks[channel] as number)) this.peaks[channel] = peak;
    }
  }

  region(): Region {
    const { left, right, top, lastRow, area, weight } = this;
    const box = { x: left, y: top, width: right - left + 1, height: lastRow - top + 1 };
    // The smoothed pictures may differ where no single pixel does: then the weights are all 0.
    const middle = { x: (left + right) / 2, y: (top + lastRow) / 2 };
    const centroid = weight === 0 ? middle : { x: this.weightX / weight, y: this.weightY / weight };

    let strongest = 0;
    for (const channel of CHANNELS) {
      if (Math.abs(this.sums[channel] as number) > Math.abs(this.sums[strongest] as number)) strongest = channel;
    }
    const [sum, peak] = [this.sums[strongest] as number, this.peaks[strongest] as number];
    const snr = Math.abs(sum) / ((this.signal.sigmas[strongest] as number) * Math.sqrt(area));
    return { box, centroid, area, sum, peak, snr };
  }
}
