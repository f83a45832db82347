import type {
  AlertRecord,
  EventRecord,
  ImageId,
  ImageRecord,
  OutcomeKind,
  OutcomeRecord,
  RecordPosition,
} from '../../domain/records.ts';
import type { Threshold } from '../../domain/threshold.ts';
import type { AlertDelays } from './browsing.ts';

/** The catalog in figures, at one moment. */
export interface Figures {
  readonly streams: readonly { readonly stream: string; readonly images: number; readonly events: number }[];
  readonly techniques: readonly {
    readonly technique: string;
    readonly outcomes: Readonly<Record<OutcomeKind, number>>;
    /** Images without an outcome. */
    readonly waiting: number;
  }[];
  readonly events: number;
  /** Those that are ready. */
  readonly alerts: number;
  readonly deadLetters: number;
  /** Events that have neither a ready alert nor a dead letter. */
  readonly waitingForAlert: number;
  readonly delays: AlertDelays;
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

/** What `AuditCatalog` replaces. */
export interface FormerAudit {
  figures(): Promise<Figures>;
  /** One snapshot. A catalog that no analyzer has worked on yet is audited for `defaultTechnique`. */
  audit(defaultTechnique: string): Promise<Audit>;
  /** Pages of ready rows by number; `after` is the last one of the page before. */
  readyImages(after: ImageId | undefined, limit: number): Promise<ImageRecord[]>;
  readyEvents(after: number, limit: number): Promise<EventRecord[]>;
  readyAlerts(after: number, limit: number): Promise<AlertRecord[]>;
  /** Pages of all images, ready or not. */
  allImages(after: ImageId | undefined, limit: number): Promise<ImageRecord[]>;
  /** The last event number given. */
  lastEvent(): Promise<number>;
  /** The digests of all masks that images have, in order. */
  masks(): Promise<string[]>;
}
