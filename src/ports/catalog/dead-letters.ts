import type { DeadLetterHead, DeadLetterRecord, ImageId, NewDeadLetter, RecordPosition } from '../../domain/records.ts';

/** The rows of dead letters. Each is about an image and a technique, about an event, or about a message alone. */
export interface DeadLetterCatalog {
  /**
   * Adds dead letters. A stage has at most one for each image or event: one of another message, or one after a replay,
   * replaces it; one of the same message changes nothing. A message that names no row has at most one for each stage; of
   * these the newest `MAX_MESSAGE_LETTERS` are kept, and the others are counted as discarded.
   */
  addDeadLetters(letters: readonly NewDeadLetter[]): Promise<void>;
  /** A page of dead letters without their messages, the highest id first, with ids below `before`; dropped ones only `withDropped`. */
  deadLetterHeads(
    before: number | undefined,
    limit: number,
    options?: { readonly withDropped: boolean },
  ): Promise<DeadLetterHead[]>;
  /** The dead letters with these ids, in that order; `undefined` where there is none. */
  deadLetters(ids: readonly number[]): Promise<(DeadLetterRecord | undefined)[]>;
  /** How many there are, dropped or not, with the lowest and the highest id; undefined without any. */
  deadLetterRange(): Promise<{ readonly count: number; readonly first: number; readonly last: number } | undefined>;
  /** The analyze stage's dead letters of these images, in the order of the images. */
  deadLettersOf(technique: string, images: readonly ImageId[]): Promise<DeadLetterRecord[]>;
  /**
   * Marks the analyze stage's dead letters of images as replayed, and opens their images again, in one transaction:
   * without a position, without their `dead` outcome, and with no verdict if they had not decoded. A dead letter whose
   * image has an outcome other than `dead` is removed instead: nothing is open. Dead letters of any other kind, those
   * already marked and dropped ones are left alone.
   */
  replayImages(ids: readonly number[], at: string): Promise<void>;
  /**
   * Marks the alert stage's dead letters of events as replayed, and records where their events are published now. Dead
   * letters of any other kind, those already marked and dropped ones are left alone.
   */
  replayEvents(
    replayed: readonly { readonly id: number; readonly position: RecordPosition }[],
    at: string,
  ): Promise<void>;
  /**
   * Marks dead letters as dropped. What they settle stays settled. Those that wait for their replay, and dropped ones, are
   * left alone.
   */
  dropDeadLetters(ids: readonly number[], at: string): Promise<void>;
  /** Deletes dead letters; ids that do not exist are ignored. */
  removeDeadLetters(ids: readonly number[]): Promise<void>;
}
