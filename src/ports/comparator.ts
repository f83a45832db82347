import type { DecodeFact, PictureFormat } from '../domain/records.ts';

/** A picture to be compared: known by its digest, read only where its pixels are needed. */
export interface PictureSource {
  readonly sha256: string;
  readonly format: PictureFormat;
  /** The stored bytes; what it throws comes out of the comparator as it is. */
  read(): Promise<Uint8Array>;
}

/** What a technique measured between two pictures, and what that is by its threshold. */
export interface Comparison {
  readonly kind: 'unchanged' | 'changed' | 'size_changed';
  /** Null for `size_changed`. */
  readonly measurement: number | null;
  /** The difference image as a JPEG file; null for `unchanged`. */
  readonly difference: Uint8Array | null;
}

/**
 * Two pictures' bytes and a technique in, an outcome and the difference image out. A verdict is of the codec on the
 * bytes alone: time-outs, memory and missing objects are errors, never facts.
 */
export interface Comparator {
  /** Answers once the first comparison will take no longer than the others. */
  ready(): Promise<void>;
  /** Whether a picture decodes, and its size as seen (EXIF orientation applied). */
  inspect(picture: PictureSource): Promise<DecodeFact>;
  /** Compares two pictures that both decode; `technique` is an id such as `l2@1`. */
  compare(reference: PictureSource, image: PictureSource, technique: string, threshold: number): Promise<Comparison>;
  /** The difference image alone, whatever the threshold says: for an event that has been entered before. */
  difference(reference: PictureSource, image: PictureSource): Promise<Uint8Array>;
  close(): Promise<void>;
}
