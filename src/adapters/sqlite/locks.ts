import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { isProcessAlive } from '../../base/process-alive.ts';
import type { Lock, LockResult, Locks } from '../../ports/catalog/locks.ts';
import { isBusy, translated } from './errors.ts';
import { makeFolder } from './make-folder.ts';

/** The operating system keeps a file lock as long as its process lives. */
const NEVER = new AbortController().signal;

/** How many locks this process has taken: it keeps their notes apart, also those of two pipelines in one program. */
let taken = 0;

/**
 * Locks by SQLite's own file locks: an exclusive lock is an exclusive transaction held open on a small database of
 * the lock's name, a shared one a read transaction. The system frees them at once when their holder dies and keeps
 * them while it is merely stopped; no timers. Beside each lies a note of who holds it, for people alone.
 */
export function createLocks(folder: string): Locks & { releaseAll(): void } {
  const held = new Set<() => void>();

  function take(name: string, as: string, mode: 'exclusive' | 'shared'): LockResult {
    const stem = path.join(folder, encodeURIComponent(name));
    const file = `${stem}.lock`;
    let connection: DatabaseSyncInstance | undefined;
    try {
      makeFolder(folder);
      connection = new DatabaseSync(file);
      connection.exec('PRAGMA busy_timeout = 0');
      lock(connection, mode);
    } catch (error) {
      connection?.close();
      if (isBusy(error)) return { holder: holders(stem) };
      throw translated(error, file);
    }
    taken += 1;
    const note = `${stem}.${process.pid}-${taken}.holder`;
    if (mode === 'exclusive') sweepNotes(stem);
    leaveNote(note, as);
    const locked = connection;
    const release = () => {
      if (!held.delete(release)) return;
      rmSync(note, { force: true });
      locked.close();
    };
    held.add(release);
    return { lock: { token: randomUUID(), lost: NEVER, release: async () => release() } satisfies Lock };
  }

  return {
    lock: async (name, as, mode = 'exclusive') => take(name, as, mode),
    releaseAll: () => {
      for (const release of [...held]) release();
    },
  };
}

function lock(connection: DatabaseSyncInstance, mode: 'exclusive' | 'shared'): void {
  if (mode === 'exclusive') {
    connection.exec('BEGIN EXCLUSIVE');
    return;
  }
  // The first read takes the lock, and the open transaction keeps it. No statement may outlive it: a connection with
  // one keeps its lock after it was closed, until the statement is collected.
  connection.exec('BEGIN; SELECT count(*) FROM sqlite_schema');
}

/** A note that cannot be written costs a name in a message and nothing else. */
function leaveNote(note: string, as: string): void {
  try {
    writeFileSync(note, as);
  } catch {}
}

/** With the exclusive lock in hand, every note there is left over from the dead. */
function sweepNotes(stem: string): void {
  for (const note of notes(stem)) rmSync(note, { force: true });
}

function holders(stem: string): string {
  const living = notes(stem).filter((note) => isProcessAlive(Number(/\.(\d+)-\d+\.holder$/.exec(note)?.[1])));
  const names = living.flatMap((note) => {
    try {
      return [readFileSync(note, 'utf8')];
    } catch {
      return [];
    }
  });
  return names.length === 0 ? 'another process' : names.sort().join(', ');
}

function notes(stem: string): string[] {
  const folder = path.dirname(stem);
  const start = `${path.basename(stem)}.`;
  return readdirSync(folder)
    .filter((file) => file.startsWith(start) && /^\d+-\d+\.holder$/.test(file.slice(start.length)))
    .map((file) => path.join(folder, file));
}
