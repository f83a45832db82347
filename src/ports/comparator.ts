import type { DecodeFact, PictureFormat, Regions } from '../domain/records.ts';
import type { Threshold } from '../domain/threshold.ts';

/** A picture to be compared: known by its digest, read only where its pixels are needed. */
export interface PictureSource {
  readonly sha256: string;
  readonly format: PictureFormat;
  /** The stored bytes; what it throws comes out of the comparator as it is. */
  read(): Promise<Uint8Array>;
}

/** Two pictures that both decode, and the mask through which they are looked at, if there is one. */
export interface PicturePair {
  readonly reference: PictureSource;
  readonly image: PictureSource;
  readonly mask: PictureSource | undefined;
}

/** How they are compared: a technique's id, such as `l2@1`, and what its measurement must be above. */
export interface Measure {
  readonly technique: string;
  readonly threshold: Threshold;
}

/** What a technique measured between two pictures, and what that is by its threshold. */
export interface Comparison {
  readonly kind: 'unchanged' | 'changed' | 'size_changed';
  /** Null for `size_changed`. */
  readonly measurement: number | null;
  /** Of a changed picture, by a technique that looks for them; else null. */
  readonly regions: Regions | null;
  /** The difference image as a JPEG file; null for `unchanged`. */
  readonly difference: Uint8Array | null;
}

/**
 * Two pictures' bytes and a technique in, an outcome and the difference image out. A verdict is of the codec on the
 * bytes, or of a limit: missing objects, and memory or a worker lost once, are no facts.
 */
export interface Comparator {
  /** How many comparisons are worth asking for at a time. Asked for more, it keeps to its memory and takes them in turn. */
  readonly atOnce: number;
  /** Answers once what can be got ready beforehand is. */
  ready(): Promise<void>;
  /** Whether a picture decodes, and its size as seen (EXIF orientation applied). */
  inspect(picture: PictureSource): Promise<DecodeFact>;
  /** Throws `mask_differs` where the mask has not the image's size, and `too_large` where it takes too long. */
  compare(pair: PicturePair, measure: Measure): Promise<Comparison>;
  /** The difference image alone, whatever the threshold says: for an event that has been entered before. */
  difference(pair: PicturePair): Promise<Uint8Array>;
  close(): Promise<void>;
}
