import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { ImgpipeError } from '../../domain/errors.ts';
import type { Lock, LockResult, Locks } from '../../ports/catalog/locks.ts';
import { isBusy, isDamage, translated } from './errors.ts';
import { createHolderFile, type HolderFile, holdersOf } from './holder-files.ts';
import { makeDatabaseFile, makeFolder } from './make-files.ts';
import { checkLockFiles, type OpenFile, rememberFiles } from './open-files.ts';

/** The operating system keeps a file lock as long as its process lives. */
const NEVER = new AbortController().signal;

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
  const held = new Map<() => void, { readonly files: readonly OpenFile[]; readonly holder: HolderFile }>();

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
      if (isBusy(error)) return { holder: holdersOf(stem) };
      throw isDamage(error) ? damagedLock(file, error) : translated(error, file);
    }
    const holder = createHolderFile(stem, { owner, isOnly: mode === 'exclusive' });
    const locked = connection;
    const release = () => {
      if (!held.delete(release)) return;
      holder.remove();
      locked.close();
    };
    held.set(release, { files: rememberFiles([file]), holder });
    return { lock: { token: randomUUID(), lost: NEVER, release: async () => release() } satisfies Lock };
  }

  return {
    lock: async (name, owner, mode = 'exclusive') => acquire(name, owner, mode),
    verify: () => {
      for (const { files, holder } of held.values()) {
        checkLockFiles(files);
        holder.refresh();
      }
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
