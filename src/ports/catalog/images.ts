import type { ImageId, ImageRecord, NewImage, OriginFile, RecordPosition } from '../../domain/records.ts';

/** The holder of a stream's lock. Its writes carry the lock's token. */
export interface StreamHolder {
  readonly stream: string;
  /** The lock's token, which `fenceStream` has entered. */
  readonly token: string;
}

/** What the holder of a stream writes in one transaction, in this order. */
export interface ImageWrites {
  /** Where images were published. A later position replaces an earlier one. */
  readonly published?: readonly { readonly number: number; readonly position: RecordPosition }[];
  /** Numbers of `pending` images that become `ready`. */
  readonly ready?: readonly number[];
  /** Images whose files were found at another path. */
  readonly moved?: readonly { readonly number: number; readonly path: string }[];
  /**
   * Pictures to add as `pending`, each with the next number of the stream. A picture whose receipt id already has a row
   * gets that row back as it is, and no number.
   */
  readonly added?: readonly NewImage[];
}

/** Which newest image is wanted: of a whole stream, or of those of its images whose path is this one (see `pathOf`). */
export interface NewestImageQuery {
  readonly stream: string;
  readonly path?: string;
}

/** Which images are wanted: those of a stream that were received from a file with this content and these facts. */
export interface SameFileQuery {
  readonly stream: string;
  readonly sha256: string;
  readonly file: OriginFile;
  /** Only images with higher numbers. */
  readonly after: number;
  readonly limit: number;
}

/**
 * The rows of images. A stream's `pending` rows are always its last ones. Lists of rows are in the order of the request,
 * with `undefined` for each row that does not exist.
 *
 * A method that takes a `StreamHolder` throws `LockLost` if another holder has fenced the stream since.
 */
export interface ImageCatalog {
  /** Enters the token of a new holder. From then on, writes of the holders before fail. */
  fenceStream(holder: StreamHolder): Promise<void>;
  /** Resolves with the rows of the added pictures, in their order. */
  writeImages(holder: StreamHolder, writes: ImageWrites): Promise<ImageRecord[]>;
  /** Enters the next attempt in `pending` images, whose keys have other bytes. Resolves with the rows. */
  nextImageAttempt(holder: StreamHolder, numbers: readonly number[]): Promise<ImageRecord[]>;
  /** Deletes the `pending` images from this number on. The numbers are given again. */
  withdrawImages(holder: StreamHolder, from: number): Promise<void>;
  /** The `pending` images of a stream, by number. */
  pendingImages(stream: string): Promise<ImageRecord[]>;
  /** The streams with `pending` images, by name. */
  pendingStreams(): Promise<string[]>;
  images(ids: readonly ImageId[]): Promise<(ImageRecord | undefined)[]>;
  /** For each image the nearest earlier `ready` one of its stream that is not known to be undecodable or too large. */
  references(ids: readonly ImageId[]): Promise<(ImageRecord | undefined)[]>;
  /** `pending` ones included. */
  newestImages(queries: readonly NewestImageQuery[]): Promise<(ImageRecord | undefined)[]>;
  /** For each query its images, by number; `pending` ones included. */
  imagesOfFiles(queries: readonly SameFileQuery[]): Promise<ImageRecord[][]>;
}
