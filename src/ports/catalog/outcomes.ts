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

/** The attempt of a `pending` event that cannot be used, and the digest of the difference image for the next one. */
export interface EventAttempt {
  readonly number: number;
  readonly attempt: number;
  readonly differenceSha256: string;
}

/**
 * The rows of outcomes and of image events. Outcomes are keyed by the name of their technique: a technique's id finds those
 * of all its versions, and each says which version judged. Lists of rows are in the order of the request, `undefined` where there is none.
 */
export interface OutcomeCatalog {
  /**
   * Adds outcomes with their decode facts and dead letters, and assigns the next event number to each changed one, in one
   * transaction. An outcome that exists is returned as it is and takes no number. A new outcome removes the replayed
   * dead letters of its image and technique.
   */
  addOutcomes(outcomes: readonly NewOutcome[]): Promise<OutcomeRecord[]>;
  outcomes(technique: string, ids: readonly ImageId[]): Promise<(OutcomeRecord | undefined)[]>;
  events(numbers: readonly number[]): Promise<(EventRecord | undefined)[]>;
  /**
   * Enters the next attempt of `pending` events, with the digests of the difference images that are put under its keys.
   * An event that is `ready`, or has another attempt by now, is left alone. Resolves with the rows.
   */
  nextEventAttempt(events: readonly EventAttempt[]): Promise<EventRecord[]>;
  /** Turns `pending` events `ready` whose attempt is still this one. */
  markEventsReady(events: readonly Pick<EventRecord, 'number' | 'attempt'>[]): Promise<void>;
  /** Enters the token of a new holder of the lock of the events. From then on, writes of the holders before fail. */
  fenceEvents(token: string): Promise<void>;
  /**
   * Records where `ready` events were published. A later position replaces an earlier one. An analyzer that publishes its
   * own new events holds no lock. The holder of the lock of the events, who publishes those of others, gives its token:
   * throws `LockLost` if another has fenced the events since.
   */
  markEventsPublished(
    events: readonly { readonly number: number; readonly position: RecordPosition }[],
    token?: string,
  ): Promise<void>;
  /** The first number in the range whose image waits for an outcome of the technique, or whose event waits for its alert. */
  firstOpen(technique: string, range: ImageRange): Promise<number | undefined>;
  /** Counts the results of the technique for a range of images. */
  tally(technique: string, range: ImageRange): Promise<RangeTally>;
}
