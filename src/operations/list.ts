import type { EventRecord, ImageRecord } from '../domain/records.ts';
import type { AlertEntry, BrowsingCatalog, TimeRange } from '../ports/catalog/browsing.ts';
import type { ImageCatalog } from '../ports/catalog/images.ts';
import { checkStream } from './browse.ts';
import { rowsOf } from './row-stream.ts';

/** Which images, events or alerts are listed. */
export interface ListFilter extends TimeRange {
  /** A stream that has images. */
  readonly stream?: string;
  /** How many are listed, the newest ones; all of them without it. */
  readonly limit?: number;
}

/** An event, and when its image was captured; null if that is not known. */
export interface ListedEvent {
  readonly event: EventRecord;
  readonly capturedAt: string | null;
}

/** How many images are in memory, over all streams. */
const MAX_IMAGES = 4000;
/** How many images of a stream are read together, as long as there are not too many streams. */
const MIN_PAGE = 10;
const MAX_PAGE = 200;

/**
 * The ready images, those received last first, or, if they are selected by time, those of the latest time. Throws `not_found`
 * for a stream without images.
 */
export async function* listImages(
  catalog: Pick<BrowsingCatalog, 'choices' | 'imagesBelow'>,
  { stream, limit, ...range }: ListFilter,
): AsyncGenerator<ImageRecord> {
  const streams = await streamsOf(catalog, stream);
  const page = Math.min(MAX_PAGE, Math.max(MIN_PAGE, Math.floor(MAX_IMAGES / streams.length)), limit ?? MAX_PAGE);
  const lists = streams.map((name) =>
    rowsOf<ImageRecord, number>(
      (before, size) => catalog.imagesBelow(name, range, below(before, size)),
      numberOf,
      page,
    ),
  );
  const byTime = range.from !== undefined || range.to !== undefined;
  const timeOf = ({ receivedAt, capture }: ImageRecord) => (byTime ? (capture?.at ?? receivedAt) : receivedAt);
  yield* firstOf(newestFirst(lists, timeOf), limit);
}

/** The ready events, the newest first. Throws `not_found` for a stream without images. */
export async function* listEvents(
  catalog: Pick<BrowsingCatalog, 'choices' | 'eventsBelow'> & Pick<ImageCatalog, 'images'>,
  { limit, ...filter }: ListFilter,
): AsyncGenerator<ListedEvent> {
  await streamsOf(catalog, filter.stream);
  const events = rowsOf<ListedEvent, number>(
    async (before, size) => {
      const page = await catalog.eventsBelow(filter, below(before, size));
      const images = await catalog.images(page.map(({ image }) => image));
      return page.map((event, index) => ({ event, capturedAt: images[index]?.capture?.at ?? null }));
    },
    ({ event }) => event.number,
  );
  yield* firstOf(events, limit);
}

/** The ready alerts, the newest first. Throws `not_found` for a stream without images. */
export async function* listAlerts(
  catalog: Pick<BrowsingCatalog, 'choices' | 'alertPage'>,
  { limit, ...filter }: ListFilter,
): AsyncGenerator<AlertEntry> {
  await streamsOf(catalog, filter.stream);
  const alerts = rowsOf<AlertEntry, number>(
    (before, size) => catalog.alertPage(filter, below(before, size)),
    ({ alert }) => alert.number,
  );
  yield* firstOf(alerts, limit);
}

function below(before: number | undefined, limit: number) {
  return before === undefined ? { limit } : { before, limit };
}

function numberOf({ number }: { readonly number: number }): number {
  return number;
}

/** The given stream, or all. */
async function streamsOf(catalog: Pick<BrowsingCatalog, 'choices'>, stream: string | undefined) {
  const { streams } = await catalog.choices();
  if (stream === undefined) return streams;
  checkStream(stream, streams);
  return [stream];
}

async function* firstOf<T>(rows: AsyncGenerator<T>, limit = Number.POSITIVE_INFINITY): AsyncGenerator<T> {
  let left = limit;
  for await (const row of rows) {
    yield row;
    left -= 1;
    if (left === 0) return;
  }
}

/** Merges lists of images, each with the newest first. Keeps the next image of each list, sorted with the newest last. */
async function* newestFirst(
  lists: readonly AsyncGenerator<ImageRecord>[],
  timeOf: (image: ImageRecord) => string,
): AsyncGenerator<ImageRecord> {
  const heads: { readonly image: ImageRecord; readonly list: AsyncGenerator<ImageRecord> }[] = [];

  async function addNext(list: AsyncGenerator<ImageRecord>): Promise<void> {
    const next = await list.next();
    if (next.done === true) return;
    const image = next.value;
    let [low, high] = [0, heads.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = heads[middle]?.image;
      if (other !== undefined && timeOf(other) < timeOf(image)) low = middle + 1;
      else high = middle;
    }
    heads.splice(low, 0, { image, list });
  }

  for (const list of lists) await addNext(list);
  for (let newest = heads.pop(); newest !== undefined; newest = heads.pop()) {
    yield newest.image;
    await addNext(newest.list);
  }
}
