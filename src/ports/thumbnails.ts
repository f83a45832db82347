import type { PictureSource } from './comparator.ts';

/** Small copies of pictures for lists, with a cache of those used last. */
export interface Thumbnails {
  /**
   * A picture as a small JPEG file, with the EXIF orientation applied. Throws `undecodable` or `too_large` if the
   * picture cannot be shown, what the picture's `read` throws, and `Stopped` after `close`.
   */
  of(picture: PictureSource): Promise<Uint8Array>;
  close(): Promise<void>;
}
