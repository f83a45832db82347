import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Folders of copies are named so, in the system's temporary folder. */
const NAME = 'imgpipe-view-';
/** A viewer that was started longer ago has read its copies. */
const MAX_AGE_MS = 24 * 3_600_000;

/** Makes a folder for copies and fills it. Removes it if that fails. */
export async function fillNewFolder<T>(fill: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), NAME));
  try {
    return await fill(folder);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/**
 * Removes this user's folders of copies that are a day old: a desktop's viewer does not say when it has read them. What cannot
 * be removed stays.
 */
export async function removeOldFolders(now = Date.now()): Promise<void> {
  const names = await readdir(tmpdir()).catch(() => []);
  for (const name of names.filter((name) => name.startsWith(NAME))) {
    const folder = path.join(tmpdir(), name);
    const stats = await lstat(folder).catch(() => undefined);
    const isOurs = stats?.isDirectory() === true && (process.getuid === undefined || stats.uid === process.getuid());
    if (isOurs && now - stats.mtimeMs > MAX_AGE_MS) await rm(folder, { recursive: true, force: true }).catch(() => {});
  }
}
