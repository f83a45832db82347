import { inject, onTestFinished } from 'vitest';
import { openPostgresCatalog } from '../../../src/adapters/postgres/catalog.ts';
import type { Connection } from '../../../src/adapters/postgres/sessions.ts';
import { requestServer } from '../shared-server.ts';
import { asSuperuser, connectionTo, createDatabaseOn } from './databases.ts';
import type { SharedPostgres } from './postgres-for-tests.ts';

/** The server that all test files share, or why there is none. To be awaited at the top of a test file. */
export async function sharedPostgres(): Promise<SharedPostgres> {
  return (await requestServer(inject('postgres'), 'PostgreSQL')) as SharedPostgres;
}

/** Databases with the tables of an empty catalog. A test that ends leaves its database to the next one, which is faster. */
const free: Connection[] = [];

/** Provides a database with the tables of an empty catalog until the test ends. */
export async function borrowDatabase(port: number): Promise<Connection> {
  const connection = free.pop() ?? (await makeCatalog(port));
  onTestFinished(async () => {
    await asSuperuser(port, connection.database, EMPTY);
    free.push(connection);
  });
  return connection;
}

async function makeCatalog(port: number): Promise<Connection> {
  const connection = connectionTo(port, await createDatabaseOn(port));
  await (await openPostgresCatalog(connection, { create: true })).close();
  return connection;
}

/** Ends the other sessions, and leaves the tables as they are after their creation. */
const EMPTY = `
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid();
-- The triggers do not run.
SET session_replication_role = replica;
DO $$ DECLARE each record; BEGIN
  FOR each IN SELECT tablename FROM pg_tables WHERE schemaname = 'imgpipe' AND tablename <> 'catalog_version' LOOP
    EXECUTE format('DELETE FROM imgpipe.%I', each.tablename);
  END LOOP;
END $$;
SELECT setval(pg_get_serial_sequence('imgpipe.dead_letter', 'id'), 1, false);
INSERT INTO imgpipe.pipeline ("only", pipeline_id, former_ids, last_event, cleaning)
  VALUES (1, gen_random_uuid(), '[]', 0, 0);
`;

/** Makes an empty database for one test, which removes it when it ends. */
export async function makeDatabase(port: number): Promise<Connection> {
  const database = await createDatabaseOn(port);
  onTestFinished(() => asSuperuser(port, 'postgres', `DROP DATABASE ${database} WITH (FORCE)`));
  return connectionTo(port, database);
}
