import type { AuditCatalog } from '../../ports/catalog/audit.ts';
import { countsOf } from './counts.ts';
import { createOpenRows } from './open-rows.ts';
import { pagesOf } from './pages.ts';
import { copyOf, type Tables } from './tables.ts';

/** Computed on each call: the tables of a test are small. */
export function createAuditRows(tables: Tables): AuditCatalog {
  return {
    ...createOpenRows(tables),
    counts: async () => countsOf(tables),
    snapshot: async (read) => read(pagesOf(copyOf(tables))),
  };
}
