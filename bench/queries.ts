/**
 * `npm run bench:queries`: the time of each query that `view`, `list`, `status` and the viewer's pages make on a large
 * catalog, on SQLite and on PostgreSQL.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { openPostgresCatalog } from '../src/adapters/postgres/catalog.ts';
import { createSqliteCatalog } from '../src/adapters/sqlite/catalog.ts';
import { openDatabase } from '../src/adapters/sqlite/database.ts';
import type { Catalog } from '../src/ports/catalog/catalog.ts';
import { catalogFile } from '../test/support/open-sqlite.ts';
import { connectionTo, createDatabaseOn } from '../test/support/postgres/databases.ts';
import { startPostgres } from '../test/support/postgres/postgres-server.ts';
import { fillLargePostgres, fillLargeSqlite, LAST_STREAM } from './large-catalog.ts';
import { head, ms, row } from './print.ts';
import { percentile } from './statistics.ts';

const IMAGES = Number(process.env['IMAGES'] ?? 1_000_000);
const ALERTS = IMAGES / 10;
const TIMES = 20;
const TECHNIQUE = 'l2@2';
const PAGE = { limit: 50 };
const DAY = { from: '2026-01-02T00:00:00.000Z', to: '2026-01-03T00:00:00.000Z' };

const QUERIES: readonly (readonly [string, (catalog: Catalog) => Promise<unknown>])[] = [
  ['status: counts', (catalog) => catalog.counts()],
  ['view: an alert', (catalog) => catalog.alertEntries([ALERTS / 2])],
  ['view: its neighbours', (catalog) => catalog.neighbours(ALERTS / 2)],
  ['page: the range of alerts', (catalog) => catalog.alertRange()],
  ['page: streams and techniques to choose from', (catalog) => catalog.choices()],
  ['page: new alerts', (catalog) => catalog.readyAfter(ALERTS - 10, 50)],
  ['page: measurements of a stream', (catalog) => catalog.measured(LAST_STREAM, TECHNIQUE, { limit: 300 })],
  ['list images', (catalog) => catalog.imagesBelow(LAST_STREAM, {}, { limit: 50 })],
  ['list images of a day', (catalog) => catalog.imagesBelow(LAST_STREAM, DAY, { limit: 50 })],
  ['list events', (catalog) => catalog.eventsBelow({}, { limit: 50 })],
  ['list events of a day', (catalog) => catalog.eventsBelow(DAY, { limit: 50 })],
  ['list events of a day and stream', (catalog) => catalog.eventsBelow({ ...DAY, stream: LAST_STREAM }, { limit: 50 })],
  ['list events of a stream', (catalog) => catalog.eventsBelow({ stream: LAST_STREAM }, { limit: 50 })],
  ['list dead letters', (catalog) => catalog.deadLetterHeads(undefined, 50, { withDropped: false })],
  ['list alerts', (catalog) => catalog.alertPage({}, PAGE)],
  ['list alerts of a stream', (catalog) => catalog.alertPage({ stream: LAST_STREAM }, PAGE)],
  ['list alerts of a technique', (catalog) => catalog.alertPage({ technique: TECHNIQUE }, PAGE)],
  ['list alerts of a day', (catalog) => catalog.alertPage(DAY, PAGE)],
  ['list alerts of a day and technique', (catalog) => catalog.alertPage({ ...DAY, technique: TECHNIQUE }, PAGE)],
  ['list alerts of a day and stream', (catalog) => catalog.alertPage({ ...DAY, stream: LAST_STREAM }, PAGE)],
  ['list the largest alerts', (catalog) => catalog.alertPage({ minMeasurement: 9990 }, PAGE)],
  ['list large alerts', (catalog) => catalog.alertPage({ minMeasurement: 5000 }, PAGE)],
];

const folder = mkdtempSync(path.join(tmpdir(), 'imgpipe-bench-'));
const server = await startPostgres({ shared_buffers: '512MB' });
try {
  await fillLargeSqlite(folder, IMAGES);
  const connection = connectionTo(server.port, await createDatabaseOn(server.port));
  const postgres = await openPostgresCatalog(connection, { create: true });
  await fillLargePostgres(connection, IMAGES);
  const sqlite = createSqliteCatalog(await openDatabase(catalogFile(folder), { create: false }));
  head(
    `queries on ${IMAGES} images and ${ALERTS} alerts`,
    'SQLite p50',
    'SQLite best',
    'PostgreSQL p50',
    'PostgreSQL best',
  );
  for (const [what, query] of QUERIES) {
    const [ofSqlite, ofPostgres] = [await times(() => query(sqlite)), await times(() => query(postgres))];
    row(what, ...[ofSqlite, ofPostgres].flatMap((all) => [ms(percentile(all, 0.5)), ms(Math.min(...all))]));
  }
  await sqlite.close();
  await postgres.close();
} finally {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
}

async function times(work: () => Promise<unknown>): Promise<number[]> {
  const all: number[] = [];
  for (let time = 0; time < TIMES; time += 1) {
    const began = performance.now();
    await work();
    all.push(performance.now() - began);
  }
  return all;
}
