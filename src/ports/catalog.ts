import type {
  AlertRecord,
  EventRecord,
  ImageId,
  ImageRecord,
  NewAlert,
  NewImage,
  NewOutcome,
  OutcomeRecord,
  RecordPosition,
  Written,
} from '../domain/records.ts';
import type { Threshold } from '../domain/threshold.ts';
import type { BrowsingRows } from './browsing.ts';
import type { DeadLetterRows } from './dead-letters.ts';
import type { HeartbeatRows } from './heartbeats.ts';

export interface PipelineIdentity {
  readonly pipelineId: string;
  /** The ids that the pipeline had before each `clean`. */
  readonly formerIds: readonly string[];
  /** The bus that the images' places are of; null before the first stage. */
  readonly busId: string | null;
  /** True while a `clean` has begun and not ended. */
  readonly cleaning: boolean;
}

export interface Lock {
  release(): Promise<void>;
}

/** The answer to a lock: the lock itself, or who holds it, in words. */
export type LockResult = { readonly lock: Lock } | { readonly holder: string };

/** The name of the lock that stages share, and that `clean` and a catalog's migration want for themselves. */
export const PIPELINE_LOCK = 'folder';

/**
 * Rights that one process holds at a time, until it ends, however it ends; a process that is merely stopped keeps its
 * own. Several may hold a lock that all of them share.
 */
export interface Locks {
  /** `as` is how others will be told of the holder: `imgpipe receive (process 123)`. Never waits. */
  lock(name: string, as: string, mode?: 'exclusive' | 'shared'): Promise<LockResult>;
}

/** The rows of images. */
export interface ImageRows {
  /** Gives each new picture its stream's next number, `pending`; a picture whose `incoming` name has a row already has its number. */
  addImages(pictures: readonly NewImage[]): Promise<Written<ImageRecord>[]>;
  /** From `pending` to `ready`. */
  imagesReady(ids: readonly ImageId[]): Promise<void>;
  /** Keeps where images were published, of those that have no place yet. */
  markImagesPublished(placed: readonly (ImageId & { readonly position: RecordPosition })[]): Promise<void>;
  /** Makes images unpublished again. */
  clearPublished(ids: readonly ImageId[]): Promise<void>;
  /** The first of a stream's images that are `pending` or have no place, in the order of their numbers. */
  unpublished(stream: string, limit: number): Promise<ImageRecord[]>;
  /** The streams that have such images. */
  streamsToPublish(): Promise<string[]>;
  /** The rows of these images, in the order asked for. */
  images(ids: readonly ImageId[]): Promise<(ImageRecord | undefined)[]>;
  /** For each image the nearest earlier one of its stream that is not entered as undecodable or too large. */
  references(ids: readonly ImageId[]): Promise<(ImageRecord | undefined)[]>;
  /** The images of a stream that have a place, but no outcome for some technique in use, or a replayed dead letter. */
  unanswered(stream: string): Promise<(ImageId & { readonly position: RecordPosition })[]>;
  /** The digests of all masks that images have, in order. */
  masks(): Promise<string[]>;
  lastImage(stream: string): Promise<ImageRecord | undefined>;
  /** The newest image of a stream that came from this origin. */
  newestFrom(stream: string, origin: string): Promise<ImageRecord | undefined>;
}

/** The rows of outcomes and image events. */
export interface OutcomeRows {
  /**
   * Enters outcomes with their facts and dead letters, and gives each changed one the next event number, all in one
   * transaction. An outcome that stands is handed back as it stands, and takes no number. A replayed dead letter of an
   * image goes with the new outcome.
   */
  addOutcomes(outcomes: readonly NewOutcome[]): Promise<Written<OutcomeRecord>[]>;
  outcomes(technique: string, ids: readonly ImageId[]): Promise<(OutcomeRecord | undefined)[]>;
  events(numbers: readonly number[]): Promise<(EventRecord | undefined)[]>;
  /** From `pending` to `ready`, with the digest of the difference image as it lies in the store. */
  eventsReady(events: readonly { readonly number: number; readonly differenceSha256: string }[]): Promise<void>;
  /** Keeps where events were published, of those that have no place yet. */
  markEventsPublished(placed: readonly { readonly number: number; readonly position: RecordPosition }[]): Promise<void>;
}

/** The rows of alerts. */
export interface AlertRows {
  /** Enters alerts, `pending`, each with its event's number. */
  addAlerts(alerts: readonly NewAlert[]): Promise<Written<AlertRecord>[]>;
  /** From `pending` to `ready`, in this order; what dead letters the alert stage has of their events goes. */
  alertsReady(numbers: readonly number[]): Promise<void>;
  alerts(numbers: readonly number[]): Promise<(AlertRecord | undefined)[]>;
  /** The first and the last number of the alerts that are ready; undefined without any. */
  alertRange(): Promise<{ readonly first: number; readonly last: number } | undefined>;
}

/** An image that a technique has no outcome for. */
export interface OpenImage {
  readonly image: ImageId;
  readonly technique: string;
  readonly position: RecordPosition | null;
}

/** An event that has neither a ready alert nor a dead letter, but one that is replayed. */
export interface OpenEvent {
  readonly number: number;
  readonly technique: string;
  readonly position: RecordPosition | null;
  /** Where the message of its image lies. */
  readonly imagePosition: RecordPosition | null;
}

export interface StreamFigures {
  readonly stream: string;
  readonly images: number;
  readonly events: number;
  readonly lastNumber: number;
}

export interface TechniqueFigures {
  readonly technique: string;
  readonly threshold: Threshold;
  /** How many images have this outcome. */
  readonly outcomes: Readonly<Record<OutcomeRecord['kind'], number>>;
}

/** Something in the catalog that does not fit together: the key of the thing, and what is wrong with it. */
export interface Fault {
  readonly key: string;
  readonly what: string;
}

/** The catalog at one moment. Each figure is counted from rows of its own, none derived from another. */
export interface Audit {
  readonly images: number;
  /** Images that have an outcome for each technique in use. */
  readonly analyzed: number;
  readonly events: number;
  readonly alerts: number;
  readonly deadLetters: number;
  readonly streams: readonly StreamFigures[];
  readonly techniques: readonly TechniqueFigures[];
  readonly openImages: readonly OpenImage[];
  readonly openEvents: readonly OpenEvent[];
  /** Of the open images the one that was received first. */
  readonly oldestOpen: (ImageId & { readonly receivedAt: string }) | null;
  /** Holes in the numbers, outcomes without their image, changes without their event, alerts without theirs. */
  readonly faults: readonly Fault[];
}

/** What a range of images has led to. */
export interface RangeTally {
  readonly events: number;
  readonly alerts: number;
  readonly deadLetters: number;
}

/** What is asked of the catalog as a whole. */
export interface CatalogWhole {
  identity(): Promise<PipelineIdentity>;
  /** Makes this the pipeline's bus. */
  setBus(busId: string): Promise<void>;
  /** The thresholds of the techniques in use. */
  thresholds(): Promise<ReadonlyMap<string, Threshold>>;
  setThreshold(technique: string, threshold: Threshold): Promise<void>;
  /** One snapshot. A catalog that no analyzer has worked on yet is audited for `defaultTechnique`. */
  audit(defaultTechnique: string): Promise<Audit>;
  /** Images with an outcome still to come, or with an event whose alert is still to come: the first number in the range, if any. */
  firstOpen(stream: string, from: number, to: number, technique: string): Promise<number | undefined>;
  /** What a range of images has led to for a technique. */
  tally(stream: string, from: number, to: number, technique: string): Promise<RangeTally>;
  /** The rows that are ready, page by page in the order of their numbers; `after` is the last one of the page before. */
  readyImages(after: ImageId | undefined, limit: number): Promise<ImageRecord[]>;
  readyEvents(after: number, limit: number): Promise<EventRecord[]>;
  readyAlerts(after: number, limit: number): Promise<AlertRecord[]>;
  /** All images, ready or not, page by page. */
  allImages(after: ImageId | undefined, limit: number): Promise<ImageRecord[]>;
  /** The last event number given. */
  lastEvent(): Promise<number>;
  /** Notes that a clean has begun. */
  beginClean(): Promise<void>;
  /** Forgets all rows, gives the pipeline a new id and keeps the former one. */
  endClean(): Promise<void>;
  close(): Promise<void>;
}

/**
 * What the pipeline knows, in SQL. Every write is keyed and conditional on the state before, so that a repetition
 * changes nothing and answers `exists`; numbers are given without holes, in the transaction that enters their row.
 * Errors are `ImgpipeError`s: `catalog_unavailable`, `disk_full` and `no_permission` are of the surroundings,
 * `catalog_damaged` and `catalog_newer` do not heal.
 */
export interface Catalog
  extends Locks,
    ImageRows,
    OutcomeRows,
    AlertRows,
    DeadLetterRows,
    HeartbeatRows,
    BrowsingRows,
    CatalogWhole {}
