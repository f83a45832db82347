/** What is known of a picture before its scans are read, and what may become of it. */
export interface JpegPicture {
  /** In pixels, as stored. The frame may leave it to a later segment. */
  readonly height: number;
  /** Whether a picture of which data is missing is decoded as far as it goes. */
  readonly acceptsDamage: boolean;
  /** Throws `too_large` if the picture's coefficients may not be kept, which its header does not tell; absent for no limit. */
  readonly checkKept?: (() => void) | undefined;
}
