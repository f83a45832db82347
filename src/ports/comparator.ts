import type { DecodeFact, PictureFormat, Regions, WrittenFormat } from '../domain/records.ts';
import type { Threshold } from '../domain/threshold.ts';

/** A picture, identified by its digest and read only when its pixels are needed. */
export interface PictureSource {
  readonly sha256: string;
  readonly format: PictureFormat;
  /** The stored bytes. What it throws, the comparator throws unchanged. */
  read(): Promise<Uint8Array>;
}

/** Two pictures that both decode, and the mask that limits what is compared, if there is one. */
export interface PicturePair {
  readonly reference: PictureSource;
  readonly image: PictureSource;
  readonly mask: PictureSource | undefined;
}

/** How pictures are compared: a technique's id, such as `l2@2`, and the threshold of its measurement. */
export interface Measure {
  readonly technique: string;
  readonly threshold: Threshold;
}

/** The result of a technique on two pictures. */
export interface Comparison {
  readonly kind: 'unchanged' | 'changed' | 'size_changed';
  /** Null for `size_changed`. */
  readonly measurement: number | null;
  /** Of a `changed` result, by a technique that finds regions; else null. */
  readonly regions: Regions | null;
  /** The difference image as a file; null for `unchanged`, and if it was not to be drawn. */
  readonly difference: Uint8Array | null;
}

/**
 * Compares pictures by a technique. A verdict on a picture comes from its bytes or from a configured limit. A missing
 * object, or memory or a worker that failed once, throws instead.
 */
export interface Comparator {
  /** How many comparisons can run at once. More are queued, within the comparator's memory limit. */
  readonly atOnce: number;
  /** Resolves when everything that can be prepared is loaded. */
  ready(): Promise<void>;
  /** Whether a picture decodes, and its size with the EXIF orientation applied. */
  inspect(picture: PictureSource): Promise<DecodeFact>;
  /**
   * Throws `mask_differs` if the mask does not have the image's size, and `too_large` if the comparison takes too long.
   * `draw` is the format of the difference image, by default JPEG; with false it makes none.
   */
  compare(
    pair: PicturePair,
    measure: Measure,
    options?: { readonly draw?: WrittenFormat | false },
  ): Promise<Comparison>;
  /** The difference image alone, as a JPEG file, whatever the threshold: for an event that exists already. */
  difference(pair: PicturePair): Promise<Uint8Array>;
  close(): Promise<void>;
}
