import { isDeliverable } from '../domain/record-positions.ts';
import { imageName } from '../domain/records.ts';
import type { Catalog } from '../ports/catalog/catalog.ts';
import type { Deliveries } from '../stages/reconcile/deliveries.ts';
import { auditRows } from './audit.ts';
import { countFaults } from './audit-counts.ts';
import type { OpenEventRow, OpenImageRow } from './audit-report.ts';
import { createFaultList, type FaultList } from './fault-list.ts';
import type { StatusParts, StatusView, Totals } from './status-parts.ts';
import { verifyFiles } from './verify-files.ts';

export interface CheckParts extends StatusParts {
  /** The state of the broker; undefined while it is unreachable. */
  readonly view: StatusView | undefined;
  /** Reads every object, even if the store knows its digest. */
  readonly deep?: boolean;
  readonly onChecked?: (objects: number) => void;
}

/** How many images are looked up together. */
const PAGE = 500;

/** Reads every row of one snapshot, compares every object with it, and lists what is wrong with them. */
export async function checkAll(parts: CheckParts): Promise<{ readonly totals: Totals; readonly faults: FaultList }> {
  const { catalog, store, view, defaultTechnique, deep = false, onChecked } = parts;
  return catalog.snapshot(async (pages) => {
    const faults = createFaultList();
    // The logs are read after the snapshot, so they contain every message that it has a position for.
    const deliveries = await view?.deliveries();
    const images = countOpenImages(deliveries);
    const events = countOpenEvents(catalog, deliveries);
    const totals = await auditRows(pages, defaultTechnique, {
      onFault: faults.add,
      onOpenImage: images.add,
      onOpenEvent: events.add,
    });
    const [openImages, openEvents] = [images.counts(), await events.counts()];
    // Missing rows also make the counts differ, and have been reported already.
    const counted = { ...totals, openEvents: openEvents.waiting };
    if (faults.count() === 0) for (const fault of countFaults(await pages.counts(), counted)) faults.add(fault);
    await verifyFiles({ pages, catalog, store, faults, deep, ...(onChecked && { onChecked }) });
    const waiting = { analysis: openImages.waiting, alert: openEvents.waiting };
    const republished = { analysis: openImages.republished, alert: openEvents.republished };
    return { totals: { ...totals, waiting, republished }, faults };
  });
}

/** Counts images once, however many techniques they are open for. The rows of one image are consecutive. */
function countOpenImages(deliveries: Deliveries | undefined) {
  const counts = { waiting: 0, republished: 0 };
  let latest: { readonly name: string; republished: boolean } | undefined;
  return {
    add({ image, technique, position }: OpenImageRow): void {
      const name = imageName(image);
      if (latest?.name !== name) {
        latest = { name, republished: false };
        counts.waiting += 1;
      }
      const delivered = deliveries === undefined || isDeliverable(position, deliveries.images(technique));
      if (delivered || latest.republished) return;
      latest.republished = true;
      counts.republished += 1;
    },
    counts: () => counts,
  };
}

function countOpenEvents(catalog: Pick<Catalog, 'images'>, deliveries: Deliveries | undefined) {
  const open: OpenEventRow[] = [];
  const counts = { waiting: 0, republished: 0 };
  return {
    add(event: OpenEventRow): void {
      counts.waiting += 1;
      if (deliveries !== undefined && !isDeliverable(event.position, deliveries.events)) open.push(event);
    },
    /** An event without a position depends on that of its image. */
    async counts() {
      for (let first = 0; first < open.length; first += PAGE) {
        const page = open.slice(first, first + PAGE);
        const images = await catalog.images(page.map(({ image }) => image));
        for (const [index, event] of page.entries()) {
          const imagePosition = images[index]?.position ?? null;
          if (!deliveries?.eventWaits({ ...event, imagePosition })) counts.republished += 1;
        }
      }
      return counts;
    },
  };
}
