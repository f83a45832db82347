/** `npm run bench:catalog`: the calls of the stages to the catalog, on SQLite and on PostgreSQL, by one writer and by four. */
import { randomUUID } from 'node:crypto';
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
import { levels, newAlert, newImage, newOutcome, positionAt } from '../test/support/samples.ts';
import { head, ms, row } from './print.ts';
import { percentile } from './statistics.ts';

/** As many images as a stage hands over at once. Every fourth changes. */
const BATCH = 16;
const ROUNDS = 60;
const WARM_UP = 10;
const TECHNIQUE = 'l2@2';

type Times = Map<string, number[]>;

const folder = mkdtempSync(path.join(tmpdir(), 'imgpipe-bench-'));
// As a server is that keeps what it has committed.
const server = await startPostgres({ fsync: 'on' });
try {
  const connection = connectionTo(server.port, await createDatabaseOn(server.port));
  const openers = {
    SQLite: async () => createSqliteCatalog(await openDatabase(catalogFile(folder), { create: true })),
    PostgreSQL: () => openPostgresCatalog(connection, { create: true }),
  };
  for (const writers of [1, 4]) {
    const [sqlite, postgres] = [await measure(openers.SQLite, writers), await measure(openers.PostgreSQL, writers)];
    head(`${writers} writing, batches of ${BATCH}`, 'SQLite p50', 'PostgreSQL p50');
    for (const [call, times] of sqlite.times) {
      row(call, ms(percentile(times, 0.5), 2), ms(percentile(postgres.times.get(call) ?? [], 0.5), 2));
    }
    row('images a second', sqlite.rate.toFixed(0), postgres.rate.toFixed(0));
  }
} finally {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
}

async function measure(open: () => Promise<Catalog>, writers: number): Promise<{ times: Times; rate: number }> {
  const times: Times = new Map();
  const catalogs = await Promise.all(Array.from({ length: writers }, open));
  await catalogs[0]?.setThreshold(TECHNIQUE, levels(0));
  const began = performance.now();
  await Promise.all(catalogs.map((catalog) => write(catalog, times)));
  const seconds = (performance.now() - began) / 1000;
  await Promise.all(catalogs.map((catalog) => catalog.close()));
  return { times, rate: (writers * ROUNDS * BATCH) / seconds };
}

/** What the three stages write and read for the images of one stream. */
async function write(catalog: Catalog, times: Times): Promise<void> {
  const stream = `s-${randomUUID().slice(0, 8)}`;
  const holder = { stream, token: randomUUID() };
  await catalog.fenceStream(holder);
  for (let round = 0; round < ROUNDS; round += 1) {
    const timed = async <T>(call: string, work: () => Promise<T>): Promise<T> => {
      const began = performance.now();
      const result = await work();
      if (round >= WARM_UP) times.set(call, [...(times.get(call) ?? []), performance.now() - began]);
      return result;
    };
    const added = Array.from({ length: BATCH }, () => newImage({ stream }));
    const images = await timed('receive: add images', () => catalog.writeImages(holder, { added }));
    const numbers = images.map(({ number }) => number);
    await timed('receive: make them ready', () => catalog.writeImages(holder, { ready: numbers }));
    const published = numbers.map((number) => ({ number, position: positionAt(number) }));
    await timed('receive: enter positions', () => catalog.writeImages(holder, { published }));
    await timed('analyze: find images', () => catalog.images(images));
    await timed('analyze: find references', () => catalog.references(images));
    const outcomes = images.map((image) => newOutcome(image, image.number % 4 === 0 ? 'changed' : 'unchanged'));
    const events = (await timed('analyze: add outcomes', () => catalog.addOutcomes(outcomes))).flatMap(
      ({ event }) => event ?? [],
    );
    await timed('analyze: make events ready', () => catalog.markEventsReady(events));
    const positions = events.map(({ number }) => ({
      number,
      position: positionAt(number, { topic: 'image_event_alert' }),
    }));
    await timed('analyze: enter positions', () => catalog.markEventsPublished(positions));
    const alerts = events.map(({ number }) => number);
    await timed('alert: find events', () => catalog.events(alerts));
    await timed('alert: add alerts', () => catalog.addAlerts(alerts.map(newAlert)));
    await timed('alert: make them ready', () => catalog.markAlertsReady(alerts));
  }
}
