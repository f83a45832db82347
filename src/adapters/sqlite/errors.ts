import { statfsSync } from 'node:fs';
import path from 'node:path';
import { foreignOwner } from '../../base/foreign-owner.ts';
import { type ErrorCode, ImgpipeError } from '../../domain/errors.ts';
import { diskFull, fromSystemError, isSystemError } from '../../domain/system-errors.ts';

/** The primary result codes of SQLite that are handled here (https://sqlite.org/rescode.html). */
const ERROR = 1;
const PERM = 3;
const BUSY = 5;
const LOCKED = 6;
const NOMEM = 7;
const READONLY = 8;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const PROTOCOL = 15;
const NOTADB = 26;
/** I/O errors that no retry helps against: the file system is corrupt, or a file is shorter than it was. */
const DAMAGED: ReadonlySet<unknown> = new Set([IOERR | (33 << 8), IOERR | (2 << 8)]);
const TRANSIENT = new Set([NOMEM, IOERR, PROTOCOL]);

/** True if another connection is writing: the transaction has not begun and can be retried. */
export function isBusy(error: unknown): boolean {
  const code = primaryCode(error);
  return code === BUSY || code === LOCKED;
}

/** True if a file is not what SQLite wrote. */
export function isDamage(error: unknown): boolean {
  const code = primaryCode(error);
  return code === CORRUPT || code === NOTADB || DAMAGED.has(extendedCode(error));
}

/** True if a reader cannot use the WAL together with other processes, because it may not write to its folder. */
export function cannotShare(error: unknown): boolean {
  const code = primaryCode(error instanceof ImgpipeError ? error.cause : error);
  return code === READONLY || code === CANTOPEN;
}

/** True if a statement does not fit the tables of the database. */
export function isSchemaMismatch(error: unknown): boolean {
  return primaryCode(error) === ERROR;
}

/** An error of SQLite or of the operating system as an ImgpipeError; any other error as it is. */
export function translated(error: unknown, file: string): unknown {
  const code = primaryCode(error);
  if (code === undefined)
    return isSystemError(error) ? fromSystemError(error, file, foreignOwner(file, { inFolder: true })) : error;
  const reason = (error as Error).message;
  const make = (name: ErrorCode, message: string) => new ImgpipeError(name, message, { cause: error });
  if (isDamage(error)) return damaged(file, reason, error);
  // On a full disk the shared memory of the WAL cannot grow, which SQLite reports as an I/O error.
  if (code === FULL || (code === IOERR && isDiskFull(file))) return make('disk_full', diskFull(file, reason));
  if (code === READONLY || code === PERM) {
    return make(
      'no_permission',
      `${file} cannot be written (${reason}): ${foreignOwner(file, { inFolder: true }) ?? 'give this user access to it'}`,
    );
  }
  const owner = code === CANTOPEN ? foreignOwner(file, { inFolder: true }) : undefined;
  if (owner !== undefined) return make('no_permission', `${file} cannot be opened: ${owner}`);
  if (code === CANTOPEN) {
    return make(
      'catalog_unavailable',
      `${file} cannot be opened (${reason}): check that its folder exists and that this user can write to it`,
    );
  }
  if (TRANSIENT.has(code) || isBusy(error)) {
    return make(
      'catalog_unavailable',
      `the catalog ${file} does not respond (${reason}): check the disk that holds it`,
    );
  }
  return error;
}

/** The shared memory of a WAL grows by this much. */
const WAL_INDEX_BYTES = 32 * 1024;

function isDiskFull(file: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(path.dirname(file));
    return bavail * bsize < WAL_INDEX_BYTES;
  } catch {
    return false;
  }
}

/** The error of a catalog that does not exist. */
export function noCatalog(file: string): ImgpipeError {
  return new ImgpipeError('not_found', `there is no catalog ${file} yet: the first stage that starts creates it`);
}

/** The error of a catalog file that cannot be used. */
export function damaged(file: string, reason: string, cause?: unknown): ImgpipeError {
  return new ImgpipeError(
    'catalog_damaged',
    `the catalog ${file} is damaged (${reason}): restore its folder from a backup, or move the folder away to start over`,
    { cause },
  );
}

function extendedCode(error: unknown): unknown {
  return error instanceof Error && 'sqliteExtendedCode' in error ? error.sqliteExtendedCode : undefined;
}

function primaryCode(error: unknown): number | undefined {
  const code = error instanceof Error && 'sqliteCode' in error ? error.sqliteCode : undefined;
  return typeof code === 'number' ? code & 0xff : undefined;
}
