import type { Region } from '../base/region.ts';
import type { Capture } from './capture.ts';
import type { Message } from './message.ts';
import type { Threshold } from './threshold.ts';

/** The rows of the catalog. Numbers start at 1; times are RFC 3339 in UTC; SHA-256 digests are lower-case hexadecimal. */

/** An image's identity within its pipeline. */
export interface ImageId {
  readonly stream: string;
  readonly number: number;
}

/** The position of a message on a bus. */
export interface RecordPosition {
  readonly bus: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** The format of a stored image, which is also its file extension. */
export const PICTURE_FORMATS = ['jpg', 'png', 'webp', 'gif', 'bmp', 'tiff'] as const;

export type PictureFormat = (typeof PICTURE_FORMATS)[number];

/** The format of a picture that is made here. */
export type WrittenFormat = Extract<PictureFormat, 'jpg' | 'png'>;

/** A row is `pending` from when it gets its number until its files are complete under their names. */
export type RowState = 'pending' | 'ready';

/** Whether an image decodes, recorded once. The size is known only if it does. */
export type DecodeFact =
  | {
      readonly verdict: 'decodes';
      readonly width: number;
      readonly height: number;
      /** What is odd about the file, such as a missing end marker; absent if nothing is. */
      readonly notes?: readonly string[];
    }
  | { readonly verdict: 'undecodable' | 'too_large'; readonly detail: string };

/** The file that an image was received from, as it was then. */
export interface OriginFile {
  /** The machine on which the origin is a path. */
  readonly host: string;
  readonly modifiedAt: string;
}

/** A picture to receive. */
export interface NewImage {
  readonly stream: string;
  /** A unique id that the receiver gives it, by which a retry finds its row. */
  readonly receiptId: string;
  readonly format: PictureFormat;
  /** The absolute path it was received from, or `generated`. */
  readonly origin: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly receivedAt: string;
  /** The digest of its mask; null without a mask. */
  readonly mask: string | null;
  /** When and how it was taken; null if nothing is known. */
  readonly capture: Capture | null;
  /** Null if it was not received from a file, and in images of an older catalog. */
  readonly file: OriginFile | null;
}

export interface ImageRecord extends NewImage {
  readonly number: number;
  /** Part of its key: 1, or more if other bytes already had the keys before. */
  readonly attempt: number;
  readonly state: RowState;
  /** The path at which its file was found last, if that is not its origin; else null. */
  readonly movedTo: string | null;
  /** Null until it has been decoded. */
  readonly fact: DecodeFact | null;
  /** Null until it is published. */
  readonly position: RecordPosition | null;
}

export const OUTCOME_KINDS = ['first', 'unchanged', 'changed', 'size_changed', 'dead'] as const;

export type OutcomeKind = (typeof OUTCOME_KINDS)[number];
export type EventKind = Extract<OutcomeKind, 'changed' | 'size_changed'>;

export type { Region };

/** The changed parts of a picture: their number, and the strongest of them, strongest first. */
export interface Regions {
  readonly count: number;
  readonly first: readonly Region[];
}

/** The number of regions that are stored with an event. */
export const MAX_REGIONS = 100;

/** The outcome of an image, to be recorded. */
export interface NewOutcome {
  readonly image: ImageId;
  readonly technique: string;
  readonly threshold: Threshold;
  readonly kind: OutcomeKind;
  /** Null for `first`, `dead` and `size_changed`. */
  readonly measurement: number | null;
  /** The regions of a `changed` outcome; null for a technique that does not find regions. */
  readonly regions: Regions | null;
  /** The number of the image that it was compared with; null for `first`, and for `dead` if none was looked up. */
  readonly reference: number | null;
  readonly analyzedAt: string;
  /** What decoding has shown about this image and its references. */
  readonly facts: readonly (ImageId & { readonly fact: DecodeFact })[];
  /** The digest of the difference image of a `changed` or `size_changed` outcome; else null. */
  readonly differenceSha256: string | null;
  /** The reason, for `dead`. */
  readonly deadLetter?: NewDeadLetter;
  /** The store's address, for the text file of an event. */
  readonly base: string;
}

export interface EventRecord {
  readonly number: number;
  readonly image: ImageId;
  readonly reference: number;
  readonly technique: string;
  readonly threshold: Threshold;
  readonly kind: EventKind;
  readonly measurement: number | null;
  readonly regions: Regions | null;
  readonly analyzedAt: string;
  readonly state: RowState;
  /** The store's address when the event got its number; the paths in its text file start with it. */
  readonly base: string;
  /** Part of its keys: 1, or more if other bytes already had the keys before. */
  readonly attempt: number;
  /** The digest of the difference image; null only in a pending event of an older catalog. */
  readonly differenceSha256: string | null;
  readonly position: RecordPosition | null;
}

export interface OutcomeRecord {
  readonly image: ImageId;
  readonly technique: string;
  readonly threshold: Threshold;
  readonly kind: OutcomeKind;
  readonly measurement: number | null;
  readonly reference: number | null;
  readonly analyzedAt: string;
  /** The event of a `changed` or `size_changed` outcome. */
  readonly event: EventRecord | null;
}

export interface NewAlert {
  /** The event's number, and the alert's. */
  readonly number: number;
  readonly base: string;
  readonly alertedAt: string;
}

export interface AlertRecord extends NewAlert {
  readonly state: RowState;
  /** Part of its key: 1, or more if other bytes already had the keys before. */
  readonly attempt: number;
}

/** A message or image that could not be handled, with the reason. */
export interface NewDeadLetter {
  readonly stage: 'analyze' | 'alert';
  /** An error code. */
  readonly reason: string;
  readonly detail: string;
  /** Only for a bug in imgpipe. */
  readonly stack: string | null;
  readonly attempts: number;
  readonly at: string;
  readonly position: RecordPosition | null;
  /** The image, technique and event; all null if the letter is about a message alone. */
  readonly image: ImageId | null;
  readonly technique: string | null;
  readonly event: number | null;
  /** The message as received; null if it was not kept. */
  readonly message: Message | null;
}

export interface DeadLetterRecord extends NewDeadLetter {
  /** Starts at 1 and is never reused. */
  readonly id: number;
  /** The time of its replay, while it waits to be handled; null before a replay. */
  readonly replayedAt: string | null;
  /** The time at which it was dropped: it is settled, and not replayed any more. */
  readonly droppedAt: string | null;
}

/** A dead letter without its fields of unlimited size, for lists. */
export type DeadLetterHead = Omit<DeadLetterRecord, 'stack' | 'message'>;

/** The path at which an image's file was found last, or where else it came from. */
export function pathOf({ origin, movedTo }: Pick<ImageRecord, 'origin' | 'movedTo'>): string {
  return movedTo ?? origin;
}

/** What is odd about an image's file, as far as it is known. */
export function notesOf({ fact }: Pick<ImageRecord, 'fact'>): readonly string[] {
  return fact?.verdict === 'decodes' ? (fact.notes ?? []) : [];
}

/** An image's identity as text: `default/12`. */
export function imageName(id: ImageId): string {
  return `${id.stream}/${id.number}`;
}
