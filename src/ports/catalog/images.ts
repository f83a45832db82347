import type { ImageId, ImageRecord, NewImage, RecordPosition } from '../../domain/records.ts';

/** An image, with the position of its message. */
export interface PublishedImage extends ImageId {
  readonly position: RecordPosition;
}

/** Which newest image is wanted: of a whole stream, or of those of its images that came from one origin. */
export interface NewestImageQuery {
  readonly stream: string;
  readonly origin?: string;
}

/** The rows of images. Results are in the order of the request, with `undefined` for each row that does not exist. */
export interface ImageCatalog {
  /**
   * Adds a `pending` row for each picture, with the next number of its stream. A picture whose `incoming` name already
   * has a row gets that row back as it is, and no number.
   */
  addImages(pictures: readonly NewImage[]): Promise<ImageRecord[]>;
  /** Turns `pending` images `ready`. */
  markImagesReady(ids: readonly ImageId[]): Promise<void>;
  /** Records where images were published. An image that has a position keeps it. */
  markImagesPublished(images: readonly PublishedImage[]): Promise<void>;
  /** Removes the positions of images, so that they are published again. */
  clearPublished(ids: readonly ImageId[]): Promise<void>;
  /** The first images of a stream that are `pending` or have no position, by number. */
  unpublishedImages(stream: string, limit: number): Promise<ImageRecord[]>;
  /** The streams that have such images, by name. */
  unpublishedStreams(): Promise<string[]>;
  /**
   * The images of a stream, with numbers above `after`, that have a position and wait for an outcome: that of some
   * technique in use (of any technique, while none is in use), or that of a replayed dead letter. By number.
   */
  imagesInFlight(stream: string, after: number, limit: number): Promise<PublishedImage[]>;
  images(ids: readonly ImageId[]): Promise<(ImageRecord | undefined)[]>;
  /** For each image the nearest earlier one of its stream that is not known to be undecodable or too large. */
  references(ids: readonly ImageId[]): Promise<(ImageRecord | undefined)[]>;
  newestImages(queries: readonly NewestImageQuery[]): Promise<(ImageRecord | undefined)[]>;
}
