import { type FileHandle, link, mkdir, open, unlink } from 'node:fs/promises';
import path from 'node:path';
import { isMissing, isTaken } from './errors.ts';

/** File operations whose results outlast the loss of power once they have answered. */

/** Writes a file that must not exist yet, and syncs it; a file that could not be written whole does not stay. */
export async function writeNew(file: string, bytes: Uint8Array): Promise<void> {
  const handle = await openNew(file);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } catch (error) {
    await handle.close();
    await removeIfThere(file);
    throw error;
  }
  await handle.close();
}

/** Gives a file a second name, unless that name is taken: then false. */
export async function linkNew(from: string, to: string): Promise<boolean> {
  const attempt = async () => {
    try {
      await link(from, to);
      return true;
    } catch (error) {
      if (isTaken(error)) return false;
      throw error;
    }
  };
  try {
    return await attempt();
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
  await Promise.all([...folders].map(syncFolder));
}

async function openNew(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'wx');
  } catch (error) {
    if (!isMissing(error)) throw error;
    await makeFolder(path.dirname(file));
    return open(file, 'wx');
  }
}

/** Makes a folder with those above it, and syncs each folder that got a new entry. */
async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return;
  for (let made = folder; ; made = path.dirname(made)) {
    await syncFolder(path.dirname(made));
    if (made === first) return;
  }
}

async function syncFolder(folder: string): Promise<void> {
  // Windows opens no folders, and keeps their entries by itself.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
