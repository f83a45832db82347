import type { PictureSource } from './comparator.ts';

/** Copies of pictures for browsers: small ones for lists, with a cache of those used last, and whole ones. */
export interface Thumbnails {
  /**
   * A picture as a small JPEG file, with the EXIF orientation applied. Throws `undecodable` or `too_large` if the
   * picture cannot be shown, what the picture's `read` throws, and `Stopped` after `close`.
   */
  of(picture: PictureSource): Promise<Uint8Array>;
  /** A picture in its full size as a PNG file, for browsers that do not show its format. Throws as `of` does. */
  png(picture: PictureSource): Promise<Uint8Array>;
  close(): Promise<void>;
}
