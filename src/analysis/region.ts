/** A part of a picture that has changed. Pixels are counted from 0, x to the right and y downwards. */
export interface Region {
  /** The smallest box that holds it; x and y are of its top left pixel. */
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  /** Its centre, weighted by how much each pixel differs; a pixel's centre is at its whole numbers. */
  readonly centroid: { readonly x: number; readonly y: number };
  /** In pixels. */
  readonly area: number;
  /** The differences of its pixels added up, in levels: of the channel in which they come to most, with its sign. */
  readonly sum: number;
  /** The greatest of them, in levels, with its sign. */
  readonly peak: number;
  /** How many times its noise the sum is. */
  readonly snr: number;
}
