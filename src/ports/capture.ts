import type { Capture } from '../domain/capture.ts';
import type { PictureFormat } from '../domain/records.ts';

/** A picture as a source yields it. */
export interface SourcePicture {
  readonly bytes: Uint8Array;
  readonly format: PictureFormat;
  readonly origin: string;
  /** When its file was modified last, if it has one. */
  readonly modifiedAt?: Date | undefined;
  /** When it was captured, if its source knows. */
  readonly capturedAt?: Date | undefined;
}

/** Reads when and how a picture was taken, in bounded time, without decoding it. Null if nothing is known. Never throws. */
export type ReadCapture = (picture: SourcePicture) => Capture | null;
