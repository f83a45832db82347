import { imageName } from '../domain/records.ts';
import type { AuditCatalog, OpenEvent, OpenImage } from '../ports/catalog/audit.ts';
import type { Fault } from './audit-report.ts';
import type { Balance } from './balance.ts';
import { rowsOf } from './row-stream.ts';

type OpenRows = Pick<AuditCatalog, 'openRanges' | 'openImagePage' | 'openEventPage'>;

/** An open image or event whose message will not be delivered. */
export type LostItem =
  | { readonly kind: 'image'; readonly image: OpenImage }
  | { readonly kind: 'event'; readonly event: OpenEvent };

/**
 * Finds the open images and events whose messages will not be delivered. As long as nothing is lost, all are within the
 * ranges that their partitions deliver, and only the ranges are read, not the rows. `balanceNow` is called after the
 * rows are read, so that what was published meanwhile is not reported as lost.
 */
export async function findLost(catalog: OpenRows, balanceNow: () => Promise<Balance>): Promise<LostItem[]> {
  const ranges = await catalog.openRanges();
  const unpublished: OpenEvent[] = [];
  for await (const event of openEvents(catalog, { unpublished: true })) unpublished.push(event);
  const balance = await balanceNow();
  if (balance.allWait(ranges) && unpublished.every(balance.eventWaits)) return [];

  const suspects: LostItem[] = [];
  for await (const image of rowsOf(
    (after, limit) => catalog.openImagePage(after, limit),
    (row: OpenImage) => row,
  )) {
    if (!balance.imageWaits(image)) suspects.push({ kind: 'image', image });
  }
  for await (const event of openEvents(catalog, { unpublished: false })) {
    if (!balance.eventWaits(event)) suspects.push({ kind: 'event', event });
  }
  const latest = await balanceNow();
  return suspects.filter((item) =>
    item.kind === 'image' ? !latest.imageWaits(item.image) : !latest.eventWaits(item.event),
  );
}

export function lostImage({ image, technique }: OpenImage, defaultTechnique: string): Fault {
  return {
    key: `image ${imageName(image)}`,
    what: `no outcome of ${technique ?? defaultTechnique}, and its message will not be delivered again`,
  };
}

export function lostEvent({ number }: Pick<OpenEvent, 'number'>): Fault {
  return { key: `event ${number}`, what: 'no alert, and its message will not be delivered again' };
}

function openEvents(catalog: OpenRows, options: { readonly unpublished: boolean }): AsyncGenerator<OpenEvent> {
  return rowsOf(
    (after: number | undefined, limit) => catalog.openEventPage(after ?? 0, limit, options),
    ({ number }: OpenEvent) => number,
  );
}
