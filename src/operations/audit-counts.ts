import type { Counts } from '../ports/catalog/audit.ts';
import type { AuditTotals, Fault } from './audit-report.ts';

/** Reports where the catalog's counters differ from its rows. */
export function countFaults(counts: Counts, totals: AuditTotals & { readonly openEvents: number }): Fault[] {
  const pairs: readonly (readonly [string, number, number])[] = [
    ['images', counts.images, totals.images],
    ['analyzed images', counts.images - counts.openImages, totals.analyzed],
    ['events', counts.events, totals.events],
    ['alerts', counts.alerts, totals.alerts],
    ['events without an alert', counts.openEvents, totals.openEvents],
  ];
  return pairs.flatMap(([what, counted, rows]) =>
    counted === rows
      ? []
      : [{ key: `count of ${what}`, what: `the catalog counts ${counted}, but has rows for ${rows}` }],
  );
}
