import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { FILE_MODE } from '../../base/file-modes.ts';
import { isProcessAlive } from '../../base/process-alive.ts';
import { ImgpipeError } from '../../domain/errors.ts';
import type { Lock, LockResult, Locks } from '../../ports/catalog/locks.ts';
import { isBusy, isDamage, translated } from './errors.ts';
import { makeDatabaseFile, makeFolder } from './make-files.ts';
import { checkLockFiles, type OpenFile, rememberFiles } from './open-files.ts';

/** The operating system keeps a file lock as long as its process lives. */
const NEVER = new AbortController().signal;

/** Counts the locks that this process has acquired: each gets its own holder file, even with two pipelines in one program. */
let acquired = 0;

/** The locks of one process. */
export interface FileLocks extends Locks {
  /** Throws `catalog_replaced` if the file of a held lock is no longer the one that was locked. */
  verify(): void;
  releaseAll(): void;
}

/**
 * Locks made of SQLite's file locks: an exclusive lock is an open exclusive transaction on a small database of the
 * lock's name, a shared one an open read transaction. The operating system frees them when their process ends and
 * keeps them while it is stopped. Beside each is a file that names the holder, for messages.
 */
export function createLocks(folder: string): FileLocks {
  const held = new Map<() => void, readonly OpenFile[]>();

  function acquire(name: string, owner: string, mode: 'exclusive' | 'shared'): LockResult {
    const stem = path.join(folder, encodeURIComponent(name));
    const file = `${stem}.lock`;
    let connection: DatabaseSyncInstance | undefined;
    try {
      makeFolder(folder);
      makeDatabaseFile(file);
      connection = new DatabaseSync(file);
      connection.exec('PRAGMA busy_timeout = 0');
      beginLock(connection, mode);
    } catch (error) {
      connection?.close();
      if (isBusy(error)) return { holder: holders(stem) };
      throw isDamage(error) ? damagedLock(file, error) : translated(error, file);
    }
    acquired += 1;
    const holderFile = `${stem}.${process.pid}-${acquired}.holder`;
    if (mode === 'exclusive') removeHolderFiles(stem);
    writeHolderFile(holderFile, owner);
    const locked = connection;
    const release = () => {
      if (!held.delete(release)) return;
      rmSync(holderFile, { force: true });
      locked.close();
    };
    held.set(release, rememberFiles([file]));
    return { lock: { token: randomUUID(), lost: NEVER, release: async () => release() } satisfies Lock };
  }

  return {
    lock: async (name, owner, mode = 'exclusive') => acquire(name, owner, mode),
    verify: () => {
      for (const files of held.values()) checkLockFiles(files);
    },
    releaseAll: () => {
      for (const release of [...held.keys()]) release();
    },
  };
}

function damagedLock(file: string, cause: unknown): ImgpipeError {
  return new ImgpipeError(
    'catalog_damaged',
    `the lock file ${file} is damaged (${(cause as Error).message}): stop all processes that use this folder, remove that file, and start again`,
    { cause },
  );
}

function beginLock(connection: DatabaseSyncInstance, mode: 'exclusive' | 'shared'): void {
  if (mode === 'exclusive') {
    connection.exec('BEGIN EXCLUSIVE');
    return;
  }
  // The first read takes the lock, and the open transaction keeps it. No statement may stay open: a closed connection
  // keeps its lock until its statements are garbage-collected.
  connection.exec('BEGIN; SELECT count(*) FROM sqlite_schema');
}

/** Holder files are used only in messages, so a file that cannot be written is ignored. */
function writeHolderFile(file: string, owner: string): void {
  try {
    writeFileSync(file, owner, { mode: FILE_MODE });
  } catch {}
}

/** While the lock is held exclusively, every other holder file belongs to a process that has died. */
function removeHolderFiles(stem: string): void {
  for (const file of holderFiles(stem)) rmSync(file, { force: true });
}

function holders(stem: string): string {
  const living = holderFiles(stem).filter((file) => isProcessAlive(Number(/\.(\d+)-\d+\.holder$/.exec(file)?.[1])));
  const names = living.flatMap((file) => {
    try {
      return [readFileSync(file, 'utf8')];
    } catch {
      return [];
    }
  });
  return names.length === 0 ? 'another process' : names.sort().join(', ');
}

function holderFiles(stem: string): string[] {
  const folder = path.dirname(stem);
  const start = `${path.basename(stem)}.`;
  return readdirSync(folder)
    .filter((file) => file.startsWith(start) && /^\d+-\d+\.holder$/.test(file.slice(start.length)))
    .map((file) => path.join(folder, file));
}
