import { type BigIntStats, chmodSync, copyFileSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ImgpipeError } from '../../domain/errors.ts';
import { isSystemError } from '../../domain/system-errors.ts';

/** The files of a database, as they are at one moment. */
export interface CatalogFiles {
  /** Differs if one of the files was written, added, removed or replaced. */
  readonly state: string;
  /** Identifies the file of the database itself, which stays the same while it is written. */
  readonly identity: string;
  /** Whether the database's file holds all commits and no process has it open for writing. */
  readonly isAtRest: boolean;
  /** Whether SQLite's index of the WAL exists, which a reader otherwise would have to create. */
  readonly hasWalIndex: boolean;
}

/** Looks at the files without opening them, because closing one drops this process's locks on it. */
export function lookAt(file: string): CatalogFiles {
  const [database, wal, walIndex, journal] = [file, `${file}-wal`, `${file}-shm`, `${file}-journal`].map(statOf);
  const states = [database, wal, walIndex, journal].map((stat) =>
    stat === undefined ? '-' : `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeNs}`,
  );
  return {
    state: states.join(' '),
    identity: `${database?.dev}:${database?.ino}`,
    isAtRest: (wal === undefined || wal.size === 0n) && walIndex === undefined && journal === undefined,
    hasWalIndex: wal !== undefined && walIndex !== undefined,
  };
}

/** A copy of a database in a folder of its own. */
export interface CatalogCopy {
  readonly file: string;
  /** The state of the files that were copied. */
  readonly state: string;
  remove(): void;
}

/** How often a database that changes meanwhile is copied again. */
const MAX_TRIES = 10;

/**
 * Copies a database with the commits of its WAL to a temporary folder. Only for a process that has it open in no other
 * way (see `lookAt`). Throws `catalog_unavailable` if it cannot be copied.
 */
export function copyCatalog(file: string): CatalogCopy {
  let folder: string | undefined;
  const remove = () => {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  };
  try {
    folder = mkdtempSync(path.join(tmpdir(), 'imgpipe-catalog-'));
    const copy = path.join(folder, path.basename(file));
    for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
      const { state } = lookAt(file);
      for (const end of ['', '-wal', '-journal']) copyIfPresent(`${file}${end}`, `${copy}${end}`);
      if (lookAt(file).state === state) return { file: copy, state, remove };
    }
  } catch (error) {
    remove();
    throw isSystemError(error) && error.code !== 'EACCES' ? notCopied(file, error.code, error) : error;
  }
  remove();
  throw notCopied(file, 'it changes meanwhile');
}

function notCopied(file: string, reason: string, cause?: unknown): ImgpipeError {
  return new ImgpipeError(
    'catalog_unavailable',
    `the catalog ${file} can be read only from a copy, because a process has left it open and its folder cannot be written, and it cannot be copied to ${tmpdir()} (${reason}): set TMPDIR to a folder with more space, or give this user write access to the folder of the catalog`,
    { cause },
  );
}

function copyIfPresent(from: string, to: string): void {
  rmSync(to, { force: true });
  try {
    copyFileSync(from, to);
    // The copy has the mode of a file that this user may be allowed only to read.
    chmodSync(to, 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

function statOf(file: string): BigIntStats | undefined {
  return statSync(file, { bigint: true, throwIfNoEntry: false });
}
