import { sha256Of } from '../base/digest.ts';
import { alertTextKey, differenceKey, eventTextKey, imageKey, maskKey } from '../domain/object-keys.ts';
import type { AlertRecord, EventRecord, ImageId, ImageRecord } from '../domain/records.ts';
import { alertText, eventText } from '../domain/texts.ts';
import type { CatalogPages } from '../ports/catalog/audit.ts';
import type { Catalog } from '../ports/catalog/catalog.ts';
import { pagesOf } from './row-stream.ts';

/** How many rows are looked up at a time. */
const PAGE = 64;

export interface ExpectedParts {
  readonly pages: CatalogPages;
  readonly catalog: Pick<Catalog, 'images' | 'events'>;
}

/** An object that rows expect to be stored. */
export interface ExpectedObject {
  readonly key: string;
  /** The SHA-256 of its bytes; undefined if the rows that it is derived from are missing, or have none. */
  readonly sha256: string | undefined;
  /** Its size in bytes, where that is known. */
  readonly size?: number;
  /** The content of a text file, which is a function of rows. */
  readonly text?: string;
  /** Of an image that is pending: it may be missing, or different. */
  readonly isPending?: true;
}

/** The objects of all ready rows, page by page; with `pending` those of pending images, too. */
export async function* expectedObjects(
  { pages, catalog }: ExpectedParts,
  { pending = false } = {},
): AsyncGenerator<readonly ExpectedObject[]> {
  const images = pagesOf(
    (after: ImageId | undefined, limit) => pages.imagePage(after, limit),
    (row) => row,
    PAGE,
  );
  for await (const page of images) {
    yield page.filter((image) => isReady(image) || pending).map(imageObject);
  }
  yield (await pages.masks()).map((sha256) => ({ key: maskKey(sha256), sha256 }));
  const events = pagesOf(
    (after: number | undefined, limit) => pages.eventPage(after ?? 0, limit),
    ({ number }) => number,
    PAGE,
  );
  for await (const page of events) {
    yield await eventObjects(
      catalog,
      page.flatMap(({ event }) => (event?.state === 'ready' ? [event] : [])),
    );
  }
  const alerts = pagesOf(
    (after: number | undefined, limit) => pages.alertRowPage(after ?? 0, limit),
    ({ number }) => number,
    PAGE,
  );
  for await (const page of alerts) yield await alertObjects(catalog, page.filter(isReady));
}

function imageObject(image: ImageRecord): ExpectedObject {
  const { sha256, bytes: size } = image;
  return { key: imageKey(image), sha256, size, ...(!isReady(image) && { isPending: true as const }) };
}

async function eventObjects(
  catalog: ExpectedParts['catalog'],
  events: readonly EventRecord[],
): Promise<ExpectedObject[]> {
  const images = await catalog.images(events.map(({ image }) => image));
  const references = await catalog.images(
    events.map(({ image, reference }) => ({ stream: image.stream, number: reference })),
  );
  return events.flatMap((event, index) => [
    { key: differenceKey(event), sha256: event.differenceSha256 ?? undefined },
    textObject(eventTextKey(event), eventTextOf(event, images[index], references[index])),
  ]);
}

function eventTextOf(event: EventRecord, image: ImageRecord | undefined, reference: ImageRecord | undefined) {
  // The missing row is a fault of its own, and the text cannot be computed without it.
  return image === undefined || reference === undefined ? undefined : eventText(event, image, reference);
}

async function alertObjects(
  catalog: ExpectedParts['catalog'],
  alerts: readonly AlertRecord[],
): Promise<ExpectedObject[]> {
  const events = await catalog.events(alerts.map(({ number }) => number));
  return alerts.map((alert, index) => {
    const event = events[index];
    return textObject(alertTextKey(alert), event && alertText(alert, event));
  });
}

function textObject(key: string, text: string | undefined): ExpectedObject {
  return text === undefined ? { key, sha256: undefined } : { key, sha256: sha256Of(text), text };
}

function isReady({ state }: { readonly state: string }): boolean {
  return state === 'ready';
}
