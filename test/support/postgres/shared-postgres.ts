import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { inject, onTestFinished } from 'vitest';
import { openPostgresCatalog } from '../../../src/adapters/postgres/catalog.ts';
import type { Connection } from '../../../src/adapters/postgres/sessions.ts';
import type { SharedPostgres } from './postgres-for-tests.ts';
import { SUPERUSER } from './postgres-server.ts';

/** The server that all test files share, or why there is none. To be awaited at the top of a test file. */
export async function sharedPostgres(): Promise<SharedPostgres> {
  const response = await fetch(inject('postgres'));
  const { value, error } = (await response.json()) as { value?: SharedPostgres; error?: string };
  if (error !== undefined || value === undefined) throw new Error(`PostgreSQL did not start for the tests: ${error}`);
  return value;
}

/** Makes a database that has the tables of an empty catalog, of which `makeDatabase` makes copies: that is faster. */
export async function makeTemplate(port: number): Promise<string> {
  const database = `template_${randomUUID().replaceAll('-', '')}`;
  await asSuperuser(port, 'postgres', `CREATE DATABASE ${database} TEMPLATE template0 STRATEGY file_copy`);
  await (await openPostgresCatalog(connectionTo(port, database), { create: true })).close();
  return database;
}

/** Makes a database for one test, which removes it when it ends. `template` is the one that it is a copy of. */
export async function makeDatabase(port: number, { template = 'template0' } = {}): Promise<Connection> {
  const database = `t_${randomUUID().replaceAll('-', '')}`;
  await asSuperuser(port, 'postgres', `CREATE DATABASE ${database} TEMPLATE ${template} STRATEGY file_copy`);
  onTestFinished(() => asSuperuser(port, 'postgres', `DROP DATABASE ${database} WITH (FORCE)`));
  return connectionTo(port, database);
}

function connectionTo(port: number, database: string): Connection {
  return { host: '127.0.0.1', port, database, user: SUPERUSER, as: 'a test' };
}

/** Runs statements in a session of their own. */
export async function asSuperuser(port: number, database: string, sql: string): Promise<void> {
  const client = new Client({ host: '127.0.0.1', port, database, user: SUPERUSER });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
