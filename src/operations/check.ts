import { imageName, type RecordPosition } from '../domain/records.ts';
import type { OpenImage } from '../ports/catalog/audit.ts';
import type { Catalog } from '../ports/catalog/catalog.ts';
import { auditRows } from './audit.ts';
import { countFaults } from './audit-counts.ts';
import type { OpenEventRow } from './audit-report.ts';
import { type Balance, createBalance } from './balance.ts';
import { createFaultList, type FaultList } from './fault-list.ts';
import { lostEvent, lostImage } from './find-lost.ts';
import type { BusView, StatusParts, Totals } from './status-parts.ts';
import { verifyFiles } from './verify-files.ts';

export interface CheckParts extends StatusParts {
  /** The state of the broker; undefined while it is unreachable: nothing is reported as lost then. */
  readonly view: BusView | undefined;
  readonly onChecked?: (objects: number) => void;
}

/** How many images are looked up together. */
const PAGE = 500;

/** Reads every row and every object of one snapshot, and lists what is wrong with them. */
export async function checkAll(parts: CheckParts): Promise<{ readonly totals: Totals; readonly faults: FaultList }> {
  const { catalog, store, view, defaultTechnique, onChecked } = parts;
  return catalog.snapshot(async (pages) => {
    const faults = createFaultList();
    // The logs are read after the snapshot, so they contain every message that it has a position for.
    const balance =
      view &&
      createBalance({ busId: view.bus.id, committed: view.committed, logs: await view.readLogs(), defaultTechnique });
    const images = createWaitingImages(balance, defaultTechnique, faults);
    const events = createWaitingEvents(catalog, balance, faults);
    const totals = await auditRows(pages, defaultTechnique, {
      onFault: faults.add,
      onOpenImage: images.add,
      onOpenEvent: events.add,
    });
    const waiting = { analysis: images.count(), alert: await events.count() };
    // Missing rows also make the counts differ, and have been reported already.
    if (faults.count() === 0) for (const fault of countFaults(await pages.counts(), totals)) faults.add(fault);
    await verifyFiles({ pages, catalog, store, faults, ...(onChecked && { onChecked }) });
    return { totals: { ...totals, waiting }, faults };
  });
}

/** Counts the open images that will be delivered. One that is lost for a technique is a fault and is not counted. */
function createWaitingImages(balance: Balance | undefined, defaultTechnique: string, faults: FaultList) {
  let waiting = 0;
  let latest: { readonly name: string; counted: boolean } | undefined;
  return {
    add(open: OpenImage): void {
      const name = imageName(open.image);
      const waits = balance === undefined || balance.imageWaits(open);
      if (!waits) faults.add(lostImage(open, defaultTechnique));
      // The rows of one image are consecutive.
      if (latest?.name !== name) {
        latest = { name, counted: waits };
        if (waits) waiting += 1;
      } else if (!waits && latest.counted) {
        latest.counted = false;
        waiting -= 1;
      }
    },
    count: () => waiting,
  };
}

function createWaitingEvents(catalog: Pick<Catalog, 'images'>, balance: Balance | undefined, faults: FaultList) {
  const unpublished: OpenEventRow[] = [];
  let waiting = 0;

  function addEvent(event: OpenEventRow, imagePosition: RecordPosition | null): void {
    if (balance === undefined || balance.eventWaits({ ...event, imagePosition })) waiting += 1;
    else faults.add(lostEvent(event));
  }

  return {
    add(event: OpenEventRow): void {
      if (event.position === null) unpublished.push(event);
      else addEvent(event, null);
    },
    /** Counts the events that will be delivered. Unpublished ones depend on the positions of their images. */
    async count(): Promise<number> {
      for (let first = 0; first < unpublished.length; first += PAGE) {
        const page = unpublished.slice(first, first + PAGE);
        const images = await catalog.images(page.map(({ image }) => image));
        for (const [index, event] of page.entries()) addEvent(event, images[index]?.position ?? null);
      }
      return waiting;
    },
  };
}
