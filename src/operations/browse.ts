import { L2 } from '../analysis/techniques.ts';
import { ImgpipeError } from '../domain/errors.ts';
import { techniqueAmong } from '../domain/technique-id.ts';
import type { AlertEntry, AlertFilter, AlertPage, BrowsingCatalog, Measured } from '../ports/catalog/browsing.ts';

/** A page of alerts, and where the adjacent pages start; undefined without one. */
export interface AlertList {
  /** Highest number first. */
  readonly entries: readonly AlertEntry[];
  readonly older: { readonly before: number } | undefined;
  readonly newer: { readonly after: number } | undefined;
}

/** A page of the alerts that match a filter. */
export async function listAlerts(
  catalog: Pick<BrowsingCatalog, 'alertPage'>,
  filter: AlertFilter,
  page: AlertPage,
): Promise<AlertList> {
  const { limit, before, after } = page;
  // One more alert than the page holds shows whether there is another page.
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

/** A part of a stream's timeline, as one technique measured it. */
export interface Timeline {
  readonly stream: string;
  readonly technique: string;
  readonly streams: readonly string[];
  readonly techniques: readonly string[];
  /** Oldest first. */
  readonly points: readonly Measured[];
  readonly older: { readonly before: number } | undefined;
}

export interface TimelineQuery {
  readonly stream: string;
  /** If undefined, `l2`, or else the first technique by name. */
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
  checkStream(stream, streams);
  const wanted = technique ?? L2.id;
  const chosen = techniqueAmong(techniques, wanted) ?? (technique === undefined ? techniques[0] : undefined) ?? wanted;
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

/** Throws `not_found`, naming the streams that exist. */
export function checkStream(stream: string, streams: readonly string[]): void {
  if (streams.includes(stream)) return;
  throw new ImgpipeError('not_found', `stream ${stream} does not exist: ${streamsText(streams)}`);
}

const MAX_NAMED = 20;

function streamsText(streams: readonly string[]): string {
  if (streams.length === 0) return 'no stream has images yet';
  const named = streams.slice(0, MAX_NAMED).join(', ');
  const more = streams.length - MAX_NAMED;
  return `the streams are ${named}${more > 0 ? ` and ${more} more` : ''}`;
}
