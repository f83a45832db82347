import { describe, expect, it } from 'vitest';
import { countsOf, type Reader } from '../../../src/adapters/sqlite/counts.ts';
import type { Database, Value } from '../../../src/adapters/sqlite/database.ts';
import { createOpenRows } from '../../../src/adapters/sqlite/open-rows.ts';
import { fillImages } from '../../support/many-images.ts';
import { openSqlite } from '../../support/open-sqlite.ts';
import { levels } from '../../support/samples.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** Tables that grow with each image. A query that reads all of one becomes slower and slower. */
const GROWING = /SCAN (image|i|outcome|o|event|e|alert|a|bus_message)\b(?! USING INDEX image_unpublished)/;

/** A reader that records the query plan of each query. */
function explaining(db: Database): { readonly reader: Reader; readonly plans: string[] } {
  const plans: string[] = [];
  const explained = <T>(sql: string, values: Value[], read: () => T): T => {
    for (const row of db.all(`EXPLAIN QUERY PLAN ${sql}`, ...values)) plans.push(`${row['detail']} in ${sql}`);
    return read();
  };
  return {
    plans,
    reader: {
      all: (sql, ...values) => explained(sql, values, () => db.all(sql, ...values)),
      get: (sql, ...values) => explained(sql, values, () => db.get(sql, ...values)),
    },
  };
}

describe('the counts of a catalog', () => {
  it('are read without a scan of a table that grows', async () => {
    const { db, catalog } = await openSqlite(temporaryFolder());
    await catalog.setThreshold('l2@1', levels(0));
    await catalog.setThreshold('changed@1', levels(0));
    const { reader, plans } = explaining(db);
    countsOf(reader);
    expect(plans.length).toBeGreaterThan(10);
    expect(plans.filter((plan) => GROWING.test(plan))).toEqual([]);
  });

  it('have the outcomes by their threshold from one table, along its key', async () => {
    const { db, catalog } = await openSqlite(temporaryFolder());
    await catalog.setThreshold('l2@1', levels(0));
    const { reader, plans } = explaining(db);
    countsOf(reader);
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
    await catalog.setThreshold('changed@1', levels(0));
    expect(await catalog.counts()).toMatchObject({
      openImages: 400,
      oldestOpen: { stream: 'camera-0000', number: 1 },
      techniques: [{ open: 400 }, { open: 100 }],
    });
  });

  it('have open rows found along the tables of what is owed', async () => {
    const { db } = await openSqlite(temporaryFolder());
    const { reader, plans } = explaining(db);
    const open = createOpenRows({ ...db, ...reader, snapshot: (work) => work() });
    await open.openRanges();
    await open.openImagePage(undefined, 9);
    await open.openEventPage(0, 9, { unpublished: true });
    expect(plans.filter((plan) => /SCAN (image|i|outcome|event|e|alert|a)\b/.test(plan))).toEqual([]);
  });
});
