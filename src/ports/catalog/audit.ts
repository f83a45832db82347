import type {
  AlertRecord,
  EventRecord,
  ImageId,
  ImageRecord,
  OutcomeKind,
  OutcomeRecord,
  RecordPosition,
} from '../../domain/records.ts';
import type { Threshold } from '../../domain/threshold.ts';
import type { AlertDelays } from './browsing.ts';

export interface StreamCounts {
  readonly stream: string;
  readonly images: number;
  readonly events: number;
  readonly lastNumber: number;
}

export interface TechniqueCounts {
  readonly technique: string;
  readonly threshold: Threshold;
  /** How many images have each outcome. */
  readonly outcomes: Readonly<Record<OutcomeKind, number>>;
  /** Images without an outcome of this technique. */
  readonly open: number;
}

/** The pipeline in counts, at one moment. An image is open until each technique in use has an outcome for it. */
export interface Counts {
  readonly images: number;
  readonly events: number;
  /** Ready alerts. */
  readonly alerts: number;
  /** Dead letters that have not been dropped. */
  readonly deadLetters: number;
  readonly droppedLetters: number;
  /** Dead letters of messages alone that were deleted, because there were too many. */
  readonly discardedLetters: number;
  /** Open images; each counts once, however many techniques it waits for. */
  readonly openImages: number;
  /** Open images that are pending or not published. */
  readonly unpublished: number;
  /** Events with neither a ready alert nor a dead letter that has not been replayed. */
  readonly openEvents: number;
  /** The open image that was received first. */
  readonly oldestOpen: (ImageId & { readonly receivedAt: string }) | null;
  readonly streams: readonly StreamCounts[];
  /** The techniques in use. */
  readonly techniques: readonly TechniqueCounts[];
  readonly delays: AlertDelays;
}

/** The lowest and the highest offset of open images or events on one partition of a bus. */
export interface OffsetRange {
  readonly bus: string;
  readonly partition: number;
  readonly lowest: number;
  readonly highest: number;
}

export interface OpenRanges {
  /** Of the images that each technique in use has no outcome for; `technique` is null while none is in use. */
  readonly images: readonly (OffsetRange & { readonly technique: string | null })[];
  readonly events: readonly OffsetRange[];
}

/** An image that a technique in use has no outcome for; `technique` is null while none is in use. */
export interface OpenImage {
  readonly image: ImageId;
  readonly technique: string | null;
  readonly position: RecordPosition | null;
}

/** An event with neither a ready alert nor a dead letter that has not been replayed. */
export interface OpenEvent {
  readonly number: number;
  readonly technique: string;
  readonly position: RecordPosition | null;
  /** The position of its image's message. */
  readonly imagePosition: RecordPosition | null;
}

/** An event's own row; `event` is undefined where the outcome that completes it is missing. */
export interface EventRow {
  readonly number: number;
  readonly technique: string;
  readonly image: ImageId;
  readonly position: RecordPosition | null;
  readonly event: EventRecord | undefined;
}

/**
 * The rows of the catalog, page by page and in the order of their keys. `after` is the last key of the page before; a
 * page is shorter than its limit only at the end.
 */
export interface CatalogPages {
  counts(): Promise<Counts>;
  imagePage(after: ImageId | undefined, limit: number): Promise<ImageRecord[]>;
  /** The outcomes of one technique, by stream and number; each with its event, if that has a row. */
  outcomePage(technique: string, after: ImageId | undefined, limit: number): Promise<OutcomeRecord[]>;
  /** The images that have a dead letter of the analyze stage and this technique, replayed or not. */
  deadImagePage(technique: string, after: ImageId | undefined, limit: number): Promise<ImageId[]>;
  eventPage(after: number, limit: number): Promise<EventRow[]>;
  /** The numbers of the events that have a dead letter which has not been replayed. */
  deadEventPage(after: number, limit: number): Promise<number[]>;
  alertRowPage(after: number, limit: number): Promise<AlertRecord[]>;
  streams(): Promise<readonly { readonly stream: string; readonly lastNumber: number }[]>;
  /** The techniques in use or with outcomes, by name. */
  techniques(): Promise<readonly { readonly technique: string; readonly inUse: boolean }[]>;
  /** The last event number that was assigned. */
  lastEvent(): Promise<number>;
  /** The digests of all masks that images have, in order. */
  masks(): Promise<readonly string[]>;
}

/** Queries for status, metrics and audits. None blocks the event loop for longer than a page takes. */
export interface AuditCatalog {
  /** Counted as rows are written, so that the cost does not grow with their number. */
  counts(): Promise<Counts>;
  /** The offset ranges of the messages that open images and events wait for. */
  openRanges(): Promise<OpenRanges>;
  /** Open images by stream, number and technique; `after` is the last one of the page before. */
  openImagePage(after: OpenImage | undefined, limit: number): Promise<OpenImage[]>;
  /** Open events by number; with `unpublished` only those without a position. */
  openEventPage(after: number, limit: number, options?: { readonly unpublished: boolean }): Promise<OpenEvent[]>;
  /** Runs `read` on the pages of one snapshot, without blocking writers. */
  snapshot<T>(read: (pages: CatalogPages) => Promise<T>): Promise<T>;
}
