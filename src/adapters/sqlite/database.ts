import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { ImgpipeError } from '../../domain/errors.ts';
import { damaged, isBusy, translated } from './errors.ts';
import { makeFolder } from './make-folder.ts';
import { APPLICATION_ID, SCHEMA, SCHEMA_VERSION } from './schema.ts';
import { checkSqliteVersion } from './version.ts';

export type Value = string | number | null;
export type Row = Readonly<Record<string, Value>>;

/** One connection to the catalog's file, shared by the catalog and the embedded bus of a process. */
export interface Database {
  readonly file: string;
  /** Rows of a query; statements are prepared once. */
  all(sql: string, ...values: Value[]): Row[];
  get(sql: string, ...values: Value[]): Row | undefined;
  /** Runs a statement; the answer is how many rows it changed. Only within `write`. */
  run(sql: string, ...values: Value[]): number;
  /** All that `work` reads is of one moment. */
  snapshot<T>(work: () => T): T;
  /** `work` as one transaction, durable when it has answered. It runs to its end at once and cannot await. */
  write<T>(work: () => T): Promise<T>;
  close(): void;
}

/**
 * A writer that has held the lock for this long on balance pauses for a moment before it takes it again, so that the
 * others, which try again after 1 to 3 ms, get their turn. What it leaves free counts in its favour.
 */
const MOST_HELD_MS = 3;
const PAUSE_MS = 1;

/** What most transactions last at the most, and what none of ours nearly does. */
const USUAL_MS = 1;
const LONGEST_BUSY_MS = 10_000;

/** Opens a catalog, or makes one where `create` allows it. Throws `not_found` where there is none. */
export async function openDatabase(file: string, options: { create: boolean; maxPages?: number }): Promise<Database> {
  if (!options.create) checkThere(file);
  const connection = await untilFree(file, () => {
    makeFolder(path.dirname(file));
    return new DatabaseSync(file);
  });
  try {
    await prepare(connection, file, options);
  } catch (error) {
    connection.close();
    throw translated(error, file);
  }
  return wrap(connection, file);
}

function checkThere(file: string): void {
  try {
    statSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw translated(error, file);
    throw new ImgpipeError(
      'not_found',
      `there is no pipeline in ${path.dirname(file)} yet: start one with 'imgpipe run', or choose its folder with --data`,
    );
  }
}

async function prepare(connection: DatabaseSyncInstance, file: string, options: { maxPages?: number }): Promise<void> {
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
    if (pragma(connection, 'user_version') === 0) create(connection);
    checkTables(connection, file);
  });
}

function pragma(connection: DatabaseSyncInstance, name: string): unknown {
  return Object.values(connection.prepare(`PRAGMA ${name}`).get() ?? {})[0];
}

/** Before anything is changed, and in one snapshot: what another program has made stays as it is. */
function checkMaker(connection: DatabaseSyncInstance, file: string): void {
  connection.exec('BEGIN');
  try {
    const version = Number(pragma(connection, 'user_version'));
    const isOurs =
      version === 0
        ? connection.prepare('SELECT name FROM sqlite_schema LIMIT 1').get() === undefined
        : pragma(connection, 'application_id') === APPLICATION_ID;
    if (!isOurs) throw damaged(file, 'it is the database of another program');
    if (version > SCHEMA_VERSION) {
      throw new ImgpipeError(
        'catalog_newer',
        `the catalog ${file} was made by a newer imgpipe (catalog version ${version}, this one knows ${SCHEMA_VERSION}): use that imgpipe, or another folder with --data`,
      );
    }
  } finally {
    rollBack(connection);
  }
}

function create(connection: DatabaseSyncInstance): void {
  connection.exec('BEGIN IMMEDIATE');
  try {
    // Another process may have made it between the look at its version and this transaction.
    if (pragma(connection, 'user_version') === 0) {
      connection.exec(SCHEMA);
      connection.prepare("INSERT INTO pipeline VALUES (1, ?, '[]', NULL, 0, 0)").run(randomUUID());
      connection.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}`);
    }
    connection.exec('COMMIT');
  } catch (error) {
    rollBack(connection);
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

function wrap(connection: DatabaseSyncInstance, file: string): Database {
  const statements = new Map<string, ReturnType<DatabaseSyncInstance['prepare']>>();
  let held = 0;
  let freeSince = 0;

  function statement(sql: string) {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const made = connection.prepare(sql);
    statements.set(sql, made);
    return made;
  }

  function guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw translated(error, file);
    }
  }

  function transaction<T>(begin: string, work: () => T): T {
    connection.exec(begin);
    try {
      const result = work();
      connection.exec('COMMIT');
      return result;
    } catch (error) {
      rollBack(connection);
      throw error;
    }
  }

  return {
    file,
    all: (sql, ...values) => guarded(() => statement(sql).all(...values) as Row[]),
    get: (sql, ...values) => guarded(() => statement(sql).get(...values) as Row | undefined),
    run: (sql, ...values) => guarded(() => Number(statement(sql).run(...values).changes)),
    snapshot: (work) => guarded(() => transaction('BEGIN', work)),
    async write(work) {
      held = Math.max(0, held - (performance.now() - freeSince));
      if (held > MOST_HELD_MS) await sleep(PAUSE_MS);
      return untilFree(file, () => {
        const began = performance.now();
        try {
          return transaction('BEGIN IMMEDIATE', work);
        } finally {
          freeSince = performance.now();
          held += freeSince - began;
        }
      });
    },
    close() {
      statements.clear();
      connection.close();
    },
  };
}

/**
 * Tries again after 1 to 3 ms while another connection is writing; the event loop goes on meanwhile. One that does not
 * come to its end, a stopped process perhaps, is told as `catalog_unavailable`.
 */
async function untilFree<T>(file: string, work: () => T): Promise<T> {
  const began = performance.now();
  const soon = began + USUAL_MS;
  const deadline = began + LONGEST_BUSY_MS;
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw translated(error, file);
    }
    // Most transactions have ended before a timer could.
    if (performance.now() < soon) await nextTurn();
    else await sleep(1 + Math.random() * 2);
  }
}

function rollBack(connection: DatabaseSyncInstance): void {
  // Some errors have rolled the transaction back already.
  if (connection.isTransaction) connection.exec('ROLLBACK');
}
