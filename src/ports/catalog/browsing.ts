import type { AlertRecord, EventRecord, ImageRecord, OutcomeKind } from '../../domain/records.ts';
import type { Threshold } from '../../domain/threshold.ts';

/** Selects the alerts that meet every condition. */
export interface AlertFilter {
  readonly stream?: string;
  /** A technique's id, such as `l2@2`; alerts of all its versions match. */
  readonly technique?: string;
  /** Its image was captured at this time or later; if that is not known, it was raised then. RFC 3339 in UTC, as rows have it. */
  readonly from?: string;
  /** Captured before this time, or raised. */
  readonly to?: string;
  /** The minimum measurement. A `size_changed` event has none, and does not match. */
  readonly minMeasurement?: number;
}

/** Which page of the list: what comes next below number `before`, or above `after`; the top of the list without either. */
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

/** An image of a stream, as a technique has measured it. */
export interface Measured {
  readonly number: number;
  readonly receivedAt: string;
  /** Null if that is not known. */
  readonly capturedAt: string | null;
  readonly kind: OutcomeKind;
  readonly measurement: number | null;
  readonly threshold: Threshold;
  /** Its size with the EXIF orientation applied; null where that is not known. */
  readonly size: { readonly width: number; readonly height: number } | null;
  /** The number of its alert, once that is ready; else null. */
  readonly alert: number | null;
}

/** An alert with its position in the order in which alerts became ready, which may differ from the order of numbers. */
export interface ReadyAlert {
  /** Counted from 1, without holes. */
  readonly order: number;
  readonly number: number;
  /** Undefined where one of its rows is missing, which an audit reports. */
  readonly entry: AlertEntry | undefined;
}

/** The ready alerts: the lowest and the highest number, and the order of the one that became ready last. */
export interface AlertRange {
  readonly first: number;
  readonly last: number;
  readonly lastOrder: number;
}

/** The upper bounds of the histogram of alert delays, in seconds. Catalogs store a count for each: those here stay. */
export const DELAY_BOUNDS: readonly number[] = [
  0.01,
  0.025,
  0.05,
  0.1,
  0.25,
  0.5,
  1,
  2.5,
  5,
  10,
  30,
  60,
  300,
  3600,
  Number.POSITIVE_INFINITY,
];

/** How long it took from the receipt of an image to its alert. */
export interface AlertDelays {
  /** For each upper bound, in seconds and ascending, how many alerts took no longer; the last bound is infinite. */
  readonly buckets: readonly { readonly atMost: number; readonly count: number }[];
  /** All delays together, in seconds. */
  readonly sum: number;
}

/** Selects by time: at `from` or later, and before `to`. */
export interface TimeRange {
  /** RFC 3339 in UTC, as rows have it. */
  readonly from?: string;
  readonly to?: string;
}

/** Which part of a list: at most `limit` rows, those that come next below number `before`. */
export interface Below {
  readonly before?: number;
  readonly limit: number;
}

/**
 * Queries for people: `view`, lists, timelines and live updates. None of them writes, and each result is from one snapshot.
 * Lists have the highest number first. Where they select by time, they have the latest time first, and of equal times the
 * highest number; then a `before` or `after` without a row is no bound.
 */
export interface BrowsingCatalog {
  /** A page of ready alerts. */
  alertPage(filter: AlertFilter, page: AlertPage): Promise<AlertEntry[]>;
  /** The ready images of a stream. Their time is that of capture, or of receipt where that is not known. */
  imagesBelow(stream: string, range: TimeRange, page: Below): Promise<ImageRecord[]>;
  /** The ready events, of all streams or of one. Their time is that of capture, or of the comparison. */
  eventsBelow(filter: TimeRange & { readonly stream?: string }, page: Below): Promise<EventRecord[]>;
  /** The ready alerts with these numbers, in that order; `undefined` for one that is not ready or lacks a row. */
  alertEntries(numbers: readonly number[]): Promise<(AlertEntry | undefined)[]>;
  /** Undefined while no alert is ready. */
  alertRange(): Promise<AlertRange | undefined>;
  /** The nearest ready alerts below and above this number, which need not exist. */
  neighbours(alert: number): Promise<{ readonly below: number | null; readonly above: number | null }>;
  /** The first alerts that became ready after the one with this order; 0 is before all. */
  readyAfter(order: number, limit: number): Promise<ReadyAlert[]>;
  /** The images of a stream with an outcome of this technique, of any version, the highest number first, with numbers below `before`. */
  measured(stream: string, technique: string, page: { before?: number; limit: number }): Promise<Measured[]>;
  /** The streams that have images, and the techniques that have outcomes, by name. */
  choices(): Promise<{ readonly streams: readonly string[]; readonly techniques: readonly string[] }>;
}
