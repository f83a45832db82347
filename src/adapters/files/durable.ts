import fs from 'node:fs';
import { mkdir, unlink } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { isMissing, isTaken } from './errors.ts';

/** File operations whose results outlast the loss of power once they have answered. */

// Handing a call to another thread and hearing of its end takes longer than most of these do, and much longer on a
// machine that has other work. So names are made, and few files written, by calls that are waited for; many are written
// and synced by several threads at once.
const MANY = 3;

/** Through plain descriptors a small file is written in four fifths of the time that a FileHandle takes. */
interface Calls {
  open(file: string, flags: string): Promise<number>;
  write(descriptor: number, bytes: Uint8Array): Promise<void>;
  sync(descriptor: number): Promise<void>;
  close(descriptor: number): Promise<void>;
}

const WAITED_FOR: Calls = {
  open: async (file, flags) => fs.openSync(file, flags),
  write: async (descriptor, bytes) => fs.writeFileSync(descriptor, bytes),
  sync: async (descriptor) => fs.fsyncSync(descriptor),
  close: async (descriptor) => fs.closeSync(descriptor),
};

const BY_THREADS: Calls = {
  open: promisify(fs.open),
  write: promisify(fs.writeFile),
  sync: promisify(fs.fsync),
  close: promisify(fs.close),
};

export interface NewFile {
  readonly file: string;
  readonly bytes: Uint8Array;
}

/**
 * Writes files that must not exist yet, and syncs them; the answer says of each whether it was written, or its name was
 * taken. Where one cannot be written whole, none of them stays.
 *
 * All are written before the first is synced: the first sync then carries the others' data along, and theirs find
 * little left to do.
 */
export async function writeNew(files: readonly NewFile[]): Promise<boolean[]> {
  const calls = files.length < MANY ? WAITED_FOR : BY_THREADS;
  const opened: { file: string; descriptor: number }[] = [];
  async function writeOne({ file, bytes }: NewFile): Promise<boolean> {
    const descriptor = await openNew(file, calls);
    if (descriptor === undefined) return false;
    opened.push({ file, descriptor });
    await calls.write(descriptor, bytes);
    return true;
  }
  let whole = false;
  try {
    const written = await allSettled(files, writeOne);
    await allSettled(opened, ({ descriptor }) => calls.sync(descriptor));
    whole = true;
    return written;
  } finally {
    await allSettled(opened, ({ descriptor }) => calls.close(descriptor));
    if (!whole) await allSettled(opened, ({ file }) => removeIfThere(file));
  }
}

/** Does all of them, even where some fail; then the first failure. Nothing goes on behind the caller's back. */
export async function allSettled<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results = await Promise.allSettled(items.map(work));
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}

/** Gives a file a second name, unless that name is taken: then false. */
export async function linkNew(from: string, to: string): Promise<boolean> {
  const attempt = () => {
    try {
      fs.linkSync(from, to);
      return true;
    } catch (error) {
      if (isTaken(error)) return false;
      throw error;
    }
  };
  try {
    return attempt();
  } catch (error) {
    if (!isMissing(error)) throw error;
    await makeFolder(path.dirname(to));
    return attempt();
  }
}

/** Removes a file; true if it was there. */
export async function removeIfThere(file: string): Promise<boolean> {
  try {
    await unlink(file);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** Syncs the folders that hold these files, each once: the files' names are then kept. */
export async function syncFoldersOf(files: Iterable<string>): Promise<void> {
  const folders = new Set([...files].map((file) => path.dirname(file)));
  for (const folder of folders) syncFolder(folder);
}

/** A new file's descriptor; undefined where the name is taken. */
async function openNew(file: string, calls: Calls): Promise<number | undefined> {
  try {
    return await calls.open(file, 'wx');
  } catch (error) {
    if (isTaken(error)) return undefined;
    if (!isMissing(error)) throw error;
    await makeFolder(path.dirname(file));
    return calls.open(file, 'wx');
  }
}

/** Makes a folder with those above it, and syncs each folder that got a new entry. */
async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return;
  for (let made = folder; ; made = path.dirname(made)) {
    syncFolder(path.dirname(made));
    if (made === first) return;
  }
}

function syncFolder(folder: string): void {
  // Windows opens no folders, and keeps their entries by itself.
  if (process.platform === 'win32') return;
  const descriptor = fs.openSync(folder, 'r');
  try {
    fs.fsyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}
