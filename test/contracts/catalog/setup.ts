import type { ImageId, ImageRecord } from '../../../src/domain/records.ts';
import type { Catalog } from '../../../src/ports/catalog/catalog.ts';
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

export const L2 = 'l2@1';

export async function addImages(catalog: Catalog, count: number, stream = 'default'): Promise<ImageRecord[]> {
  return catalog.addImages(Array.from({ length: count }, () => newImage({ stream })));
}

export function id(number: number, stream = 'default'): ImageId {
  return { stream, number };
}

/** Adds three images, of which the third has changed, with its alert: nothing is open. */
export async function closedPipeline(catalog: Catalog): Promise<void> {
  await catalog.setThreshold(L2, levels(0));
  const images = await addImages(catalog, 3);
  await catalog.markImagesReady(images);
  await catalog.markImagesPublished(
    images.map(({ stream, number }) => ({ stream, number, position: positionAt(number - 1) })),
  );
  await catalog.addOutcomes([
    newOutcome(id(1), 'first'),
    newOutcome(id(2), 'unchanged'),
    newOutcome(id(3), 'changed', { reference: 2 }),
  ]);
  await catalog.markEventsReady([{ number: 1, differenceSha256: 'd'.repeat(64) }]);
  await catalog.markEventsPublished([{ number: 1, position: positionAt(0, { topic: 'image_event_alert' }) }]);
  await catalog.addAlerts([newAlert(1)]);
  await catalog.markAlertsReady([1]);
}
