import { randomUUID } from 'node:crypto';
import { unlessAborted } from '../../base/deadlines.ts';
import { sha256Of } from '../../base/digest.ts';
import { asImgpipeError, ImgpipeError } from '../../domain/errors.ts';
import { formatOf } from '../../domain/picture-format.ts';
import type { ImageRecord, NewImage, OriginFile, PictureFormat } from '../../domain/records.ts';
import type { Observer } from '../../domain/reports.ts';
import type { ReadCapture } from '../../ports/capture.ts';
import type { ImageSource, SourceFiles, SourceItem, StreamPosition } from '../../ports/image-source.ts';

export interface Received {
  readonly images: number;
  /** The first and the last number of the images received; undefined if there are none. */
  readonly numbers: { readonly first: number; readonly last: number } | undefined;
  readonly skipped: number;
  readonly rejected: number;
}

/** A picture to receive, with its future row. */
export interface Candidate {
  readonly bytes: Uint8Array;
  readonly row: NewImage;
  /** Skip it if it is an image of the stream already: the newest at its path, or one whose file was moved. */
  readonly onlyIfNew: boolean;
}

/** The image that a file is already. */
export interface KnownImage {
  readonly number: number;
  /** Where its file was before; undefined if it is where it was. */
  readonly movedFrom?: string;
}

/** Pictures that are received together. No origin occurs twice. */
export interface Batch {
  readonly candidates: Candidate[];
}

/**
 * A source on its way into a stream. It outlives the locks under which its pictures are received: a batch is yielded
 * again until it is finished, with the same rows, so that no picture is lost or received twice.
 */
export interface Intake {
  /** Starts the source where the stream ends. Does nothing if it has started. */
  start(position: () => Promise<StreamPosition>): Promise<void>;
  /** Groups of batches: first the unfinished ones, then those of the source as it yields them, until `stop` aborts. */
  batches(stop: AbortSignal): AsyncIterable<readonly Batch[]>;
  /** The source's files, if it has any. */
  readonly files: SourceFiles | undefined;
  /** Drops a candidate, because it is an image of the stream already. */
  skip(batch: Batch, candidate: Candidate, known: KnownImage): void;
  /** Marks a batch as received, with its rows, which are ready. */
  finish(batch: Batch, rows: readonly ImageRecord[]): void;
  /** Whether the source has ended and every batch is finished. */
  isDone(): boolean;
  /** Whether the source's next pictures have been fetched already. */
  hasNext(): boolean;
  received(): Received;
  /** Ends the source. */
  close(): void;
}

export interface IntakeParts extends Pick<Observer, 'onReport'> {
  readonly source: ImageSource;
  readonly stream: string;
  /** The digest of the mask through which the pictures are compared; null without a mask. */
  readonly mask: string | null;
  readonly readCapture: ReadCapture;
  readonly signal: AbortSignal;
}

export function createIntake({ source, stream, mask, readCapture, signal, onReport }: IntakeParts): Intake {
  const closed = new AbortController();
  const counts = { images: 0, skipped: 0, rejected: 0 };
  let numbers: Received['numbers'];
  let iterator: AsyncIterator<readonly SourceItem[]> | undefined;
  /** The source's next items, fetched while the current ones are received. */
  let next: Promise<IteratorResult<readonly SourceItem[]>> | undefined;
  let nextIsHere = false;
  let ended = false;
  const unfinished: Batch[] = [];

  function fetch(): Promise<IteratorResult<readonly SourceItem[]>> {
    if (iterator === undefined) throw new Error('the intake has not been started');
    const items = iterator.next();
    nextIsHere = false;
    // An error surfaces when the items are awaited. If they never are, it can be ignored.
    items.then(
      ({ done }) => {
        nextIsHere = done !== true;
      },
      () => {},
    );
    return items;
  }

  function reject(origin: string, error: ImgpipeError): [] {
    counts.rejected += 1;
    onReport?.({ kind: 'rejected', origin, error });
    return [];
  }

  function candidateOf(item: SourceItem): Candidate[] {
    if (item.kind === 'rejected') return reject(item.origin, item.error);
    const format = formatOrError(item.bytes);
    if (format instanceof ImgpipeError) return reject(item.origin, format);
    const row: NewImage = {
      stream,
      receiptId: randomUUID(),
      format,
      origin: item.origin,
      sha256: sha256Of(item.bytes),
      bytes: item.bytes.length,
      receivedAt: new Date().toISOString(),
      mask,
      capture: readCapture({ ...item, format }),
      file: originFile(source.files, item.modifiedAt),
    };
    return [{ bytes: item.bytes, row, onlyIfNew: item.onlyIfNew === true }];
  }

  return {
    async start(position) {
      iterator ??= source.pictures(await position(), AbortSignal.any([signal, closed.signal]))[Symbol.asyncIterator]();
    },

    async *batches(stop) {
      if (unfinished.length > 0) yield [...unfinished];
      while (!stop.aborted) {
        next ??= fetch();
        const items = await unlessAborted(stop, next);
        if (items === undefined) return;
        ended = items.done === true;
        if (items.done === true) return;
        next = fetch();
        const group = [...withoutRepeatedOrigins(items.value)].map((part) => ({
          candidates: part.flatMap(candidateOf),
        }));
        unfinished.push(...group);
        yield group;
      }
    },

    files: source.files,

    skip({ candidates }, candidate, { number, movedFrom }) {
      candidates.splice(candidates.indexOf(candidate), 1);
      counts.skipped += 1;
      const { origin } = candidate.row;
      onReport?.({ kind: 'skipped', origin, image: number, ...(movedFrom !== undefined && { movedFrom }) });
    },

    finish(batch, rows) {
      unfinished.splice(unfinished.indexOf(batch), 1);
      for (const image of rows) {
        numbers = { first: numbers?.first ?? image.number, last: image.number };
        counts.images += 1;
        onReport?.({ kind: 'image', image });
      }
    },

    isDone: () => ended && unfinished.length === 0,
    hasNext: () => nextIsHere,
    received: () => ({ ...counts, numbers }),
    close: () => closed.abort(),
  };
}

/** Splits items so that no file occurs twice in a part: its first occurrence must be in the catalog before its second is checked. */
function* withoutRepeatedOrigins(items: readonly SourceItem[]): Generator<SourceItem[]> {
  let part: SourceItem[] = [];
  let origins = new Set<string>();
  for (const item of items) {
    const repeated = item.kind === 'picture' && item.onlyIfNew === true && origins.has(item.origin);
    if (repeated) {
      yield part;
      part = [];
      origins = new Set();
    }
    part.push(item);
    origins.add(item.origin);
  }
  if (part.length > 0) yield part;
}

function originFile(files: SourceFiles | undefined, modifiedAt: Date | undefined): OriginFile | null {
  // A file system may hold times that no Date has.
  if (files === undefined || modifiedAt === undefined || Number.isNaN(modifiedAt.getTime())) return null;
  return { host: files.host, modifiedAt: modifiedAt.toISOString() };
}

function formatOrError(bytes: Uint8Array): PictureFormat | ImgpipeError {
  try {
    return formatOf(bytes);
  } catch (error) {
    return asImgpipeError(error);
  }
}
