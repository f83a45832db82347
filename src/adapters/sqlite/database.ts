import { statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { checkFiles } from './check-files.ts';
import { transaction, untilFree } from './connection.ts';
import { noCatalog, translated } from './errors.ts';
import { makeDatabaseFile, makeFolder } from './make-files.ts';
import { checkCatalogFiles, rememberFiles } from './open-files.ts';
import { type PrepareOptions, prepare } from './prepare.ts';
import { createQueries, type Queries, withTranslatedErrors } from './queries.ts';
import type { ReadConnection } from './read-connection.ts';

/**
 * A connection to the catalog's file, shared by the catalog and the embedded bus of a process. `run` is for statements
 * within `write`.
 */
export interface Database extends Queries {
  readonly file: string;
  /** Everything that `work` reads is of one moment. `work` may run again, if the database has changed meanwhile. */
  snapshot<T>(work: () => T): T;
  /** Runs `work` as one transaction, durable once the promise resolves. `work` is synchronous. */
  write<T>(work: () => T): Promise<T>;
  /** Throws `catalog_replaced` if one of its files is no longer the one that was opened. `write` checks the file itself. */
  verify(): void;
  /** Opens another connection, for a read that takes long. */
  openReadConnection(): Promise<ReadConnection>;
  close(): void;
}

/**
 * A writer that has held the write lock for this long, less the time that it left it free, pauses before it takes it
 * again, so that other processes, which retry after 1 to 3 ms, get their turn.
 */
const MAX_HELD_MS = 3;
const PAUSE_MS = 1;

export interface DatabaseOptions extends Partial<Pick<PrepareOptions, 'as' | 'maxPages' | 'files'>> {
  /** Creates the catalog if it does not exist. */
  readonly create: boolean;
}

/**
 * Opens a catalog, migrates it if it is of an older version, and creates it if that is allowed. Throws `not_found` if
 * there is none, and `in_use` while other processes use one of an older version.
 */
export async function openDatabase(
  file: string,
  { create, as = 'imgpipe', maxPages, files }: DatabaseOptions,
): Promise<Database> {
  if (!create) checkExists(file);
  let existed = false;
  const connection = await untilFree(file, () => {
    existed = checkFiles(file);
    makeFolder(path.dirname(file));
    makeDatabaseFile(file);
    return new DatabaseSync(file);
  });
  try {
    await prepare(connection, file, { as, maxPages, files, existed });
  } catch (error) {
    connection.close();
    throw translated(error, file);
  }
  return wrap(connection, file);
}

/** Throws `not_found` if there is no catalog. */
export function checkExists(file: string): void {
  try {
    statSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw translated(error, file);
    throw noCatalog(file);
  }
}

function wrap(connection: DatabaseSyncInstance, file: string): Database {
  const main = rememberFiles([file]);
  const shared = rememberFiles([`${file}-wal`, `${file}-shm`]);
  const queries = createQueries(connection, file);
  let held = 0;
  let freeSince = 0;

  return {
    ...queries,
    file,
    snapshot: (work) => withTranslatedErrors(file, () => transaction(connection, 'BEGIN', work)),
    async write(work) {
      held = Math.max(0, held - (performance.now() - freeSince));
      if (held > MAX_HELD_MS) await sleep(PAUSE_MS);
      return untilFree(file, () => {
        const began = performance.now();
        try {
          return transaction(connection, 'BEGIN IMMEDIATE', () => {
            const result = work();
            // Nothing may count as stored that nobody can find.
            checkCatalogFiles(main);
            return result;
          });
        } finally {
          freeSince = performance.now();
          held += freeSince - began;
        }
      });
    },
    verify() {
      checkCatalogFiles([...main, ...shared]);
    },
    openReadConnection: () =>
      untilFree(file, () => {
        const other = new DatabaseSync(file);
        other.exec('PRAGMA busy_timeout = 0; PRAGMA query_only = 1');
        return { connection: other, isCurrent: () => true, isConsistent: () => true, close: () => other.close() };
      }),
    close() {
      queries.forget();
      connection.close();
    },
  };
}
