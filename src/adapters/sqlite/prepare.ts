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
import { checkSqliteVersion } from './version.ts';

/** For how long, and how often, the folder is asked for again before it is told that others are at work in it. */
const FOLDER_TRIES = 50;
const FOLDER_PAUSE_MS = 20;

export interface PrepareOptions {
  /** Who opens the catalog, as others will be told: `imgpipe receive (process 123)`. */
  readonly as: string;
  readonly maxPages?: number | undefined;
}

/** Makes a catalog of an empty database, brings one of an older imgpipe up to date, and checks what is there. */
export async function prepare(connection: DatabaseSyncInstance, file: string, options: PrepareOptions): Promise<void> {
  connection.exec('PRAGMA busy_timeout = 0');
  // While another process turns a new catalog to WAL, whatever is asked of it may meet the lock.
  const whenFree = <T>(work: () => T) => untilFree(file, work);
  const version = await whenFree(() => connection.prepare('SELECT sqlite_version() AS v').get()?.['v']);
  checkSqliteVersion(String(version));
  await whenFree(() => checkMaker(connection, file));
  await whenFree(() => pragma(connection, 'journal_mode = WAL'));
  await whenFree(() => connection.exec('PRAGMA synchronous = FULL'));
  const { maxPages } = options;
  if (maxPages !== undefined) await whenFree(() => pragma(connection, `max_page_count = ${maxPages}`));
  await whenFree(() => {
    if (versionOf(connection) === 0) create(connection);
  });
  await bringUpToDate(connection, file, options.as);
  await whenFree(() => checkTables(connection, file));
}

function versionOf(connection: DatabaseSyncInstance): number {
  return Number(pragma(connection, 'user_version'));
}

/** Before anything is changed, and in one snapshot: what another program has made stays as it is. */
function checkMaker(connection: DatabaseSyncInstance, file: string): void {
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
    // Another process may have made it between the look at its version and this transaction.
    if (versionOf(connection) !== 0) return;
    connection.exec(SCHEMA);
    connection.prepare("INSERT INTO pipeline VALUES (1, ?, '[]', NULL, 0, 0)").run(randomUUID());
    connection.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}`);
  });
}

/** An older imgpipe may be at work on its catalog: it is brought up to date by whoever has the folder to itself. */
async function bringUpToDate(connection: DatabaseSyncInstance, file: string, as: string): Promise<void> {
  const locks = createLocks(path.join(path.dirname(file), 'locks'));
  for (let tries = 1; (await untilFree(file, () => versionOf(connection))) < SCHEMA_VERSION; tries += 1) {
    const answer = await locks.lock(PIPELINE_LOCK, as);
    if ('lock' in answer) {
      try {
        await untilFree(file, () => migrate(connection, file));
      } finally {
        await answer.lock.release();
      }
    } else if (tries === FOLDER_TRIES) {
      throw new ImgpipeError(
        'in_use',
        `the catalog ${file} was made by an older imgpipe and has to be brought up to date, and it is in use by ${answer.holder}: stop that first`,
      );
    } else {
      // Another process may be at this very work, and that takes a moment.
      await sleep(FOLDER_PAUSE_MS);
    }
  }
}

/** In one transaction: broken off at any instant, the catalog is as it was. */
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
