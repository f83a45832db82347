import type { ImageId, RecordPosition } from '../domain/records.ts';

/** An inconsistency: the key of the row or object, and what is wrong with it. */
export interface Fault {
  readonly key: string;
  readonly what: string;
}

/** The catalog counted from its rows; no figure is derived from another. */
export interface AuditTotals {
  readonly images: number;
  /** Images that are open for no active technique. */
  readonly analyzed: number;
  readonly events: number;
  readonly alerts: number;
}

/** A ready event with neither a ready alert nor a dead letter of the alert stage that has not been replayed. */
export interface OpenEventRow {
  readonly number: number;
  readonly technique: string;
  readonly image: ImageId;
  readonly position: RecordPosition | null;
}

/**
 * An image that an active technique has no outcome for, or whose event is still pending without a dead letter that has not
 * been replayed; `technique` is null while none is in use.
 */
export interface OpenImageRow {
  readonly image: ImageId;
  readonly technique: string | null;
  readonly position: RecordPosition | null;
}

/** Receives what an audit finds. */
export interface AuditListener {
  onFault(fault: Fault): void;
  onOpenImage(image: OpenImageRow): void;
  onOpenEvent(event: OpenEventRow): void;
}
