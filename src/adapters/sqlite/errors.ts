import { statfsSync } from 'node:fs';
import path from 'node:path';
import { ImgpipeError } from '../../domain/errors.ts';
import { diskFull, fromSystemError, isSystemError } from '../../domain/system-errors.ts';

/** SQLite's primary result codes that mean something to us (https://sqlite.org/rescode.html). */
const ERROR = 1;
const PERM = 3;
const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const CORRUPT = 11;
const IOERR = 10;
const FULL = 13;
const CANTOPEN = 14;
const NOTADB = 26;
/** Out of memory, an I/O error, a protocol error of the locks: they may heal. */
const MAY_HEAL = new Set([7, IOERR, 15]);

/** True where another connection is writing: the transaction has not begun, try again. */
export function isBusy(error: unknown): boolean {
  const code = primaryCode(error);
  return code === BUSY || code === LOCKED;
}

/** True where a statement and the tables of the database do not fit together. */
export function doesNotFit(error: unknown): boolean {
  return primaryCode(error) === ERROR;
}

/** An error of SQLite's or of the system's in the house's words; any other is handed back as it is. */
export function translated(error: unknown, file: string): unknown {
  const code = primaryCode(error);
  if (code === undefined) return isSystemError(error) ? fromSystemError(error, file) : error;
  const reason = (error as Error).message;
  const make = (name: ConstructorParameters<typeof ImgpipeError>[0], message: string) =>
    new ImgpipeError(name, message, { cause: error });
  if (code === CORRUPT || code === NOTADB) return damaged(file, reason, error);
  // On a full disk the shared memory of the WAL cannot grow, and that is told as an I/O error.
  if (code === FULL || (code === IOERR && hasNoRoom(file))) return make('disk_full', diskFull(file));
  if (code === READONLY || code === PERM)
    return make(
      'no_permission',
      `${file} cannot be written (${reason}): grant this user the right, or choose another folder with --data`,
    );
  if (code === CANTOPEN)
    return make(
      'catalog_unavailable',
      `${file} cannot be opened (${reason}): check that its folder exists and that this user may write there`,
    );
  if (MAY_HEAL.has(code) || isBusy(error))
    return make('catalog_unavailable', `the catalog ${file} does not answer: ${reason}`);
  return error;
}

/** The shared memory of a WAL grows by so much. */
const ROOM_BYTES = 32 * 1024;

function hasNoRoom(file: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(path.dirname(file));
    return bavail * bsize < ROOM_BYTES;
  } catch {
    return false;
  }
}

/** The error of a catalog file that is not as it should be. */
export function damaged(file: string, reason: string, cause?: unknown): ImgpipeError {
  return new ImgpipeError(
    'catalog_damaged',
    `the catalog ${file} is damaged (${reason}): put a backup in its place, or move it away and begin in another folder`,
    { cause },
  );
}

function primaryCode(error: unknown): number | undefined {
  const code = error instanceof Error && 'sqliteCode' in error ? error.sqliteCode : undefined;
  return typeof code === 'number' ? code & 0xff : undefined;
}
