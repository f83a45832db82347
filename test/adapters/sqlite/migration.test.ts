import { statSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { DatabaseSync } from '@photostructure/sqlite';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../../src/adapters/sqlite/database.ts';
import { SCHEMA, SCHEMA_VERSION } from '../../../src/adapters/sqlite/schema.ts';
import type { AlertFilter } from '../../../src/ports/catalog/browsing.ts';
import { PIPELINE_LOCK } from '../../../src/ports/catalog/locks.ts';
import { auditOf } from '../../support/audit.ts';
import { type Running, startProgram } from '../../support/imgpipe.ts';
import { makeOldCatalog, OLD_ID, queried, shapeOf, versionOf } from '../../support/old-catalogs.ts';
import { openSqlite } from '../../support/open-sqlite.ts';
import { levels } from '../../support/samples.ts';
import { startUntilTestEnds } from '../../support/start-until-test-ends.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** A catalog of version 1 with a row in each table, and dead letters of an image, of a message, and of a message that disagrees with its row. */
const ROWS = `
INSERT INTO technique VALUES ('l2@1', 2.5);
INSERT INTO stream VALUES ('sky', 3);
INSERT INTO image (stream, number, incoming, format, origin, sha256, bytes, received_at, state, place_bus, place_topic, place_partition, place_offset)
  SELECT 'sky', value, 'sky/' || value, 'jpg', '/a', 'aa', 7, '2026-01-02T03:04:05.678Z', 'ready', 'embedded', 'image_analysis', 0, value - 1
  FROM json_each('[1, 2, 3]');
INSERT INTO outcome VALUES
  ('l2@1', 'sky', 1, 'first', 2.5, NULL, NULL, '2026-01-02T03:04:05.678Z'),
  ('l2@1', 'sky', 2, 'changed', 2.5, 12.5, 1, '2026-01-02T03:04:05.678Z'),
  ('l2@1', 'sky', 3, 'dead', 2.5, NULL, NULL, '2026-01-02T03:04:05.678Z');
UPDATE pipeline SET last_event = 1;
INSERT INTO event VALUES (1, 'l2@1', 'sky', 2, 'ready', '/data', 'dd', 'embedded', 'image_event_alert', 0, 0);
INSERT INTO alert VALUES (1, 'ready', '/data', '2026-01-02T03:04:05.678Z');
INSERT INTO bus_topic VALUES ('image_analysis', 5);
INSERT INTO bus_message SELECT 'image_analysis', value, 'sky', '{"ce_id":"' || value || '"}', 'value ' || value FROM json_each('[0, 1, 2, 3, 4]');
INSERT INTO bus_committed VALUES ('image_analysis', 'image_analysis_group', 5);
INSERT INTO dead_letter VALUES
  (4, 'analyze', 'undecodable', 'cut short', NULL, 1, '2026-01-02T03:04:05.678Z', 'sky', 3, 'l2@1', NULL, 'embedded', 'image_analysis', 0, 2),
  (5, 'analyze', 'unknown_row', 'no image', NULL, 1, '2026-01-02T03:04:05.678Z', NULL, NULL, NULL, NULL, 'embedded', 'image_analysis', 0, 9),
  (6, 'analyze', 'bad_message', 'it lies', NULL, 1, '2026-01-02T03:04:05.678Z', 'sky', 2, 'l2@1', NULL, 'embedded', 'image_analysis', 0, 4);
`;

/** A catalog of version 3 with six alerts: the second is pending, the third was raised before its image was received, and the last has no image. */
const ALERTS = `
INSERT INTO image (stream, number, incoming, format, origin, sha256, bytes, received_at, state)
  SELECT 'sky', value, 'sky/' || value, 'jpg', '/a', 'aa', 7, '2026-01-02T03:04:05.678Z', 'ready'
  FROM json_each('[1, 2, 3, 4, 5, 6]');
INSERT INTO stream VALUES ('sky', 6);
INSERT INTO outcome SELECT 'l2@1', 'sky', number, 'changed', 2.5, 10 * number, number - 1, '2026-01-02T03:04:05.678Z', 'px' FROM image;
UPDATE outcome SET kind = 'size_changed', measurement = NULL WHERE number = 4;
INSERT INTO event (number, technique, stream, image, state, base)
  SELECT number - 1, 'l2@1', 'sky', number, 'ready', '/data' FROM image WHERE number > 1;
UPDATE pipeline SET last_event = 5;
INSERT INTO alert VALUES
  (1, 'ready', '/data', '2026-01-02T03:04:05.688Z'),
  (2, 'pending', '/data', '2026-01-02T03:04:06.678Z'),
  (3, 'ready', '/data', '2026-01-02T03:04:05.000Z'),
  (4, 'ready', '/data', '2026-01-02T03:04:08.179Z'),
  (5, 'ready', '/data', '2026-01-02T04:04:05.679Z'),
  (6, 'ready', '/data', '2026-01-02T04:04:05.679Z');
`;

describe('a catalog of version 3', () => {
  it('is migrated to the schema of a new one', async () => {
    const file = makeOldCatalog(3, temporaryFolder(), ALERTS);
    (await openDatabase(file, { create: false })).close();
    expect(versionOf(file)).toBe(SCHEMA_VERSION);
    const made = new DatabaseSync(':memory:');
    made.exec(SCHEMA);
    expect(queried(file, shapeOf)).toEqual(shapeOf(made));
  });

  it('has its ready alerts in the order of their numbers, followed by the next one', async () => {
    const folder = temporaryFolder();
    makeOldCatalog(3, folder, ALERTS);
    const { catalog } = await openSqlite(folder);
    const numbers = async () => (await catalog.readyAfter(0, 9)).map(({ order, number }) => [order, number]);
    const before = [1, 3, 4, 5, 6].map((number, index) => [index + 1, number]);
    expect(await numbers()).toEqual(before);
    await catalog.markAlertsReady([2, 1]);
    expect(await numbers()).toEqual([...before, [6, 2]]);
  });

  it('has alerts that are found by the columns of their events', async () => {
    const folder = temporaryFolder();
    makeOldCatalog(3, folder, ALERTS);
    const { catalog } = await openSqlite(folder);
    const numbers = async (filter: AlertFilter) =>
      (await catalog.alertPage(filter, { limit: 9 })).map(({ alert }) => alert.number);
    expect(await numbers({ stream: 'sky', technique: 'l2@1' })).toEqual([5, 4, 3, 1]);
    expect(await numbers({ minMeasurement: 50 })).toEqual([5, 4]);
    expect(await numbers({ minMeasurement: 0 })).toEqual([5, 4, 1]);
  });

  it('has the delays of its ready alerts', async () => {
    const folder = temporaryFolder();
    makeOldCatalog(3, folder, ALERTS);
    const { catalog } = await openSqlite(folder);
    const counts = async () => (await catalog.counts()).delays.buckets.map(({ count }) => count);
    expect(await counts()).toEqual([2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 4]);
    expect((await catalog.counts()).delays.sum).toBe(3602.512);
    await catalog.markAlertsReady([1, 2]);
    expect(await counts()).toEqual([2, 2, 2, 2, 2, 2, 3, 3, 4, 4, 4, 4, 4, 4, 5]);
  });
});

describe('a catalog of version 2', () => {
  it('is migrated to the schema of a new one', async () => {
    const file = makeOldCatalog(2, temporaryFolder());
    (await openDatabase(file, { create: false })).close();
    expect(versionOf(file)).toBe(SCHEMA_VERSION);
    const made = new DatabaseSync(':memory:');
    made.exec(SCHEMA);
    expect(queried(file, shapeOf)).toEqual(shapeOf(made));
  });
});

describe('a catalog of version 1', () => {
  it('is migrated to the schema of a new one', async () => {
    const file = makeOldCatalog(1, temporaryFolder(), ROWS);
    (await openDatabase(file, { create: false })).close();
    expect(versionOf(file)).toBe(SCHEMA_VERSION);
    const made = new DatabaseSync(':memory:');
    made.exec(SCHEMA);
    expect(queried(file, shapeOf)).toEqual(shapeOf(made));
  });

  it('keeps its rows', async () => {
    const folder = temporaryFolder();
    makeOldCatalog(1, folder, ROWS);
    const { catalog, bus } = await openSqlite(folder);
    expect(await catalog.identity()).toMatchObject({ pipelineId: OLD_ID, formerIds: [] });
    expect(await auditOf(catalog, 'l2@1')).toMatchObject({
      images: 3,
      analyzed: 3,
      events: 1,
      alerts: 1,
      deadLetters: 3,
      openImages: [],
      openEvents: [],
      faults: [],
    });
    expect(await bus.logs('image_analysis')).toEqual([{ partition: 0, start: 0, end: 5 }]);
    expect(await bus.committed('image_analysis', 'image_analysis_group')).toEqual(new Map([[0, 5]]));
  });

  it('has thresholds in levels, images without a mask and events without regions', async () => {
    const folder = temporaryFolder();
    makeOldCatalog(1, folder, ROWS);
    const { catalog } = await openSqlite(folder);
    expect(await catalog.thresholds()).toEqual(new Map([['l2@1', levels(2.5)]]));
    expect((await catalog.images([{ stream: 'sky', number: 2 }]))[0]).toMatchObject({ mask: null });
    expect((await catalog.events([1]))[0]).toMatchObject({ threshold: levels(2.5), measurement: 12.5, regions: null });
  });

  it('has dead letters with the messages of the bus; one of a message that disagrees names no row', async () => {
    const folder = temporaryFolder();
    const file = makeOldCatalog(1, folder, ROWS);
    await openSqlite(folder);
    const rows = queried(file, (database) =>
      database
        .prepare('SELECT id, image, message_key, message_headers, message_value, replayed_at FROM dead_letter')
        .all()
        .map((row) => Object.values(row as object)),
    );
    expect(rows).toEqual([
      [4, 3, 'sky', '{"ce_id":"2"}', 'value 2', null],
      [5, null, null, null, null, null],
      [6, null, 'sky', '{"ce_id":"4"}', 'value 4', null],
    ]);
  });

  it('is reported as damaged if a table is missing', async () => {
    const file = makeOldCatalog(1, temporaryFolder(), 'DROP TABLE dead_letter');
    await expect(openDatabase(file, { create: true })).rejects.toMatchObject({ code: 'catalog_damaged' });
    expect(versionOf(file)).toBe(1);
  });
});

describe('a catalog of version 1 in use', () => {
  async function holder(folder: string, mode: 'exclusive' | 'shared'): Promise<Running> {
    const running = startUntilTestEnds('hold-lock.ts', [folder, PIPELINE_LOCK, mode]);
    await running.until(/locked/);
    return running;
  }

  it('is not migrated, and the error names its users', async () => {
    const folder = temporaryFolder();
    const file = makeOldCatalog(1, folder, ROWS);
    const other = await holder(folder, 'shared');
    await expect(openDatabase(file, { create: true })).rejects.toMatchObject({
      code: 'in_use',
      message: `the catalog ${file} was made by an older imgpipe and has to be migrated, but it is in use by the holder (process ${other.child.pid}): stop that first`,
    });
    expect(versionOf(file)).toBe(1);
    other.child.kill('SIGKILL');
    await other.ended;
    await openSqlite(folder);
    expect(versionOf(file)).toBe(SCHEMA_VERSION);
  });

  it('is waited for while another process migrates it', async () => {
    const folder = temporaryFolder();
    const file = makeOldCatalog(1, folder, ROWS);
    const other = await holder(folder, 'exclusive');
    const opening = openDatabase(file, { create: true });
    other.child.kill('SIGKILL');
    (await opening).close();
    expect(versionOf(file)).toBe(SCHEMA_VERSION);
  });

  it('is migrated once when several processes open it', async () => {
    const folder = temporaryFolder();
    makeOldCatalog(1, folder, ROWS);
    const writers = [1, 2, 3, 4].map(() =>
      startUntilTestEnds('add-images.ts', [folder, '5', '4', '0'], { WAIT_FOR_GO: 'yes' }),
    );
    await Promise.all(writers.map((writer) => writer.until(/ready/)));
    for (const { child } of writers) child.kill('SIGUSR2');
    const ended = await Promise.all(writers.map((writer) => writer.ended));
    expect(ended.map(({ status, stderr }) => [status, stderr])).toEqual(writers.map(() => [0, '']));
    const { catalog } = await openSqlite(folder);
    expect(await auditOf(catalog, 'l2@1')).toMatchObject({ images: 83, deadLetters: 3, faults: [] });
  });
});

it('a migration that is killed leaves the catalog as it was, and the next one succeeds', async () => {
  const folder = temporaryFolder();
  const letters = 60_000;
  const file = makeOldCatalog(
    1,
    folder,
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${letters})
     INSERT INTO dead_letter (stage, reason, detail, attempts, at, place_bus, place_topic, place_partition, place_offset)
     SELECT 'analyze', 'bad_message', printf('%.500c', 'x'), 1, '', 'embedded', 'image_analysis', 0, i FROM n`,
  );
  const program = startProgram('../support/programs/add-images.ts', [folder, '0', '0', '0']);
  const size = () => statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  while (size() < 2_000_000 && program.child.exitCode === null) await nextTurn();
  program.child.kill('SIGKILL');
  expect((await program.ended).signal).toBe('SIGKILL');
  expect(versionOf(file)).toBe(1);
  expect(queried(file, (database) => database.prepare('SELECT count(*) AS n FROM dead_letter').get())).toEqual({
    n: letters,
  });
  const { catalog } = await openSqlite(folder);
  expect((await auditOf(catalog, 'l2@1')).deadLetters).toBe(letters);
});
