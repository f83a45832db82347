import { sha256Of } from '../base/digest.ts';
import { ImgpipeError } from '../domain/errors.ts';
import { alertTextKey, differenceKey, eventTextKey, imageKey, maskKey } from '../domain/object-keys.ts';
import type { AlertRecord, EventRecord, ImageId, ImageRecord } from '../domain/records.ts';
import { alertText, eventText } from '../domain/texts.ts';
import type { CatalogPages } from '../ports/catalog/audit.ts';
import type { Catalog } from '../ports/catalog/catalog.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { FaultList } from './fault-list.ts';
import { rowsOf } from './row-stream.ts';

/** How many rows are looked up at a time. */
const PAGE = 64;
/** How many objects are compared at a time; each is read as a stream, so that memory does not grow with their size. */
const AT_ONCE = 16;

export interface VerifyParts {
  readonly pages: CatalogPages;
  readonly catalog: Pick<Catalog, 'images' | 'events'>;
  readonly store: Pick<ObjectStore, 'digest'>;
  readonly faults: FaultList;
  /** Reads every object, even if the store knows its digest. */
  readonly deep: boolean;
  /** Called with the number of objects read so far. */
  readonly onChecked?: (objects: number) => void;
}

interface Expected {
  readonly key: string;
  /** The expected SHA-256; undefined if the rows that it is derived from are missing. */
  readonly sha256: string | undefined;
}

/** Compares the objects of every ready row with it, and adds those that are missing or damaged to the faults. */
export async function verifyFiles(parts: VerifyParts): Promise<void> {
  const { faults, onChecked } = parts;
  let checked = 0;
  for await (const expected of expectedObjects(parts)) {
    const next = expected.values();
    const readers = Array.from({ length: AT_ONCE }, async () => {
      for (const each of next) {
        const what = await problemOf(parts, each);
        if (what !== undefined) faults.add({ key: each.key, what });
      }
    });
    await Promise.all(readers);
    checked += expected.length;
    onChecked?.(checked);
  }
}

async function* expectedObjects({ pages, catalog }: VerifyParts): AsyncGenerator<Expected[]> {
  const images = rowsOf(
    (after, limit) => pages.imagePage(after, limit),
    (row: ImageId) => row,
  );
  for await (const page of inPages(images as AsyncIterable<ImageRecord>)) {
    yield page.filter(isReady).map((image) => ({ key: imageKey(image), sha256: image.sha256 }));
  }
  yield (await pages.masks()).map((sha256) => ({ key: maskKey(sha256), sha256 }));
  const events = rowsOf(
    (after: number | undefined, limit) => pages.eventPage(after ?? 0, limit),
    ({ number }: { readonly number: number }) => number,
  );
  for await (const page of inPages(events)) {
    yield await eventObjects(
      catalog,
      page.flatMap(({ event }) => (event?.state === 'ready' ? [event] : [])),
    );
  }
  const alerts = rowsOf(
    (after: number | undefined, limit) => pages.alertRowPage(after ?? 0, limit),
    ({ number }: { readonly number: number }) => number,
  );
  for await (const page of inPages(alerts)) yield await alertObjects(catalog, page.filter(isReady));
}

async function eventObjects(catalog: VerifyParts['catalog'], events: readonly EventRecord[]): Promise<Expected[]> {
  const images = await catalog.images(events.map(({ image }) => image));
  const references = await catalog.images(
    events.map(({ image, reference }) => ({ stream: image.stream, number: reference })),
  );
  return events.flatMap((event, index) => [
    { key: differenceKey(event), sha256: event.differenceSha256 ?? undefined },
    { key: eventTextKey(event), sha256: textDigest(event, images[index], references[index]) },
  ]);
}

function textDigest(event: EventRecord, image: ImageRecord | undefined, reference: ImageRecord | undefined) {
  // The missing row is a fault of its own, and the text cannot be computed without it.
  return image === undefined || reference === undefined ? undefined : sha256Of(eventText(event, image, reference));
}

async function alertObjects(catalog: VerifyParts['catalog'], alerts: readonly AlertRecord[]): Promise<Expected[]> {
  const events = await catalog.events(alerts.map(({ number }) => number));
  return alerts.map((alert, index) => {
    const event = events[index];
    return { key: alertTextKey(alert), sha256: event && sha256Of(alertText(alert, event)) };
  });
}

async function problemOf(
  parts: Pick<VerifyParts, 'store' | 'deep'>,
  { key, sha256 }: Expected,
): Promise<string | undefined> {
  const found = await digestOf(parts, key);
  if (found === 'damaged') return 'the file is not a regular file, or changes while it is read';
  if (found === undefined) return 'the file is missing';
  return sha256 !== undefined && found.sha256 !== sha256 ? 'the file is not what was written' : undefined;
}

async function digestOf({ store, deep }: Pick<VerifyParts, 'store' | 'deep'>, key: string) {
  try {
    return await store.digest(key, { deep });
  } catch (error) {
    if (error instanceof ImgpipeError && error.code === 'object_damaged') return 'damaged';
    throw error;
  }
}

async function* inPages<T>(rows: AsyncIterable<T>): AsyncGenerator<T[]> {
  let page: T[] = [];
  for await (const row of rows) {
    page.push(row);
    if (page.length < PAGE) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

function isReady({ state }: { readonly state: string }): boolean {
  return state === 'ready';
}
