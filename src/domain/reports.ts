import type { ImgpipeError } from './errors.ts';
import type { AlertRecord, EventRecord, ImageId, ImageRecord, NewDeadLetter, OutcomeRecord } from './records.ts';

export const STAGES = ['receive', 'analyze', 'alert'] as const;

export type StageName = (typeof STAGES)[number];

/** The files of a folder and its subfolders that are no pictures by their endings, and were not read. */
export interface FilesNotTaken {
  readonly kind: 'not_taken';
  /** As it was given. */
  readonly folder: string;
  readonly files: number;
  /** The most frequent endings, such as `.txt`, most frequent first; empty for files without one. */
  readonly endings: readonly { readonly ending: string; readonly files: number }[];
}

/** What stages report while they work. The core prints nothing; its caller does. */
export type Report =
  /** An image is received: its bytes are stored and its row is ready. */
  | { readonly kind: 'image'; readonly image: ImageRecord }
  /** A picture could not be received; the stage continues. */
  | { readonly kind: 'rejected'; readonly origin: string; readonly error: ImgpipeError }
  /** A file was skipped: it is already this image of the stream, also if it was moved since. */
  | { readonly kind: 'skipped'; readonly origin: string; readonly image: number; readonly movedFrom?: string }
  | FilesNotTaken
  /** An outcome; `repeated` if it was there before and may have been reported. */
  | { readonly kind: 'outcome'; readonly outcome: OutcomeRecord; readonly repeated: boolean }
  /** A file is odd, and decodes nevertheless. Told once for each note and stream. */
  | { readonly kind: 'odd_picture'; readonly image: ImageId; readonly note: string }
  /** A ready alert; `repeated` if it was ready before and may have been reported. */
  | { readonly kind: 'alert'; readonly alert: AlertRecord; readonly event: EventRecord; readonly repeated: boolean }
  /** A new dead letter. `origin` is where its image came from, if it has one. */
  | { readonly kind: 'dead_letter'; readonly letter: NewDeadLetter; readonly origin: string | undefined }
  /** A message from before the last `clean` was skipped. */
  | { readonly kind: 'skipped_former'; readonly stage: StageName }
  /** A message about an image or event that the catalog does not have, or has with other content, was skipped. */
  | { readonly kind: 'skipped_stale'; readonly stage: StageName }
  /** A setting of an existing topic on the broker will cause trouble. */
  | { readonly kind: 'broker_notice'; readonly text: string }
  /** Images whose messages would not be delivered are published again. */
  | { readonly kind: 'recovered'; readonly stream: string; readonly images: number }
  | { readonly kind: 'recovered_events'; readonly events: number }
  /** A technique has had no analyzers for so long (`technique_idle`) that nothing is owed to it any more. */
  | { readonly kind: 'technique_idle'; readonly technique: string }
  /** The broker's address belongs to another cluster now. What is open is published there. */
  | { readonly kind: 'bus_changed'; readonly address: string; readonly id: string; readonly before: string | null }
  /** Images that an interrupted receiver had numbered but not stored are withdrawn; they were never received. */
  | { readonly kind: 'withdrawn'; readonly stream: string; readonly images: number }
  /** An image was published several times without an outcome. From now on it is published at growing intervals. */
  | { readonly kind: 'no_outcome'; readonly image: ImageId; readonly publications: number }
  /** The data folder was moved or restored; `asCopy`: it is a copy, and a pipeline of its own from now on. */
  | { readonly kind: 'moved'; readonly from: string; readonly to: string; readonly asCopy: boolean }
  /** A transient error: reported once, then retried indefinitely. */
  | { readonly kind: 'waiting'; readonly stage: StageName; readonly error: ImgpipeError }
  | { readonly kind: 'resumed'; readonly stage: StageName; readonly afterMs: number }
  /** Another process, or another member of the group, does this work. This one takes over when it ends. */
  | { readonly kind: 'standing_by'; readonly stage: StageName; readonly holder?: string }
  /** A lock was lost, for instance with its connection. The stage acquires it again and continues. */
  | { readonly kind: 'lock_lost'; readonly stage: StageName; readonly lock: string }
  /** The stage consumes messages, from these partitions if the bus assigns partitions. */
  | {
      readonly kind: 'working';
      readonly stage: StageName;
      readonly share?: { readonly partitions: readonly number[]; readonly of: number };
    }
  /** A member joined or left the consumer group, and the partitions are being reassigned. */
  | { readonly kind: 'rebalancing'; readonly stage: StageName }
  /** The consumer group does not admit the stage before the session of a lost member times out. */
  | { readonly kind: 'joining'; readonly stage: StageName; readonly givesUpAfterMs: number };

/**
 * The moments at which a stage has just made something durable, or is about to. Tests stop a process at them. In the
 * order in which an image passes them; those of a take-over, of reconciling and of a replay come last.
 */
export const STEPS = [
  'receive:entered',
  'receive:stored',
  'receive:ready',
  'receive:published',
  'receive:recorded',
  'analyze:compared',
  'analyze:entered',
  'analyze:files',
  'analyze:ready',
  'analyze:published',
  'analyze:recorded',
  'analyze:committed',
  'alert:entered',
  'alert:text',
  'alert:ready',
  'alert:reported',
  'alert:committed',
  'receive:removed',
  'reconcile:published',
  'replay:marked',
  'replay:published',
] as const;

export type Step = (typeof STEPS)[number];

/** Callbacks of the stages. */
export interface Observer {
  readonly onReport?: (report: Report) => void;
  /** The stage waits for it. */
  readonly onStep?: (step: Step) => void | Promise<void>;
}
