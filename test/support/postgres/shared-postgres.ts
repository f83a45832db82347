import { inject, onTestFinished } from 'vitest';
import { openPostgresCatalog } from '../../../src/adapters/postgres/catalog.ts';
import type { Connection } from '../../../src/adapters/postgres/sessions.ts';
import { asSuperuser, connectionTo, createDatabaseOn } from './databases.ts';
import type { SharedPostgres } from './postgres-for-tests.ts';

/** The server that all test files share, or why there is none. To be awaited at the top of a test file. */
export async function sharedPostgres(): Promise<SharedPostgres> {
  const response = await fetch(inject('postgres'));
  const { value, error } = (await response.json()) as { value?: SharedPostgres; error?: string };
  if (error !== undefined || value === undefined) throw new Error(`PostgreSQL did not start for the tests: ${error}`);
  return value;
}

/** Makes a database that has the tables of an empty catalog, of which `makeDatabase` makes copies: that is faster. */
export async function makeTemplate(port: number): Promise<string> {
  const database = await createDatabaseOn(port);
  await (await openPostgresCatalog(connectionTo(port, database), { create: true })).close();
  return database;
}

/** Makes a database for one test, which removes it when it ends. `template` is the one that it is a copy of. */
export async function makeDatabase(port: number, { template = 'template0' } = {}): Promise<Connection> {
  const database = await createDatabaseOn(port, template);
  onTestFinished(() => asSuperuser(port, 'postgres', `DROP DATABASE ${database} WITH (FORCE)`));
  return connectionTo(port, database);
}
