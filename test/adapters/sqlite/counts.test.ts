import { describe, expect, it } from 'vitest';
import { countsOf } from '../../../src/adapters/sql/counts.ts';
import { createImageRows } from '../../../src/adapters/sql/image-rows.ts';
import { createOpenRows } from '../../../src/adapters/sql/open-rows.ts';
import type { SqlDatabase } from '../../../src/adapters/sql/sql-database.ts';
import type { Value } from '../../../src/adapters/sql/work.ts';
import type { Database } from '../../../src/adapters/sqlite/database.ts';
import { perform, sqlOf } from '../../../src/adapters/sqlite/dialect.ts';
import type { Queries } from '../../../src/adapters/sqlite/queries.ts';
import { fillImages } from '../../support/many-images.ts';
import { openSqlite } from '../../support/open-sqlite.ts';
import { levels } from '../../support/samples.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** Tables that grow with each image. A query that reads all of one becomes slower and slower. */
const GROWING = /SCAN (image|i|outcome|o|event|e|alert|a|bus_message)\b(?! USING (COVERING )?INDEX image_pending)/;

/** A database that records the query plan of each query. */
function explaining(db: Database): { readonly sql: SqlDatabase; readonly plans: string[] } {
  const plans: string[] = [];
  const explain = (sql: string, values: readonly Value[]) => {
    for (const row of db.all(`EXPLAIN QUERY PLAN ${sql}`, ...values)) plans.push(`${row['detail']} in ${sql}`);
  };
  const queries: Queries = {
    ...db,
    all: (sql, ...values) => {
      explain(sql, values);
      return db.all(sql, ...values);
    },
    get: (sql, ...values) => {
      explain(sql, values);
      return db.get(sql, ...values);
    },
  };
  return { plans, sql: { ...sqlOf(db), read: async (work) => perform(work(), queries) } };
}

describe('the counts of a catalog', () => {
  it('are read without a scan of a table that grows', async () => {
    const { db, catalog } = await openSqlite(temporaryFolder());
    await catalog.setThreshold('l2@2', levels(0));
    await catalog.setThreshold('changed@2', levels(0));
    const { sql, plans } = explaining(db);
    await sql.read(countsOf);
    expect(plans.length).toBeGreaterThan(10);
    expect(plans.filter((plan) => GROWING.test(plan))).toEqual([]);
  });

  it('have the outcomes by their threshold from one table, along its key', async () => {
    const { db, catalog } = await openSqlite(temporaryFolder());
    await catalog.setThreshold('l2@2', levels(0));
    const { sql, plans } = explaining(db);
    await sql.read(countsOf);
    const ofOutcomes = plans.filter((plan) => /outcome/.test(plan));
    expect(ofOutcomes).toHaveLength(1);
    expect(ofOutcomes[0]).toMatch(/^SEARCH outcome_total USING PRIMARY KEY \(technique=\?\)/);
  });

  it('agree with the rows, also while images wait for one technique and for two', async () => {
    const folder = temporaryFolder();
    await fillImages(folder, { images: 400, open: 100, streams: 4 });
    const { catalog } = await openSqlite(folder);
    expect(await catalog.counts()).toMatchObject({
      images: 400,
      openImages: 100,
      oldestOpen: { stream: 'camera-0000', number: 76 },
      techniques: [{ outcomes: { first: 4, unchanged: 296 }, open: 100 }],
    });
    await catalog.setThreshold('changed@2', levels(0));
    expect(await catalog.counts()).toMatchObject({
      openImages: 400,
      oldestOpen: { stream: 'camera-0000', number: 1 },
      techniques: [{ open: 400 }, { open: 100 }],
    });
  });
});

describe('the rows that reconciliation looks for', () => {
  it('are found along the indexes of what is owed, without a scan or a sort', async () => {
    const { db } = await openSqlite(temporaryFolder());
    const { sql, plans } = explaining(db);
    const open = createOpenRows(sql);
    const deliverable = {
      bus: 'embedded',
      ranges: [0, 1, 2].map((partition) => ({ partition, from: 10, to: 20 })),
    };
    await open.anyOpen();
    await open.undeliverableStreams('l2@2', deliverable);
    await open.undeliverableImages('l2@2', deliverable, 'default', 7, 9);
    await open.undeliverableEvents(deliverable, 7, 9);
    expect(plans.filter((plan) => GROWING.test(plan))).toEqual([]);
    const steps = plans.map((plan) => plan.slice(0, plan.indexOf(' in ')));
    expect(steps).toEqual(
      expect.arrayContaining([
        'SEARCH owed USING COVERING INDEX owed_by_position (technique=?)',
        'SEARCH owed USING PRIMARY KEY (stream=? AND number>?)',
        'SEARCH o USING INTEGER PRIMARY KEY (rowid>?)',
      ]),
    );
    expect(steps.filter((step) => /TEMP B-TREE FOR ORDER BY/.test(step))).toEqual([]);
  });

  it('are found by index if they are pending', async () => {
    const { db } = await openSqlite(temporaryFolder());
    const { sql, plans } = explaining(db);
    const images = createImageRows(sql);
    await images.pendingImages('default');
    await images.pendingStreams();
    await images.references([{ stream: 'default', number: 9 }]);
    await images.newestImages([{ stream: 'default' }, { stream: 'default', path: '/a' }]);
    const file = { host: 'here', modifiedAt: '2026-01-01T00:00:00.000Z' };
    await images.imagesOfFiles([{ stream: 'default', sha256: 'a'.repeat(64), file, after: 0, limit: 9 }]);
    expect(plans.length).toBeGreaterThanOrEqual(6);
    expect(plans.filter((plan) => GROWING.test(plan) || /TEMP B-TREE/.test(plan))).toEqual([]);
  });
});
