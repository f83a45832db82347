import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Client } from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openPostgresCatalog } from '../../../src/adapters/postgres/catalog.ts';
import { lockKey } from '../../../src/adapters/postgres/lock-key.ts';
import type { Connection } from '../../../src/adapters/postgres/sessions.ts';
import { PIPELINE_LOCK } from '../../../src/ports/catalog/locks.ts';
import { ROOT } from '../../support/imgpipe.ts';
import { OLD_ID } from '../../support/old-catalogs.ts';
import { asSuperuser, rowsAsSuperuser } from '../../support/postgres/databases.ts';
import { makeDatabase, sharedPostgres } from '../../support/postgres/shared-postgres.ts';

const { port = 0, whyNone } = await sharedPostgres();

describe.skipIf(whyNone !== undefined)('a new catalog on PostgreSQL', () => {
  it('is one, however many processes open it at once', async () => {
    const connection = await makeDatabase(port);
    const opened = await Promise.all(
      Array.from({ length: 10 }, () => openPostgresCatalog(connection, { create: true })),
    );
    for (const catalog of opened) onTestFinished(() => catalog.close());
    const ids = await Promise.all(opened.map(async (catalog) => (await catalog.identity()).pipelineId));
    expect(new Set(ids).size).toBe(1);
  });

  it('is not created by a reader', async () => {
    const connection = await makeDatabase(port);
    await expect(openPostgresCatalog(connection, { create: false, readOnly: true })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('is not opened if a newer imgpipe has made it', async () => {
    const connection = await makeDatabase(port);
    await (await openPostgresCatalog(connection, { create: true })).close();
    await asSuperuser(port, connection.database, 'UPDATE imgpipe.catalog_version SET version = 99');
    await expect(openPostgresCatalog(connection, { create: true })).rejects.toMatchObject({
      code: 'catalog_newer',
      message: expect.stringMatching(/catalog version 99, this one knows 2/),
    });
  });

  it.each([
    ['a database that does not exist', { database: 'nosuch' }, 'config_invalid', /3D000/],
    ['a port at which nothing listens', { port: 1 }, 'catalog_unavailable', /ECONNREFUSED/],
    ['a user who does not exist', { user: 'nobody_here' }, 'config_invalid', /SQLSTATE 28/],
  ])('cannot be in %s', async (_, over, code, message) => {
    const connection = await makeDatabase(port);
    await expect(openPostgresCatalog({ ...connection, ...over }, { create: true })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });
});

describe.skipIf(whyNone !== undefined)('a catalog of version 1 on PostgreSQL', () => {
  /** With two images in a stream, of which the second was captured at a known time and has an event. */
  const ROWS = `
    INSERT INTO imgpipe.pipeline ("only", pipeline_id, former_ids, last_event, cleaning) VALUES (1, '${OLD_ID}', '[]', 1, 0);
    INSERT INTO imgpipe.technique (technique, threshold) VALUES ('l2@2', 0);
    INSERT INTO imgpipe.stream (stream, last_number) VALUES ('sky', 2);
    INSERT INTO imgpipe.image (stream, number, receipt_id, format, origin, sha256, bytes, received_at, captured_at, state)
      SELECT 'sky', n, 'sky/' || n, 'jpg', '/a', 'aa', 7, '2026-01-02T03:04:05.678Z',
        CASE n WHEN 2 THEN '2025-01-02T03:04:05.678Z' END, 'ready' FROM generate_series(1, 2) n;
    INSERT INTO imgpipe.outcome (technique, stream, number, kind, threshold, measurement, reference, analyzed_at) VALUES
      ('l2@2', 'sky', 1, 'first', 0, NULL, NULL, '2026-01-02T03:04:06.000Z'),
      ('l2@2', 'sky', 2, 'changed', 0, 12.5, 1, '2026-01-02T03:04:06.000Z');
    INSERT INTO imgpipe.event (number, technique, stream, image, state, base, difference_sha256)
      VALUES (1, 'l2@2', 'sky', 2, 'ready', '/data', 'dd')`;

  async function oldCatalog() {
    const connection = await makeDatabase(port);
    const schema = readFileSync(path.join(ROOT, 'test/fixtures/catalog/postgres-1.sql'), 'utf8');
    await asSuperuser(
      port,
      connection.database,
      `CREATE SCHEMA imgpipe; SET search_path = imgpipe; ${schema}; ${ROWS}`,
    );
    return connection;
  }

  /** The columns and indexes of all tables. */
  async function shapeOf(database: string): Promise<unknown> {
    const columns = await rowsAsSuperuser(
      port,
      database,
      `SELECT table_name, column_name, data_type, collation_name, is_nullable, column_default
       FROM information_schema.columns WHERE table_schema = 'imgpipe' ORDER BY 1, 2`,
    );
    const indexes = await rowsAsSuperuser(
      port,
      database,
      "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'imgpipe' ORDER BY 1",
    );
    return [columns, indexes];
  }

  it('is migrated to the tables of a new one, by one of many processes', async () => {
    const connection = await oldCatalog();
    const opened = await Promise.all(
      Array.from({ length: 5 }, () => openPostgresCatalog(connection, { create: true })),
    );
    for (const catalog of opened) onTestFinished(() => catalog.close());
    const made = await makeDatabase(port);
    await (await openPostgresCatalog(made, { create: true })).close();
    expect(await shapeOf(connection.database)).toEqual(await shapeOf(made.database));
  });

  it('keeps its rows, and lists by time what it has', async () => {
    const catalog = await openPostgresCatalog(await oldCatalog(), { create: true });
    onTestFinished(() => catalog.close());
    expect((await catalog.identity()).pipelineId).toBe(OLD_ID);
    const range = { to: '2026' };
    expect(await catalog.imagesBelow('sky', range, { limit: 9 })).toMatchObject([{ number: 2 }]);
    expect(await catalog.eventsBelow(range, { limit: 9 })).toMatchObject([{ number: 1 }]);
  });

  it('is not read before a stage has migrated it', async () => {
    const connection = await oldCatalog();
    await expect(openPostgresCatalog(connection, { create: false, readOnly: true })).rejects.toMatchObject({
      code: 'catalog_older',
      message: expect.stringMatching(/catalog version 1\): start a stage as the owner of its tables/),
    });
  });

  it('is not migrated by a role that does not own its tables, and the error says who must', async () => {
    const connection = await oldCatalog();
    const role = `stage_${connection.database}`;
    await asSuperuser(
      port,
      connection.database,
      `CREATE ROLE ${role} LOGIN; GRANT USAGE ON SCHEMA imgpipe TO ${role};
       GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA imgpipe TO ${role}`,
    );
    onTestFinished(() => asSuperuser(port, connection.database, `DROP OWNED BY ${role}; DROP ROLE ${role}`));
    await expect(openPostgresCatalog({ ...connection, user: role }, { create: true })).rejects.toMatchObject({
      code: 'catalog_older',
      message: expect.stringMatching(/start a stage as the owner of its tables/),
    });
  });

  it('is not migrated while an older imgpipe uses it', async () => {
    const connection = await oldCatalog();
    const other = await holdLock(connection, PIPELINE_LOCK);
    const opening = openPostgresCatalog(connection, { create: true });
    await expect(opening).rejects.toMatchObject({
      code: 'in_use',
      message: expect.stringMatching(
        /made by an older imgpipe and has to be migrated, but it is in use by imgpipe analyze/,
      ),
    });
    await other.end();
    await (await openPostgresCatalog(connection, { create: true })).close();
  });
});

/** A session that has a lock as a stage of an older imgpipe has it. */
async function holdLock({ host, database, user }: Connection, name: string): Promise<Client> {
  const session = new Client({ host, port, database, user });
  await session.connect();
  onTestFinished(() => session.end().catch(() => {}));
  await session.query('SELECT pg_advisory_lock_shared($1)', [lockKey(name)]);
  await session.query(
    `INSERT INTO imgpipe.lock_holder
     SELECT $1, 'imgpipe analyze (process 7)', pid, backend_start::text FROM pg_stat_activity WHERE pid = pg_backend_pid()`,
    [name],
  );
  return session;
}
