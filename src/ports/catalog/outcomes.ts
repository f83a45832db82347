import type { EventRecord, ImageId, NewOutcome, OutcomeRecord, RecordPosition } from '../../domain/records.ts';

/** The images of one stream from number `first` to number `last`. */
export interface ImageRange {
  readonly stream: string;
  readonly first: number;
  readonly last: number;
}

/** What a range of images has led to. */
export interface RangeTally {
  readonly events: number;
  /** Ready alerts. */
  readonly alerts: number;
  /** Dead images, and events with a dead letter that has not been replayed. */
  readonly deadLetters: number;
}

/** The rows of outcomes and of image events. Lists of rows are in the order of the request, `undefined` where there is none. */
export interface OutcomeCatalog {
  /**
   * Adds outcomes with their decode facts and dead letters, and assigns the next event number to each changed one, in one
   * transaction. An outcome that exists is returned as it is and takes no number. A new outcome removes the replayed
   * dead letters of its image and technique.
   */
  addOutcomes(outcomes: readonly NewOutcome[]): Promise<OutcomeRecord[]>;
  outcomes(technique: string, ids: readonly ImageId[]): Promise<(OutcomeRecord | undefined)[]>;
  events(numbers: readonly number[]): Promise<(EventRecord | undefined)[]>;
  /** Turns `pending` events `ready`, and records the digest of the difference image that is in the store. */
  markEventsReady(events: readonly { readonly number: number; readonly differenceSha256: string }[]): Promise<void>;
  /** Records where events were published. An event that has a position keeps it. */
  markEventsPublished(events: readonly { readonly number: number; readonly position: RecordPosition }[]): Promise<void>;
  /** The first number in the range whose image waits for an outcome of the technique, or whose event waits for its alert. */
  firstOpen(technique: string, range: ImageRange): Promise<number | undefined>;
  /** Counts the results of the technique for a range of images. */
  tally(technique: string, range: ImageRange): Promise<RangeTally>;
}
