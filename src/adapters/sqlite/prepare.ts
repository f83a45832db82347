import { randomUUID } from 'node:crypto';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { ImgpipeError } from '../../domain/errors.ts';
import { checkNoPictures } from './check-files.ts';
import { pragma, rollBack, transaction, untilFree } from './connection.ts';
import { damaged, isSchemaMismatch, noCatalog } from './errors.ts';
import { type MigrateOptions, migrateIfOlder, versionOf } from './migrate.ts';
import { MIN_READ_VERSION, PREVIOUS_VIEWS } from './previous-schema.ts';
import { APPLICATION_ID, SCHEMA, SCHEMA_VERSION } from './schema.ts';

/** In earlier versions of SQLite, several processes that write and checkpoint one WAL can lose commits. */
const MIN_SQLITE_VERSION = [3, 51, 3] as const;
export interface PrepareOptions extends MigrateOptions {
  readonly maxPages?: number | undefined;
  /** Whether the file existed before it was opened. */
  readonly existed: boolean;
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
    if (versionOf(connection) !== 0) return;
    if (options.existed) checkNoPictures(file);
    create(connection);
  });
  await migrateIfOlder(connection, file, options);
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

/**
 * Checks a catalog that is opened for reading, which is never created or migrated. Throws `not_found` if it is empty, and
 * `catalog_older` if it has to be migrated first.
 */
export function prepareToRead(connection: DatabaseSyncInstance, file: string): void {
  checkSqliteVersion(String(connection.prepare('SELECT sqlite_version() AS v').get()?.['v']));
  checkApplication(connection, file);
  const version = versionOf(connection);
  if (version === 0) {
    checkNoPictures(file);
    throw noCatalog(file);
  }
  if (version < MIN_READ_VERSION) {
    throw new ImgpipeError(
      'catalog_older',
      `the catalog ${file} was made by an older imgpipe (catalog version ${version}): start a stage, which migrates it, such as 'imgpipe receive --count 0'`,
    );
  }
  try {
    if (version < SCHEMA_VERSION) connection.exec(PREVIOUS_VIEWS);
  } catch (error) {
    throw isSchemaMismatch(error) ? damaged(file, (error as Error).message, error) : error;
  }
  connection.exec('PRAGMA query_only = 1');
  checkTables(connection, file);
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
    connection
      .prepare("INSERT INTO pipeline (only, pipeline_id, former_ids, last_event, cleaning) VALUES (1, ?, '[]', 0, 0)")
      .run(randomUUID());
    connection.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}`);
  });
}

function checkTables(connection: DatabaseSyncInstance, file: string): void {
  const present = new Set(
    connection
      .prepare('SELECT name FROM sqlite_schema UNION ALL SELECT name FROM sqlite_temp_schema')
      .all()
      .map((row) => row['name']),
  );
  for (const [, table] of SCHEMA.matchAll(/CREATE TABLE (\w+)/g)) {
    if (!present.has(table ?? '')) throw damaged(file, `its table ${table} is missing`);
  }
  if (connection.prepare('SELECT 1 FROM pipeline').get() === undefined)
    throw damaged(file, 'its table pipeline is empty');
}
