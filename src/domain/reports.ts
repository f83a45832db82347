import type { ImgpipeError } from './errors.ts';
import type { AlertRecord, EventRecord, ImageRecord, NewDeadLetter, OutcomeRecord } from './records.ts';

export const STAGES = ['receive', 'analyze', 'alert'] as const;

export type StageName = (typeof STAGES)[number];

/** What stages report while they work. The core prints nothing; its caller does. */
export type Report =
  /** An image is stored and published. */
  | { readonly kind: 'image'; readonly image: ImageRecord }
  /** A picture could not be received; the stage continues. */
  | { readonly kind: 'rejected'; readonly origin: string; readonly error: ImgpipeError }
  /** A file was skipped: its content is already this image of the stream. */
  | { readonly kind: 'skipped'; readonly origin: string; readonly image: number }
  | { readonly kind: 'outcome'; readonly outcome: OutcomeRecord }
  | { readonly kind: 'alert'; readonly alert: AlertRecord; readonly event: EventRecord }
  /** A new dead letter. `origin` is where its image came from, if it has one. */
  | { readonly kind: 'dead_letter'; readonly letter: NewDeadLetter; readonly origin: string | undefined }
  /** A message from before the last `clean` was skipped. */
  | { readonly kind: 'skipped_former'; readonly stage: StageName }
  /** A setting of an existing topic on the broker will cause trouble. */
  | { readonly kind: 'broker_notice'; readonly text: string }
  /** Images that an interrupted receive or replay had left unpublished are published now. */
  | { readonly kind: 'recovered'; readonly stream: string; readonly images: number }
  /** The images of a stream cannot be published until the error of one of them is fixed. */
  | { readonly kind: 'blocked'; readonly stream: string; readonly error: ImgpipeError }
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
 * order in which an image passes them; those of a replay come last.
 */
export const STEPS = [
  'receive:incoming',
  'receive:pending',
  'outbox:promoted',
  'outbox:ready',
  'outbox:published',
  'outbox:recorded',
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
