import type { AlertView } from '../operations/view.ts';
import type { AlertEntry, Measured } from '../ports/catalog/browsing.ts';
import type { Role } from './urls.ts';

/** The data of the pages. For each there is a function in `pages/` that returns its HTML. */

/** The list's form as it was typed, named as the query parameters. An empty field is ''. */
export interface ListFields {
  readonly stream: string;
  readonly technique: string;
  /** A day or a time in UTC: `2026-11-25` or `2026-11-25T20:00`. */
  readonly from: string;
  readonly to: string;
  readonly min_measurement: string;
}

/** The list of alerts. */
export interface ListModel {
  readonly fields: ListFields;
  readonly streams: readonly string[];
  readonly techniques: readonly string[];
  /** Newest first. */
  readonly entries: readonly AlertEntry[];
  /** The lowest and highest number; undefined without alerts. */
  readonly range: { readonly first: number; readonly last: number } | undefined;
  /** The URLs of the adjacent pages; undefined at the ends. */
  readonly older: string | undefined;
  readonly newer: string | undefined;
  /** The URL of new alerts, on the first page; else undefined. */
  readonly live: string | undefined;
}

/** The page of an alert. */
export interface AlertModel {
  readonly view: AlertView;
  readonly neighbours: { readonly below: number | null; readonly above: number | null };
  /** Pictures that are missing from the store. */
  readonly missing: ReadonlySet<Role>;
  /** Pictures that are drawn as imgpipe decodes them, because browsers may not show them so. */
  readonly drawn: ReadonlySet<Role>;
  /** Those of them that have 16 bits, which browsers show too dark or without what is faint. */
  readonly deep: ReadonlySet<Role>;
}

/** The page of a stream. */
export interface StreamModel {
  readonly stream: string;
  readonly streams: readonly string[];
  readonly technique: string;
  readonly techniques: readonly string[];
  /** Oldest first. */
  readonly points: readonly Measured[];
  readonly older: string | undefined;
  readonly newer: string | undefined;
}

/** Why a page cannot be shown, and what exists. */
export interface ProblemModel {
  readonly title: string;
  /** A sentence. */
  readonly problem: string;
  /** The text that was entered as an alert's number. */
  readonly typed?: string;
  readonly range: ListModel['range'];
}
