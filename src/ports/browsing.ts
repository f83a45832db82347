import type { AlertRecord, EventRecord, ImageRecord, OutcomeKind } from '../domain/records.ts';
import type { Threshold } from '../domain/threshold.ts';

/** Which alerts are asked for: those for which all of this holds. */
export interface AlertFilter {
  readonly stream?: string;
  /** A technique's id: `l2@1`. */
  readonly technique?: string;
  /** Raised at this time or later; RFC 3339 in UTC, as rows have it. */
  readonly from?: string;
  /** Raised before this time. */
  readonly to?: string;
  /** Measured as this or more. One of another size has no measurement, and is left out. */
  readonly least?: number;
}

/** Which page: the numbers below `before`, or above `after`; the newest without either. */
export interface AlertPage {
  readonly before?: number;
  readonly after?: number;
  readonly limit: number;
}

/** A ready alert with the rows that it is about. */
export interface AlertEntry {
  readonly alert: AlertRecord;
  readonly event: EventRecord;
  readonly image: ImageRecord;
  readonly reference: ImageRecord;
}

/** One image of a stream, as a technique has measured it. */
export interface Measured {
  readonly number: number;
  readonly receivedAt: string;
  readonly kind: OutcomeKind;
  readonly measurement: number | null;
  readonly threshold: Threshold;
  /** Its size as seen; null where that is not known. */
  readonly size: { readonly width: number; readonly height: number } | null;
  /** The number of its alert, once that is ready; else null. */
  readonly alert: number | null;
}

/** An alert in the order in which alerts became ready, which is not always that of their numbers. */
export interface ReadyAlert {
  /** Counted from 1, without holes. */
  readonly order: number;
  readonly number: number;
}

/** How long it took from an image's receipt to its alert. */
export interface AlertDelays {
  /** For each bound, in seconds and rising, how many alerts took that long at the most; the last bound is infinite. */
  readonly buckets: readonly { readonly atMost: number; readonly count: number }[];
  /** All of them together, in seconds. */
  readonly sum: number;
}

/** What people look for in the catalog. Nothing here writes, and each answer is of one moment. */
export interface BrowsingRows {
  /** A page of ready alerts, the highest number first. */
  alertPage(filter: AlertFilter, page: AlertPage): Promise<AlertEntry[]>;
  /** The numbers of the ready alerts next below and above this one, which need not exist. */
  neighbours(alert: number): Promise<{ readonly below: number | null; readonly above: number | null }>;
  /** Of the alerts that became ready after the one with this order (0: all), the first ones. */
  readyAfter(order: number, limit: number): Promise<ReadyAlert[]>;
  /** The order of the alert that became ready last; 0 without any. */
  lastReady(): Promise<number>;
  /** The images of a stream with an outcome of this technique, the newest first: those below `before`, or the last ones. */
  measured(stream: string, technique: string, page: { before?: number; limit: number }): Promise<Measured[]>;
  /** The streams that have images, and the techniques that have outcomes, by name. */
  choices(): Promise<{ readonly streams: readonly string[]; readonly techniques: readonly string[] }>;
}
