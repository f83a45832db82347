import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { ImgpipeError } from '../../domain/errors.ts';
import type { ImageId, PictureFormat } from '../../domain/records.ts';
import { PIPELINE_LOCK } from '../../ports/catalog/locks.ts';
import { checkNoPictures } from './check-files.ts';
import { pragma, rollBack, transaction, untilFree } from './connection.ts';
import { damaged, isSchemaMismatch, noCatalog } from './errors.ts';
import { createLocks } from './locks.ts';
import { MIGRATIONS } from './migrations.ts';
import { MIN_READ_VERSION, PREVIOUS_VIEWS } from './previous-schema.ts';
import { APPLICATION_ID, SCHEMA, SCHEMA_VERSION } from './schema.ts';

/** In earlier versions of SQLite, several processes that write and checkpoint one WAL can lose commits. */
const MIN_SQLITE_VERSION = [3, 51, 3] as const;
/** How often, and how far apart, the lock of the pipeline is requested before a migration fails with `in_use`. */
const LOCK_TRIES = 50;
const LOCK_PAUSE_MS = 20;
/** The first version whose pictures are put under their keys at once. */
const FIRST_WITHOUT_INCOMING = 6;

export interface PrepareOptions {
  /** What other processes see as the holder of the lock: `imgpipe receive (process 123)`. */
  readonly as: string;
  readonly maxPages?: number | undefined;
  /** Whether the file existed before it was opened. */
  readonly existed: boolean;
  /** Finishes what a version with another layout of files left, before the catalog is migrated from it. */
  readonly files?: FormerFiles | undefined;
}

/** The files of versions before 6, which kept a picture in `incoming/` until it had its number. */
export interface FormerFiles {
  /** Moves the pictures of one stream's pending images to their keys. Resolves with how many, counted from the first, are there. */
  finish(
    images: readonly (ImageId & {
      readonly incoming: string;
      readonly format: PictureFormat;
      readonly sha256: string;
    })[],
  ): Promise<number>;
  /** Removes what is left. */
  remove(): Promise<void>;
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

/** The catalog's version; 0 if the database is empty. */
export function versionOf(connection: DatabaseSyncInstance): number {
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
    connection
      .prepare("INSERT INTO pipeline (only, pipeline_id, former_ids, last_event, cleaning) VALUES (1, ?, '[]', 0, 0)")
      .run(randomUUID());
    connection.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}`);
  });
}

/** Migrates the catalog under the exclusive lock of the pipeline, because an older imgpipe may still be using it. */
async function migrateIfOlder(
  connection: DatabaseSyncInstance,
  file: string,
  { as, files }: PrepareOptions,
): Promise<void> {
  const locks = createLocks(path.join(path.dirname(file), 'locks'));
  for (let tries = 1; (await untilFree(file, () => versionOf(connection))) < SCHEMA_VERSION; tries += 1) {
    const result = await locks.lock(PIPELINE_LOCK, as);
    if ('lock' in result) {
      try {
        const hasIncoming = (await untilFree(file, () => versionOf(connection))) < FIRST_WITHOUT_INCOMING;
        if (hasIncoming && files !== undefined) await finishPending(connection, file, files);
        await untilFree(file, () => migrate(connection, file));
        if (hasIncoming) await files?.remove();
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

/** Makes pending images ready as far as their files are there, and withdraws the rest, which were never received. */
async function finishPending(connection: DatabaseSyncInstance, file: string, files: FormerFiles): Promise<void> {
  const pending = connection
    .prepare(
      "SELECT stream, number, incoming, format, sha256 FROM image WHERE state = 'pending' ORDER BY stream, number",
    )
    .all()
    .map((row) => ({
      stream: String(row['stream']),
      number: Number(row['number']),
      incoming: String(row['incoming']),
      format: row['format'] === 'png' ? ('png' as const) : ('jpg' as const),
      sha256: String(row['sha256']),
    }));
  for (const stream of new Set(pending.map((image) => image.stream))) {
    const images = pending.filter((image) => image.stream === stream);
    const last = images[(await files.finish(images)) - 1]?.number ?? (images[0]?.number ?? 1) - 1;
    await untilFree(file, () =>
      transaction(connection, 'BEGIN IMMEDIATE', () => {
        const change = (sql: string) => connection.prepare(sql).run(stream, last).changes;
        change("UPDATE image SET state = 'ready' WHERE stream = ? AND number <= ? AND state = 'pending'");
        const withdrawn = change("DELETE FROM image WHERE stream = ? AND number > ? AND state = 'pending'");
        connection.prepare('UPDATE stream SET last_number = last_number - ? WHERE stream = ?').run(withdrawn, stream);
      }),
    );
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
