import type { AlertView } from '../operations/view.ts';
import type { AlertEntry, Measured } from '../ports/catalog/browsing.ts';
import type { Role } from './urls.ts';

/** What the pages show. Each is drawn by a function of `pages/`, which answers HTML. */

/** The list's form as it was typed, named as the query parameters. An empty field is ''. */
export interface ListFields {
  readonly stream: string;
  readonly technique: string;
  /** A day or a time in UTC: `2026-11-25` or `2026-11-25T20:00`. */
  readonly from: string;
  readonly to: string;
  readonly min_measurement: string;
}

export interface ListModel {
  readonly fields: ListFields;
  readonly streams: readonly string[];
  readonly techniques: readonly string[];
  /** The newest first. */
  readonly entries: readonly AlertEntry[];
  /** The first and the last number that exist; undefined without any alert. */
  readonly range: { readonly first: number; readonly last: number } | undefined;
  /** Where the older and the newer ones are; undefined at the ends. */
  readonly older: string | undefined;
  readonly newer: string | undefined;
  /** Where new alerts are told of: on the first page, where they would appear; else undefined. */
  readonly live: string | undefined;
}

export interface AlertModel {
  readonly view: AlertView;
  readonly neighbours: { readonly below: number | null; readonly above: number | null };
  /** Pictures that are not in the store. */
  readonly missing: ReadonlySet<Role>;
}

export interface StreamModel {
  readonly stream: string;
  readonly streams: readonly string[];
  readonly technique: string;
  readonly techniques: readonly string[];
  /** The oldest first. */
  readonly points: readonly Measured[];
  readonly older: string | undefined;
  readonly newer: string | undefined;
}

/** Something that cannot be shown, in words, with what can. */
export interface ProblemModel {
  readonly title: string;
  /** A whole sentence: what is wrong. */
  readonly problem: string;
  /** What was typed as an alert's number, to be shown in the field again. */
  readonly typed?: string;
  readonly range: ListModel['range'];
}
