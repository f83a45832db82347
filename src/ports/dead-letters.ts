import type { DeadLetterHead, DeadLetterRecord, ImageId, NewDeadLetter, RecordPosition } from '../domain/records.ts';

/** The rows of dead letters. Each is about an image and a technique, about an event, or about a message alone. */
export interface DeadLetterRows {
  /**
   * Keeps dead letters. Each stage has one of an image or an event: a later one, of another message or after a replay,
   * takes the place of the one before. Of a message alone, and of the same message, the first one stays.
   */
  addDeadLetters(letters: readonly NewDeadLetter[]): Promise<void>;
  /** Their heads page by page, the newest first; `before` is the id of the last one of the page before. */
  deadLetterHeads(before: number | undefined, limit: number): Promise<DeadLetterHead[]>;
  /** The letters of these ids, in the order asked for. */
  deadLetters(ids: readonly number[]): Promise<(DeadLetterRecord | undefined)[]>;
  /** How many there are, with the first and the last id; undefined without any. */
  deadLetterRange(): Promise<{ readonly count: number; readonly first: number; readonly last: number } | undefined>;
  /** What letters the analyze stage has of these images. */
  deadLettersOf(technique: string, images: readonly ImageId[]): Promise<DeadLetterRecord[]>;
  /**
   * Marks letters that the analyze stage has of images, once, and opens the images again, in one transaction: they are
   * unpublished, without their `dead` outcome, and it is forgotten that they do not decode. Other letters stay as they are.
   */
  replayImages(ids: readonly number[], at: string): Promise<void>;
  /** Marks letters that the alert stage has of events, once, and keeps where the events are published now. */
  replayEvents(
    replayed: readonly { readonly id: number; readonly position: RecordPosition }[],
    at: string,
  ): Promise<void>;
  removeDeadLetters(ids: readonly number[]): Promise<void>;
}
