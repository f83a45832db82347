import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { ImgpipeError } from '../../domain/errors.ts';
import { PIPELINE_LOCK } from '../../ports/catalog/locks.ts';
import { pragma, rollBack, transaction, untilFree } from './connection.ts';
import { damaged, isSchemaMismatch } from './errors.ts';
import { createLocks } from './locks.ts';
import { MIGRATIONS } from './migrations.ts';
import { APPLICATION_ID, SCHEMA, SCHEMA_VERSION } from './schema.ts';

/** In earlier versions of SQLite, several processes that write and checkpoint one WAL can lose commits. */
const MIN_SQLITE_VERSION = [3, 51, 3] as const;
/** How often, and how far apart, the lock of the pipeline is requested before a migration fails with `in_use`. */
const LOCK_TRIES = 50;
const LOCK_PAUSE_MS = 20;

export interface PrepareOptions {
  /** What other processes see as the holder of the lock: `imgpipe receive (process 123)`. */
  readonly as: string;
  readonly maxPages?: number | undefined;
}

/** Creates the schema in an empty database, migrates a catalog of an older version, and checks that no table is missing. */
export async function prepare(connection: DatabaseSyncInstance, file: string, options: PrepareOptions): Promise<void> {
  connection.exec('PRAGMA busy_timeout = 0');
  // While another process switches a new catalog to WAL, any statement may find it locked.
  const whenFree = <T>(work: () => T) => untilFree(file, work);
  const version = await whenFree(() => connection.prepare('SELECT sqlite_version() AS v').get()?.['v']);
  checkSqliteVersion(String(version));
  await whenFree(() => checkApplication(connection, file));
  await whenFree(() => pragma(connection, 'journal_mode = WAL'));
  await whenFree(() => connection.exec('PRAGMA synchronous = FULL'));
  const { maxPages } = options;
  if (maxPages !== undefined) await whenFree(() => pragma(connection, `max_page_count = ${maxPages}`));
  await whenFree(() => {
    if (versionOf(connection) === 0) create(connection);
  });
  await migrateIfOlder(connection, file, options.as);
  await whenFree(() => checkTables(connection, file));
}

/** Throws `sqlite_too_old` for a version of SQLite such as `3.51.2`. */
export function checkSqliteVersion(version: string): void {
  const parts = version.split('.').map(Number);
  for (const [index, min] of MIN_SQLITE_VERSION.entries()) {
    const part = parts[index] ?? 0;
    if (part > min) return;
    if (part < min || Number.isNaN(part)) {
      throw new ImgpipeError(
        'sqlite_too_old',
        `SQLite ${version} can lose commits when several processes write; imgpipe needs ${MIN_SQLITE_VERSION.join('.')} or newer: reinstall the package @photostructure/sqlite`,
      );
    }
  }
}

function versionOf(connection: DatabaseSyncInstance): number {
  return Number(pragma(connection, 'user_version'));
}

/** Runs in one snapshot before any write, so that another program's database is never changed. */
function checkApplication(connection: DatabaseSyncInstance, file: string): void {
  connection.exec('BEGIN');
  try {
    const version = versionOf(connection);
    const isOurs =
      version === 0
        ? connection.prepare('SELECT name FROM sqlite_schema LIMIT 1').get() === undefined
        : pragma(connection, 'application_id') === APPLICATION_ID;
    if (!isOurs) throw damaged(file, 'it is the database of another program');
    if (version > SCHEMA_VERSION) {
      throw new ImgpipeError(
        'catalog_newer',
        `the catalog ${file} was made by a newer imgpipe (catalog version ${version}, this one knows ${SCHEMA_VERSION}): use that version or a newer one`,
      );
    }
  } finally {
    rollBack(connection);
  }
}

function create(connection: DatabaseSyncInstance): void {
  transaction(connection, 'BEGIN IMMEDIATE', () => {
    // Another process may have created it between the check of the version and this transaction.
    if (versionOf(connection) !== 0) return;
    connection.exec(SCHEMA);
    connection.prepare("INSERT INTO pipeline VALUES (1, ?, '[]', NULL, 0, 0)").run(randomUUID());
    connection.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}`);
  });
}

/** Migrates the catalog under the exclusive lock of the pipeline, because an older imgpipe may still be using it. */
async function migrateIfOlder(connection: DatabaseSyncInstance, file: string, as: string): Promise<void> {
  const locks = createLocks(path.join(path.dirname(file), 'locks'));
  for (let tries = 1; (await untilFree(file, () => versionOf(connection))) < SCHEMA_VERSION; tries += 1) {
    const result = await locks.lock(PIPELINE_LOCK, as);
    if ('lock' in result) {
      try {
        await untilFree(file, () => migrate(connection, file));
      } finally {
        await result.lock.release();
      }
    } else if (tries === LOCK_TRIES) {
      throw new ImgpipeError(
        'in_use',
        `the catalog ${file} was made by an older imgpipe and has to be migrated, but it is in use by ${result.holder}: stop that first`,
      );
    } else {
      // Another process may be running the same migration, which takes a moment.
      await sleep(LOCK_PAUSE_MS);
    }
  }
}

/** Migrates in one transaction: if it is interrupted, the catalog is unchanged. */
function migrate(connection: DatabaseSyncInstance, file: string): void {
  try {
    transaction(connection, 'BEGIN IMMEDIATE', () => {
      for (const step of MIGRATIONS.slice(versionOf(connection) - 1)) connection.exec(step);
      connection.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
    });
  } catch (error) {
    if (isSchemaMismatch(error)) throw damaged(file, (error as Error).message, error);
    throw error;
  }
}

function checkTables(connection: DatabaseSyncInstance, file: string): void {
  const present = new Set(
    connection
      .prepare('SELECT name FROM sqlite_schema')
      .all()
      .map((row) => row['name']),
  );
  for (const [, table] of SCHEMA.matchAll(/CREATE TABLE (\w+)/g)) {
    if (!present.has(table ?? '')) throw damaged(file, `its table ${table} is missing`);
  }
  if (connection.prepare('SELECT 1 FROM pipeline').get() === undefined)
    throw damaged(file, 'its table pipeline is empty');
}
