import type { PictureSource } from './comparator.ts';

/** Small copies of pictures for lists. Each is made once while it is among the last ones that were asked for. */
export interface Thumbnails {
  /**
   * A picture as a small JPEG file, as it is to be seen. Throws an `ImgpipeError`: `undecodable` or `too_large` where
   * the picture cannot be shown, and what `read` of the picture throws; `Stopped` once this is closed.
   */
  of(picture: PictureSource): Promise<Uint8Array>;
  close(): Promise<void>;
}
