import type { ImgpipeError } from './errors.ts';
import type { AlertRecord, EventRecord, ImageRecord, NewDeadLetter, OutcomeRecord } from './records.ts';

export const STAGES = ['receive', 'analyze', 'alert'] as const;

export type StageName = (typeof STAGES)[number];

/** What the stages tell while they work. The core prints nothing: whoever runs it draws this. */
export type Report =
  /** An image has its number, lies in the store and is published. */
  | { readonly kind: 'image'; readonly image: ImageRecord }
  /** A picture that could not be taken in; the rest goes on. */
  | { readonly kind: 'rejected'; readonly origin: string; readonly error: ImgpipeError }
  /** A file whose content the stream has from it already, as this image. */
  | { readonly kind: 'skipped'; readonly origin: string; readonly image: number }
  | { readonly kind: 'outcome'; readonly outcome: OutcomeRecord }
  | { readonly kind: 'alert'; readonly alert: AlertRecord; readonly event: EventRecord }
  /** `origin` is where the image came from, where there is one. */
  | { readonly kind: 'dead_letter'; readonly letter: NewDeadLetter; readonly origin: string | undefined }
  /** A message from before the last `clean`. */
  | { readonly kind: 'skipped_former'; readonly stage: StageName }
  /** Images that an interrupted receive, or replay, had left unpublished are published now. */
  | { readonly kind: 'recovered'; readonly stream: string; readonly images: number }
  /** A stream whose images cannot be published until somebody mends what is wrong with one of them. */
  | { readonly kind: 'blocked'; readonly stream: string; readonly error: ImgpipeError }
  /** The surroundings fail: told once, then tried again without end. */
  | { readonly kind: 'waiting'; readonly stage: StageName; readonly error: ImgpipeError }
  | { readonly kind: 'resumed'; readonly stage: StageName; readonly afterMs: number }
  /** Another process does this work, or the group's others do; this one takes over when it ends. */
  | { readonly kind: 'standing_by'; readonly stage: StageName; readonly holder?: string }
  /** A lock was lost, for instance with its connection. The stage acquires it again, and goes on. */
  | { readonly kind: 'lock_lost'; readonly stage: StageName; readonly lock: string }
  /** It takes messages: of these partitions, where the bus shares them out. */
  | {
      readonly kind: 'working';
      readonly stage: StageName;
      readonly share?: { readonly partitions: readonly number[]; readonly of: number };
    }
  /** A member of the consumer group came or went, and the partitions are shared out anew. */
  | { readonly kind: 'rebalancing'; readonly stage: StageName }
  /** The group does not let it in before it has given up a member that went without a word. */
  | { readonly kind: 'joining'; readonly stage: StageName; readonly givesUpAfterMs: number };

/**
 * The instants of the stages at which something has just become durable, or is about to be done: what a test needs to
 * stop a process in between. In the order in which an image passes them; a replay's own at the end.
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

/** Who listens to the stages. */
export interface Observer {
  readonly onReport?: (report: Report) => void;
  /** Awaited: while it runs, the stage goes no further. */
  readonly onStep?: (step: Step) => void | Promise<void>;
}
