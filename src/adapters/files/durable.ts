import fs from 'node:fs';
import { mkdir, unlink } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { FILE_MODE, FOLDER_MODE } from '../../base/file-modes.ts';
import { isExisting, isMissing } from './errors.ts';

/** File operations whose results survive a power failure once their promise has resolved. */

// A round trip to the thread pool takes longer than most of these calls, and much longer on a busy machine. So links, small
// files and single syncs use synchronous calls. Large files are written, and several files synced, by the pool's threads.
const MAX_BLOCKING_BYTES = 256 * 1024;
const MIN_SYNCS_FOR_THREADS = 3;

const writeInThread = promisify(fs.writeFile);
const syncInThread = promisify(fs.fsync);

export interface NewFile {
  readonly file: string;
  readonly bytes: Uint8Array;
}

/**
 * Writes and syncs new files. Resolves with one flag for each: false if a file of that name exists. If one cannot be
 * written completely, none of them remains.
 *
 * All are written before the first sync, because that one often flushes the others' data too.
 */
export async function writeNew(files: readonly NewFile[]): Promise<boolean[]> {
  const opened: { file: string; descriptor: number }[] = [];
  async function writeOne({ file, bytes }: NewFile): Promise<boolean> {
    const descriptor = await openNew(file);
    if (descriptor === undefined) return false;
    opened.push({ file, descriptor });
    if (bytes.length > MAX_BLOCKING_BYTES) await writeInThread(descriptor, bytes);
    else fs.writeFileSync(descriptor, bytes);
    return true;
  }
  const syncOne = files.length < MIN_SYNCS_FOR_THREADS ? fs.fsyncSync : syncInThread;
  let complete = false;
  try {
    const written = await allSettled(files, writeOne);
    await allSettled(opened, async ({ descriptor }) => syncOne(descriptor));
    complete = true;
    return written;
  } finally {
    for (const { descriptor } of opened) fs.closeSync(descriptor);
    if (!complete) await allSettled(opened, ({ file }) => removeIfExists(file));
  }
}

/** Like `Promise.all` over the items, but waits for all of them before it rejects with the first failure. */
export async function allSettled<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results = await Promise.allSettled(items.map(work));
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}

/** Links a file to a new name. Resolves with false if a file of that name exists. */
export async function linkNew(from: string, to: string): Promise<boolean> {
  const attempt = () => {
    try {
      fs.linkSync(from, to);
      return true;
    } catch (error) {
      if (isExisting(error)) return false;
      throw error;
    }
  };
  try {
    return attempt();
  } catch (error) {
    if (!isMissing(error)) throw error;
    await createFolder(path.dirname(to));
    return attempt();
  }
}

/** Removes a file. Resolves with false if it did not exist. */
export async function removeIfExists(file: string): Promise<boolean> {
  try {
    await unlink(file);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** Removes names of files that have been linked to others. Names that do not exist are ignored. */
export function unlinkAll(files: readonly string[]): void {
  for (const file of files) {
    try {
      fs.unlinkSync(file);
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
}

/** Syncs the folders of these files, so that the files' names survive a power failure. */
export async function syncFoldersOf(files: Iterable<string>): Promise<void> {
  const folders = new Set([...files].map((file) => path.dirname(file)));
  for (const folder of folders) syncFolder(folder);
}

/** Opens a new file. Resolves with undefined if a file of that name exists. */
async function openNew(file: string): Promise<number | undefined> {
  try {
    return fs.openSync(file, 'wx', FILE_MODE);
  } catch (error) {
    if (isExisting(error)) return undefined;
    if (!isMissing(error)) throw error;
    await createFolder(path.dirname(file));
    return fs.openSync(file, 'wx', FILE_MODE);
  }
}

/** Creates a folder and its missing parents, and syncs each folder that got a new entry. */
async function createFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
  if (first === undefined) return;
  for (let created = folder; ; created = path.dirname(created)) {
    syncFolder(path.dirname(created));
    if (created === first) return;
  }
}

function syncFolder(folder: string): void {
  // Windows cannot open folders, and syncs their entries by itself.
  if (process.platform === 'win32') return;
  const descriptor = fs.openSync(folder, 'r');
  try {
    fs.fsyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}
