import type { Deliverable } from '../../domain/record-positions.ts';
import type {
  AlertRecord,
  EventRecord,
  ImageId,
  ImageRecord,
  OutcomeKind,
  OutcomeRecord,
  RecordPosition,
  RowState,
} from '../../domain/records.ts';
import type { Threshold } from '../../domain/threshold.ts';
import type { AlertDelays } from './browsing.ts';

export interface StreamCounts {
  readonly stream: string;
  readonly images: number;
  readonly events: number;
  readonly lastNumber: number;
}

/** How many outcomes of a technique were judged by one of its versions and a threshold. */
export interface JudgedCounts {
  /** The id of the version. */
  readonly technique: string;
  readonly threshold: Threshold;
  readonly outcomes: Readonly<Record<OutcomeKind, number>>;
}

export interface TechniqueCounts {
  /** The id of the version in force. */
  readonly technique: string;
  /** The threshold in force, by which outcomes are judged now. */
  readonly threshold: Threshold;
  /** Whether it has had no analyzers for so long that nothing is owed to it. */
  readonly idle: boolean;
  /** How many images have each outcome. */
  readonly outcomes: Readonly<Record<OutcomeKind, number>>;
  /** The same by the version and the threshold that judged them, the lowest threshold first; only those that have judged one. */
  readonly judged: readonly JudgedCounts[];
  /** Images without an outcome of this technique. */
  readonly open: number;
}

/**
 * The pipeline in counts, at one moment. Images count once they are ready. One is open until each active technique has an
 * outcome for it whose event, if any, is ready, or set aside by a dead letter of the analyze stage that has not been replayed.
 */
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
  /** Images whose files are odd, which have notes. */
  readonly oddImages: number;
  /** Open images; each counts once, however many techniques it waits for. */
  readonly openImages: number;
  /** Open images that have no position. */
  readonly unpublished: number;
  /** Ready events with neither a ready alert nor a dead letter of the alert stage that has not been replayed. */
  readonly openEvents: number;
  /** The open image that was received first. */
  readonly oldestOpen: (ImageId & { readonly receivedAt: string }) | null;
  readonly streams: readonly StreamCounts[];
  /** The techniques in use. */
  readonly techniques: readonly TechniqueCounts[];
  readonly delays: AlertDelays;
}

/** The messages of something open. */
interface Publications {
  /** The position of the latest one; null before the first. */
  readonly position: RecordPosition | null;
  /** How many there have been. */
  readonly publications: number;
  /** When the latest one was entered, by the clock of the catalog. */
  readonly publishedAt: string | null;
}

/**
 * A ready image that an active technique has no outcome for, or whose event is still pending without a dead letter of the
 * analyze stage that has not been replayed; `technique` is null while none is in use.
 */
export interface OpenImage extends Publications {
  readonly image: ImageId;
  readonly technique: string | null;
}

/** A ready event with neither a ready alert nor a dead letter of the alert stage that has not been replayed. */
export interface OpenEvent extends Publications {
  readonly number: number;
  readonly technique: string;
  /** The position of its image's message. */
  readonly imagePosition: RecordPosition | null;
}

/** An event's own row; `event` is undefined where the outcome that completes it is missing. */
export interface EventRow {
  readonly number: number;
  readonly state: RowState;
  readonly attempt: number;
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
  /** The images that have a dead letter of the analyze stage and this technique, and whether it has been replayed. */
  deadImagePage(
    technique: string,
    after: ImageId | undefined,
    limit: number,
  ): Promise<(ImageId & { readonly replayed: boolean })[]>;
  eventPage(after: number, limit: number): Promise<EventRow[]>;
  /** The numbers of the events that have a dead letter of the alert stage which has not been replayed. */
  deadEventPage(after: number, limit: number): Promise<number[]>;
  alertRowPage(after: number, limit: number): Promise<AlertRecord[]>;
  streams(): Promise<readonly { readonly stream: string; readonly lastNumber: number }[]>;
  /** The techniques in use or with outcomes, by name. Images are owed to those that are `active`. */
  techniques(): Promise<readonly { readonly technique: string; readonly use: 'active' | 'idle' | 'none' }[]>;
  /** The last event number that was assigned. */
  lastEvent(): Promise<number>;
  /** The digests of all masks that images have, in order. */
  masks(): Promise<readonly string[]>;
}

/** Queries for status, metrics and audits. None blocks the event loop for longer than a page takes. */
export interface AuditCatalog {
  /** Counted as rows are written, so that the cost does not grow with their number. */
  counts(): Promise<Counts>;
  /** Whether anything is open. */
  anyOpen(): Promise<{ readonly images: boolean; readonly events: boolean }>;
  /** The streams, by name, with images that are open for a technique and whose positions are not deliverable. */
  undeliverableStreams(technique: string | null, deliverable: Deliverable): Promise<string[]>;
  /** These images of one stream, with numbers above `after`, by number. */
  undeliverableImages(
    technique: string | null,
    deliverable: Deliverable,
    stream: string,
    after: number,
    limit: number,
  ): Promise<OpenImage[]>;
  /** The open events, with numbers above `after`, whose positions are not deliverable, by number. */
  undeliverableEvents(deliverable: Deliverable, after: number, limit: number): Promise<OpenEvent[]>;
  /**
   * Runs `read` on the pages of one snapshot, without blocking writers. `read` may run again from its start, so it keeps
   * what it has read to itself until it resolves.
   */
  snapshot<T>(read: (pages: CatalogPages) => Promise<T>): Promise<T>;
}
