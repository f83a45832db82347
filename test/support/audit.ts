import { auditRows } from '../../src/operations/audit.ts';
import type { Fault, OpenEventRow, OpenImageRow } from '../../src/operations/audit-report.ts';
import type { Counts } from '../../src/ports/catalog/audit.ts';
import type { Catalog } from '../../src/ports/catalog/catalog.ts';

/** What an audit finds: counts from the rows, what is open, and what does not fit together. */
export interface Audit extends Pick<Counts, 'deadLetters' | 'streams' | 'techniques' | 'oldestOpen'> {
  readonly images: number;
  readonly analyzed: number;
  readonly events: number;
  readonly alerts: number;
  readonly openImages: readonly OpenImageRow[];
  readonly openEvents: readonly OpenEventRow[];
  readonly faults: readonly Fault[];
}

/** Audits a catalog, for the technique given where none is in use. */
export async function auditOf(catalog: Catalog, defaultTechnique: string): Promise<Audit> {
  const openImages: OpenImageRow[] = [];
  const openEvents: OpenEventRow[] = [];
  const faults: Fault[] = [];
  const { totals, counts } = await catalog.snapshot(async (pages) => ({
    totals: await auditRows(pages, defaultTechnique, {
      onFault: (fault) => faults.push(fault),
      onOpenImage: (image) => openImages.push(image),
      onOpenEvent: (event) => openEvents.push(event),
    }),
    counts: await pages.counts(),
  }));
  const { deadLetters, streams, techniques, oldestOpen } = counts;
  return { ...totals, deadLetters, streams, techniques, openImages, openEvents, oldestOpen, faults };
}
