import type { Region } from '../base/region.ts';
import type { Message } from './message.ts';
import type { Threshold } from './threshold.ts';

/** What the catalog keeps. Numbers begin at 1; times are RFC 3339 in UTC; SHA-256 digests are lower-case hexadecimal. */

/** An image's identity within its pipeline. */
export interface ImageId {
  readonly stream: string;
  readonly number: number;
}

/** Where a message lies on a bus. */
export interface RecordPosition {
  readonly bus: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** The ending of a stored image; its bytes are of that format. */
export type PictureFormat = 'jpg' | 'png';

/** A row is `pending` from the moment it has its number until its files lie whole under their names. */
export type RowState = 'pending' | 'ready';

/** Whether an image decodes: a fact of its bytes, entered once. Its size is known where it decodes. */
export type DecodeFact =
  | { readonly verdict: 'decodes'; readonly width: number; readonly height: number }
  | { readonly verdict: 'undecodable' | 'too_large'; readonly detail: string };

/** What receive knows of a picture whose bytes lie in `incoming/`. */
export interface NewImage {
  readonly stream: string;
  /** Its name in `incoming/`: unlike any other, so that a repetition finds its own row. */
  readonly incoming: string;
  readonly format: PictureFormat;
  /** Where it came from: an absolute path, or `generated`. */
  readonly origin: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly receivedAt: string;
  /** The digest of the mask that it is compared through; null where all of it is looked at. */
  readonly mask: string | null;
}

export interface ImageRecord extends NewImage {
  readonly number: number;
  readonly state: RowState;
  /** Null until somebody has decoded it. */
  readonly fact: DecodeFact | null;
  /** Null until it is published. */
  readonly position: RecordPosition | null;
}

export const OUTCOME_KINDS = ['first', 'unchanged', 'changed', 'size_changed', 'dead'] as const;

export type OutcomeKind = (typeof OUTCOME_KINDS)[number];
export type EventKind = Extract<OutcomeKind, 'changed' | 'size_changed'>;

export type { Region };

/** The parts of a picture that have changed: how many there are, and of those the first, the strongest before the others. */
export interface Regions {
  readonly count: number;
  readonly first: readonly Region[];
}

/** So many regions of an event are kept. */
export const MAX_REGIONS = 100;

/** What analyze makes of one image, to be entered. */
export interface NewOutcome {
  readonly image: ImageId;
  readonly technique: string;
  readonly threshold: Threshold;
  readonly kind: OutcomeKind;
  /** Null for `first`, `dead` and `size_changed`. */
  readonly measurement: number | null;
  /** Of a `changed` outcome, by a technique that finds regions; else null. */
  readonly regions: Regions | null;
  /** The number of the image that it was compared with; null for `first`, and for `dead` where none was looked up. */
  readonly reference: number | null;
  readonly analyzedAt: string;
  /** What was learnt on the way about this image and its references. */
  readonly facts: readonly (ImageId & { readonly fact: DecodeFact })[];
  /** With `dead`: why. */
  readonly deadLetter?: NewDeadLetter;
  /** With an event: where the store is, as the writer of the text file sees it. */
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
  /** The store's address when the number was given: the text file's paths begin with it. */
  readonly base: string;
  /** The difference image's digest; null while pending. */
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
}

/** A message or an image that cannot be handled, set aside with its reason. */
export interface NewDeadLetter {
  readonly stage: 'analyze' | 'alert';
  /** An error code. */
  readonly reason: string;
  readonly detail: string;
  /** Only for a bug of ours. */
  readonly stack: string | null;
  readonly attempts: number;
  readonly at: string;
  readonly position: RecordPosition | null;
  /** The image, technique and event that it is about; without one it is about the message alone. */
  readonly image: ImageId | null;
  readonly technique: string | null;
  readonly event: number | null;
  /** The message as it was received; null where none is kept. */
  readonly message: Message | null;
}

export interface DeadLetterRecord extends NewDeadLetter {
  /** Counted from 1, and never given again. */
  readonly id: number;
  /** When a replay marked it: it waits to be handled again. Null before. */
  readonly replayedAt: string | null;
}

/** A dead letter as a list shows it: without what may be large. */
export type DeadLetterHead = Omit<DeadLetterRecord, 'stack' | 'message'>;

/** The answer to a write: what stands now, and whether this call put it there. */
export interface Written<T> {
  readonly how: 'added' | 'exists';
  readonly row: T;
}

/** An image's identity as people and keys write it: `default/12`. */
export function imageName(id: ImageId): string {
  return `${id.stream}/${id.number}`;
}
