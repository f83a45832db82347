import type { Region } from '../region.ts';

/** A pixel's mark: it belongs to a region if it hangs together with one that is sure. 0 for all others. */
export const MARKED = 1;
export const SURE = 2;

/** What lies under the marks. */
export interface Signal {
  /** A pixel's difference in one of the three channels, in levels. */
  difference(x: number, y: number, channel: number): number;
  /** The standard deviation of it by noise, per channel. */
  readonly sigmas: readonly number[];
}

/** A region that still grows. */
export interface RegionSum {
  readonly area: number;
  readonly isSure: boolean;
  readonly lastRow: number;
  isClosed: boolean;
  /** The region of which this one was found to be a part. */
  into: RegionSum | undefined;
  /** A run of its pixels, from `start` up to `end`. */
  add(marks: Uint8Array, start: number, end: number, y: number): void;
  take(other: RegionSum): void;
  region(): Region;
}

const CHANNELS = [0, 1, 2] as const;

export function createRegionSum(signal: Signal): RegionSum {
  return new Sum(signal);
}

/** A class, as there may be thousands of them in a picture. */
class Sum implements RegionSum {
  area = 0;
  isSure = false;
  lastRow = -1;
  isClosed = false;
  into: RegionSum | undefined = undefined;
  private left = Number.POSITIVE_INFINITY;
  private right = -1;
  private top = Number.POSITIVE_INFINITY;
  /** Of |difference|, all channels together, and of that times x and times y. */
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
      if (marks[x] === SURE) this.isSure = true;
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
      const size = Math.abs(difference);
      sum += difference;
      if (size > Math.abs(peak)) peak = difference;
      weight += size;
      weightX += size * x;
    }
    (this.sums[channel] as number) += sum;
    this.peaks[channel] = peak;
    this.weight += weight;
    this.weightX += weightX;
    this.weightY += weight * y;
  }

  take(other: Sum): void {
    other.into = this;
    this.area += other.area;
    this.isSure ||= other.isSure;
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
    // Where the smoothed pictures differ and no pixel of the region does itself.
    const middle = { x: (left + right) / 2, y: (top + lastRow) / 2 };
    const centroid = weight === 0 ? middle : { x: this.weightX / weight, y: this.weightY / weight };

    let most = 0;
    for (const channel of CHANNELS) {
      if (Math.abs(this.sums[channel] as number) > Math.abs(this.sums[most] as number)) most = channel;
    }
    const [sum, peak] = [this.sums[most] as number, this.peaks[most] as number];
    const snr = Math.abs(sum) / ((this.signal.sigmas[most] as number) * Math.sqrt(area));
    return { box, centroid, area, sum, peak, snr };
  }
}
