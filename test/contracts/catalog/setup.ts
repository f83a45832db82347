import { randomUUID } from 'node:crypto';
import type { ImageId, ImageRecord, NewImage, RecordPosition } from '../../../src/domain/records.ts';
import type { Catalog } from '../../../src/ports/catalog/catalog.ts';
import type { StreamHolder } from '../../../src/ports/catalog/images.ts';
import { levels, newAlert, newImage, newOutcome, positionAt } from '../../support/samples.ts';
import type { CatalogFaults } from './faults.ts';

export interface CatalogSetup {
  /** An empty catalog. */
  readonly catalog: Catalog;
  /** Opens the same catalog as another process. */
  open(): Promise<Catalog>;
  readonly faults: CatalogFaults;
}

/** Makes a catalog for one test. */
export type SetUpCatalog = () => Promise<CatalogSetup>;

export const L2 = 'l2@2';

/** Adds pending images. */
export async function addImages(catalog: Catalog, count: number, stream = 'default'): Promise<ImageRecord[]> {
  return addPictures(
    catalog,
    Array.from({ length: count }, () => newImage({ stream })),
  );
}

/** Adds ready images. */
export async function addReadyImages(catalog: Catalog, count: number, stream = 'default'): Promise<ImageRecord[]> {
  const images = await addImages(catalog, count, stream);
  await makeReady(catalog, images);
  return images.map((image) => ({ ...image, state: 'ready' }));
}

/** Adds pictures of one stream as pending images. */
export async function addPictures(catalog: Catalog, added: readonly NewImage[]): Promise<ImageRecord[]> {
  return catalog.writeImages(await holderOf(catalog, added[0]?.stream ?? 'default'), { added });
}

/** Makes images of one stream ready. */
export async function makeReady(catalog: Catalog, ids: readonly ImageId[]): Promise<void> {
  const holder = await holderOf(catalog, ids[0]?.stream ?? 'default');
  await catalog.writeImages(holder, { ready: ids.map(({ number }) => number) });
}

/** Records where images of one stream were published. */
export async function publishAt(
  catalog: Catalog,
  published: readonly (ImageId & { readonly position: RecordPosition })[],
): Promise<void> {
  await catalog.writeImages(await holderOf(catalog, published[0]?.stream ?? 'default'), { published });
}

/** Makes events ready whose first attempt is pending. */
export async function makeEventsReady(catalog: Catalog, numbers: readonly number[]): Promise<void> {
  await catalog.markEventsReady(numbers.map((number) => ({ number, attempt: 1 })));
}

/** Makes a new holder of a stream, and fences the stream for it. */
export async function holderOf(catalog: Catalog, stream = 'default'): Promise<StreamHolder> {
  const holder = { stream, token: randomUUID() };
  await catalog.fenceStream(holder);
  return holder;
}

export function id(number: number, stream = 'default'): ImageId {
  return { stream, number };
}

/** Adds three images, of which the third has changed, with its alert: nothing is open. */
export async function closedPipeline(catalog: Catalog): Promise<void> {
  await catalog.setThreshold(L2, levels(0));
  const images = await addReadyImages(catalog, 3);
  await publishAt(
    catalog,
    images.map(({ stream, number }) => ({ stream, number, position: positionAt(number - 1) })),
  );
  await catalog.addOutcomes([
    newOutcome(id(1), 'first'),
    newOutcome(id(2), 'unchanged'),
    newOutcome(id(3), 'changed', { reference: 2 }),
  ]);
  await makeEventsReady(catalog, [1]);
  await catalog.markEventsPublished([{ number: 1, position: positionAt(0, { topic: 'image_event_alert' }) }]);
  await catalog.addAlerts([newAlert(1)]);
  await catalog.markAlertsReady([1]);
}
