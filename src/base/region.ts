/** A region of a picture, and the differences within it. Pixels are counted from 0, x to the right and y downwards. */
export interface Region {
  /** The bounding box: its top left pixel, and its size in pixels. */
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  /** The centre, weighted by the magnitude of each pixel's difference. Whole numbers are the centres of pixels. */
  readonly centroid: { readonly x: number; readonly y: number };
  /** In pixels. */
  readonly area: number;
  /** The signed sum of the differences, in levels, of the channel in which its magnitude is largest. */
  readonly sum: number;
  /** The difference of the largest magnitude in that channel, in levels, with its sign. */
  readonly peak: number;
  /** The signal-to-noise ratio of `sum`. */
  readonly snr: number;
}
