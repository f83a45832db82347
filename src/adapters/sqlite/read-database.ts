import { accessSync, constants } from 'node:fs';
import { ImgpipeError } from '../../domain/errors.ts';
import { checkFiles } from './check-files.ts';
import { transaction, untilFree } from './connection.ts';
import { checkExists, type Database } from './database.ts';
import { cannotShare } from './errors.ts';
import { versionOf } from './migrate.ts';
import { checkPresent } from './open-files.ts';
import { prepareToRead } from './prepare.ts';
import { createQueries, withTranslatedErrors } from './queries.ts';
import { openReadConnection, type ReadConnection } from './read-connection.ts';

/** How often a read is tried while other processes start, stop or replace the catalog. */
const MAX_TRIES = 5;

/**
 * Opens a catalog for reading. Creates and changes nothing in its folder, which may be read-only; opens the files again
 * as other processes come and go. Reads a catalog of the version before, too. Throws `not_found` if there is none, and
 * `catalog_older` if it has to be migrated first.
 */
export async function openReadDatabase(file: string): Promise<Database> {
  checkReadable(file);
  const reader = createReader(file, await untilFree(file, () => open(file)));
  return {
    file,
    all: (sql, ...values) => reader.read(({ queries }) => queries.all(sql, ...values)),
    get: (sql, ...values) => reader.read(({ queries }) => queries.get(sql, ...values)),
    run: () => readOnly(),
    snapshot: reader.snapshot,
    write: async () => readOnly(),
    openReadConnection: () => untilFree(file, () => open(file)),
    // A catalog that was replaced is read from then on.
    verify: () => checkPresent(file),
    close: reader.close,
  };
}

/** Throws `not_found` if there is no catalog, and `no_permission` if this user may not read it. */
function checkReadable(file: string): void {
  checkExists(file);
  withTranslatedErrors(file, () => checkFiles(file));
  withTranslatedErrors(file, () => accessSync(file, constants.R_OK));
}

function readOnly(): never {
  throw new Error('the catalog is open for reading');
}

function open(file: string, options: { copied?: boolean } = {}): ReadConnection {
  const opened = openReadConnection(file, options);
  try {
    prepareToRead(opened.connection, file);
    const version = versionOf(opened.connection);
    return { ...opened, isCurrent: () => opened.isCurrent() && isStill(version, opened) };
  } catch (error) {
    opened.close();
    throw error;
  }
}

/** Whether the catalog still has the version that the connection was prepared for: a stage may have migrated it. */
function isStill(version: number, { connection }: ReadConnection): boolean {
  try {
    return versionOf(connection) === version;
  } catch {
    return false;
  }
}

/** Reads through one connection at a time, which it replaces by another when that is outdated. */
function createReader(file: string, first: ReadConnection) {
  let current: Current | undefined = currentOf(file, first);
  let inSnapshot = false;

  function close(): void {
    current?.queries.forget();
    current?.opened.close();
    current = undefined;
  }

  function replace(options: { copied?: boolean } = {}): Current {
    close();
    checkReadable(file);
    current = currentOf(
      file,
      withTranslatedErrors(file, () => open(file, options)),
    );
    return current;
  }

  function read<T>(work: (current: Current) => T): T {
    // Within a snapshot, the connection stays the same.
    if (inSnapshot && current !== undefined) return work(current);
    let using = current?.opened.isCurrent() ? current : replace();
    for (let tries = 1; ; tries += 1) {
      const attempt = tryOnce(using, work);
      if ('result' in attempt) return attempt.result;
      if (!attempt.again || tries === MAX_TRIES) throw attempt.error;
      using = replace(attempt.again);
    }
  }

  return {
    read,
    snapshot: <T>(work: () => T): T =>
      read(({ opened }) => {
        inSnapshot = true;
        try {
          return withTranslatedErrors(file, () => transaction(opened.connection, 'BEGIN', work));
        } finally {
          inSnapshot = false;
        }
      }),
    close,
  };
}

interface Current {
  readonly file: string;
  readonly opened: ReadConnection;
  readonly queries: ReturnType<typeof createQueries>;
}

function currentOf(file: string, opened: ReadConnection): Current {
  return { file, opened, queries: createQueries(opened.connection, file) };
}

/** The result, or the error with how to open another connection; `again` is undefined if that would not help. */
type Attempt<T> =
  | { readonly result: T }
  | { readonly error: unknown; readonly again: { readonly copied: boolean } | undefined };

function tryOnce<T>(current: Current, work: (current: Current) => T): Attempt<T> {
  const { file, opened } = current;
  try {
    const result = work(current);
    if (opened.isConsistent()) return { result };
    const changed = `the catalog ${file} changes while it is read: try again`;
    return { error: new ImgpipeError('catalog_unavailable', changed), again: { copied: false } };
  } catch (error) {
    if (cannotShare(error)) return { error, again: { copied: true } };
    return { error, again: opened.isConsistent() ? undefined : { copied: false } };
  }
}
