import type { ImgpipeError } from '../domain/errors.ts';

/** What a source found: a picture, or one that cannot be taken. */
export type SourceItem =
  | {
      readonly kind: 'picture';
      readonly bytes: Uint8Array;
      /** Where it came from: an absolute path, or `generated`. */
      readonly origin: string;
      /** It is passed over where the stream's newest image from this origin has this content. */
      readonly onlyIfNew?: boolean;
    }
  | { readonly kind: 'rejected'; readonly origin: string; readonly error: ImgpipeError };

/** Where the stream stands when a source begins. */
export interface StreamPosition {
  /** The stream's last number; 0 before its first image. */
  readonly lastNumber: number;
  /** The bytes of the stream's last image; undefined before its first. */
  lastPicture(): Promise<Uint8Array | undefined>;
}

/** Yields pictures, together what is there together: a lone one never waits for company. */
export interface ImageSource {
  /** How many pictures it will yield at the most, where it knows. */
  readonly expected: number | undefined;
  pictures(position: StreamPosition, signal: AbortSignal): AsyncIterable<readonly SourceItem[]>;
}
