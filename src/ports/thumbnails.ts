import type { PictureSource } from './comparator.ts';

/** A picture to show. */
export interface ShownPicture extends PictureSource {
  /** Whether it is shown as far as it is whole if data is missing. */
  readonly acceptsDamage?: boolean;
}

/** Copies of pictures for browsers: small ones for lists, with a cache of those used last, and whole ones. */
export interface Thumbnails {
  /**
   * A picture as a small JPEG file, with the EXIF orientation applied. Throws `undecodable` or `too_large` if the
   * picture cannot be shown, what the picture's `read` throws, and `Stopped` after `close`.
   */
  of(picture: ShownPicture): Promise<Uint8Array>;
  /**
   * A picture in its full size as a PNG file of 8 bits, for browsers that do not show its format or depth. If it has 16 bits,
   * the darkest 0.1 % of the samples of the picture that it is shown `beside`, or else of its own, are black, and the
   * lightest 0.1 % white. Throws as `of` does.
   */
  png(picture: ShownPicture, beside?: ShownPicture): Promise<Uint8Array>;
  close(): Promise<void>;
}
