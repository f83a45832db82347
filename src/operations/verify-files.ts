import { sha256Of } from '../base/digest.ts';
import { alertTextKey, differenceKey, eventTextKey, imageKey, maskKey } from '../domain/object-keys.ts';
import type { AlertRecord, EventRecord, ImageId, ImageRecord } from '../domain/records.ts';
import { alertText, eventText } from '../domain/texts.ts';
import type { Catalog } from '../ports/catalog/catalog.ts';
import type { Fault } from '../ports/catalog/former-audit.ts';
import type { ObjectStore } from '../ports/object-store.ts';

/** How many rows are read and checked together. */
const PAGE = 64;

interface Expected {
  readonly key: string;
  /** The SHA-256 that the object must have; undefined where no row says what it must be. */
  readonly sha256: string | undefined;
}

/** Reads the files of every ready row, and names those that are missing or not whole. `onChecked` hears how many it has read. */
export async function verifyFiles(
  catalog: Catalog,
  store: ObjectStore,
  onChecked?: (files: number) => void,
): Promise<Fault[]> {
  const faults: Fault[] = [];
  let checked = 0;
  for await (const expected of expectedFiles(catalog)) {
    const found = await Promise.all(expected.map((each) => check(store, each)));
    faults.push(...found.flat());
    checked += expected.length;
    onChecked?.(checked);
  }
  return faults;
}

async function* expectedFiles(catalog: Catalog): AsyncGenerator<Expected[]> {
  let lastImage: ImageId | undefined;
  for (;;) {
    const images = await catalog.readyImages(lastImage, PAGE);
    lastImage = images.at(-1);
    if (lastImage === undefined) break;
    yield images.map((image) => ({ key: imageKey(image), sha256: image.sha256 }));
  }
  yield (await catalog.masks()).map((sha256) => ({ key: maskKey(sha256), sha256 }));
  let last = 0;
  for (;;) {
    const events = await catalog.readyEvents(last, PAGE);
    const end = events.at(-1);
    if (end === undefined) break;
    last = end.number;
    yield await eventFiles(catalog, events);
  }
  last = 0;
  for (;;) {
    const alerts = await catalog.readyAlerts(last, PAGE);
    const end = alerts.at(-1);
    if (end === undefined) return;
    last = end.number;
    yield await alertFiles(catalog, alerts);
  }
}

async function eventFiles(catalog: Catalog, events: readonly EventRecord[]): Promise<Expected[]> {
  const images = await catalog.images(events.map(({ image }) => image));
  const references = await catalog.images(
    events.map(({ image, reference }) => ({ stream: image.stream, number: reference })),
  );
  return events.flatMap((event, index) => [
    { key: differenceKey(event.number), sha256: event.differenceSha256 ?? undefined },
    { key: eventTextKey(event.number), sha256: textDigest(event, images[index], references[index]) },
  ]);
}

function textDigest(event: EventRecord, image: ImageRecord | undefined, reference: ImageRecord | undefined) {
  // The row that is missing is named by the audit; the text cannot be told without it.
  return image === undefined || reference === undefined ? undefined : sha256Of(eventText(event, image, reference));
}

async function alertFiles(catalog: Catalog, alerts: readonly AlertRecord[]): Promise<Expected[]> {
  const events = await catalog.events(alerts.map(({ number }) => number));
  return alerts.map((alert, index) => {
    const event = events[index];
    return { key: alertTextKey(alert.number), sha256: event && sha256Of(alertText(alert, event)) };
  });
}

async function check(store: ObjectStore, { key, sha256 }: Expected): Promise<Fault[]> {
  const bytes = await store.get(key);
  if (bytes === undefined) return [{ key, what: 'the file is missing' }];
  if (sha256 !== undefined && sha256Of(bytes) !== sha256) return [{ key, what: 'the file is not what was written' }];
  return [];
}
