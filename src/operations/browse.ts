import { ImgpipeError } from '../domain/errors.ts';
import type { AlertEntry, AlertFilter, AlertPage, BrowsingCatalog, Measured } from '../ports/catalog/browsing.ts';

/** A page of alerts, and from where the pages beside it go on. */
export interface AlertList {
  /** The highest number first. */
  readonly entries: readonly AlertEntry[];
  readonly older: { readonly before: number } | undefined;
  readonly newer: { readonly after: number } | undefined;
}

/** The alerts that are looked for, a page of them. */
export async function listAlerts(
  catalog: Pick<BrowsingCatalog, 'alertPage'>,
  filter: AlertFilter,
  page: AlertPage,
): Promise<AlertList> {
  const { limit, before, after } = page;
  // One more than is shown tells whether there are more.
  const found = await catalog.alertPage(filter, { ...page, limit: limit + 1 });
  const more = found.length > limit;
  const entries = after === undefined ? found.slice(0, limit) : found.slice(-limit);
  const [newest, oldest] = [entries.at(0)?.alert.number, entries.at(-1)?.alert.number];
  const hasOlder = after === undefined ? more : oldest !== undefined;
  const hasNewer = after === undefined ? before !== undefined : more;
  return {
    entries,
    older: hasOlder && oldest !== undefined ? { before: oldest } : undefined,
    newer: hasNewer && newest !== undefined ? { after: newest } : undefined,
  };
}

/** A part of a stream's timeline, as one technique has measured it. */
export interface Timeline {
  readonly stream: string;
  readonly technique: string;
  readonly streams: readonly string[];
  readonly techniques: readonly string[];
  /** The oldest first. */
  readonly points: readonly Measured[];
  readonly older: { readonly before: number } | undefined;
}

export interface TimelineQuery {
  readonly stream: string;
  /** The first one that there is, where none is asked for. */
  readonly technique: string | undefined;
  readonly before: number | undefined;
  readonly limit: number;
}

/** Throws `not_found` for a stream without images. */
export async function timeline(
  catalog: Pick<BrowsingCatalog, 'measured' | 'choices'>,
  { stream, technique, before, limit }: TimelineQuery,
): Promise<Timeline> {
  const { streams, techniques } = await catalog.choices();
  if (!streams.includes(stream)) {
    const what = streams.length === 0 ? 'there are none yet' : `there are ${streams.join(', ')}`;
    throw new ImgpipeError('not_found', `there is no stream ${stream}: ${what}`);
  }
  const chosen = technique ?? techniques.find((each) => each.startsWith('l2@')) ?? techniques[0] ?? 'l2@1';
  const found = await catalog.measured(stream, chosen, {
    limit: limit + 1,
    ...(before !== undefined && { before }),
  });
  const points = found.slice(0, limit).reverse();
  const oldest = points[0]?.number;
  return {
    stream,
    technique: chosen,
    streams,
    techniques,
    points,
    older: found.length > limit && oldest !== undefined ? { before: oldest } : undefined,
  };
}
