import type { ImgpipeError } from '../domain/errors.ts';
import type { ImageRecord } from '../domain/records.ts';

/** What a source found: a picture, or something that it cannot yield as one. */
export type SourceItem =
  | {
      readonly kind: 'picture';
      readonly bytes: Uint8Array;
      /** Where it comes from: an absolute path, or `generated`. */
      readonly origin: string;
      /** Skips the picture if the stream's newest image at this origin has the same bytes. */
      readonly onlyIfNew?: boolean;
      /** When its file was modified last, if it has one. */
      readonly modifiedAt?: Date;
      /** When it was captured, if the source knows: it counts more than what the file says. */
      readonly capturedAt?: Date;
    }
  | { readonly kind: 'rejected'; readonly origin: string; readonly error: ImgpipeError };

/** The state of the stream when a source starts. */
export interface StreamPosition {
  /** The stream's last number; 0 before its first image. */
  readonly lastNumber: number;
  /** The bytes of the stream's last image; undefined before its first. */
  lastPicture(): Promise<Uint8Array | undefined>;
}

/** Where a source's pictures are, if its origins are paths of files. */
export interface SourceFiles {
  /** The machine whose paths they are. */
  readonly host: string;
  /**
   * Whether the file that an image was received from has left this path: nothing is there, or another file. False if that
   * cannot be told. Never throws.
   */
  hasLeft(path: string, image: Pick<ImageRecord, 'sha256' | 'bytes' | 'file'>): Promise<boolean>;
}

export interface ImageSource {
  /** Recognizes files that were moved; undefined for a source of something else. */
  readonly files?: SourceFiles;
  /** The highest number of pictures that it can yield; undefined if it does not know. */
  readonly expected: number | undefined;
  /** Yields pictures in batches of what is available: a single picture never waits for others. Ends at the signal. */
  pictures(position: StreamPosition, signal: AbortSignal): AsyncIterable<readonly SourceItem[]>;
}
