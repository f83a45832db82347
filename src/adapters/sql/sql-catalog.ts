import type { Catalog } from '../../ports/catalog/catalog.ts';
import { createAlertRows } from './alert-rows.ts';
import { createBrowsingRows } from './browsing-rows.ts';
import { countsOf } from './counts.ts';
import { createDeadLetterRows } from './dead-letter-rows.ts';
import { createHeartbeatRows } from './heartbeat-rows.ts';
import { createImageRows } from './image-rows.ts';
import { createOpenRows } from './open-rows.ts';
import { createOutcomeRows } from './outcome-rows.ts';
import { createPipelineRows } from './pipeline-rows.ts';
import type { SqlDatabase } from './sql-database.ts';
import { get } from './work.ts';

/** What a catalog in SQL does alike on each database. */
export type SqlCatalog = Omit<
  Catalog,
  'address' | 'lock' | 'location' | 'recordLocation' | 'separateCopy' | 'verify' | 'snapshot' | 'forPipeline' | 'close'
>;

export function createSqlCatalog(db: SqlDatabase): SqlCatalog {
  return {
    now: () =>
      db.read(function* () {
        return String((yield* get(`SELECT ${db.dialect.now} AS now`))?.['now']);
      }),
    ...createPipelineRows(db),
    ...createImageRows(db),
    ...createOutcomeRows(db),
    ...createAlertRows(db),
    ...createDeadLetterRows(db),
    ...createHeartbeatRows(db),
    ...createBrowsingRows(db),
    ...createOpenRows(db),
    counts: () => db.snapshot(countsOf),
  };
}
