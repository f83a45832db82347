import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import type { Connection } from '../../../src/adapters/postgres/sessions.ts';
import { type PostgresServer, SUPERUSER } from './postgres-server.ts';

/** Creates an empty database of a new name; returns the name. */
export async function createDatabaseOn(port: number): Promise<string> {
  const database = `imgpipe_${randomUUID().replaceAll('-', '')}`;
  await asSuperuser(port, 'postgres', `CREATE DATABASE ${database} TEMPLATE template0 STRATEGY file_copy`);
  return database;
}

/** A value for `--catalog`: a new database on this server. */
export async function newCatalog({ port }: Pick<PostgresServer, 'port'>): Promise<string> {
  return `postgres://${SUPERUSER}@127.0.0.1:${port}/${await createDatabaseOn(port)}`;
}

export function connectionTo(port: number, database: string): Connection {
  return { host: '127.0.0.1', port, database, user: SUPERUSER, as: 'a test' };
}

/** Ends the sessions of a process of imgpipe; returns how many there were. */
export async function endSessions(port: number, pid: number | undefined): Promise<number> {
  const own = `SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'imgpipe %(process ${pid})'`;
  return (await rowsAsSuperuser(port, 'postgres', `SELECT pg_terminate_backend(pid, 5000) FROM (${own}) own`)).length;
}

/** Runs statements in a session of their own. */
export async function asSuperuser(port: number, database: string, sql: string): Promise<void> {
  await rowsAsSuperuser(port, database, sql);
}

/** The rows of a query in a session of its own. */
export async function rowsAsSuperuser(port: number, database: string, sql: string): Promise<unknown[]> {
  const client = new Client({ host: '127.0.0.1', port, database, user: SUPERUSER });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}
