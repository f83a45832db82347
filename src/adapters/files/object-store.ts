import { randomUUID } from 'node:crypto';
import { readdir, rmdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { isMarkedAlive, PROCESS_MARK, processMark } from '../../base/process-mark.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { allSettled, linkNew, removeIfExists, syncFoldersOf, unlinkAll, writeNew } from './durable.ts';
import { isMissing, translated } from './errors.ts';
import { bytesOf, digestOf, piecesOf, sizeOf } from './stored-file.ts';

/** Holds the temporary files of `put`, each named after its process. */
const TEMPORARY = '.tmp';
const TEMPORARY_FILE = new RegExp(`^(${PROCESS_MARK})-`);
/** A writer that cannot be asked, in another container or on another host, needs seconds for a file. */
const MAX_WRITING_MS = 24 * 3_600_000;

/**
 * An object store in a folder. A key is a path below it. Objects get their names by hard links, which never replace a file, and
 * become visible in the order in which they were given.
 */
export function createFileObjectStore(folder: string): ObjectStore {
  const address = path.resolve(folder);
  const at = (key: string) => path.join(address, key);
  const temporary = path.join(address, TEMPORARY);

  async function guarded<T>(file: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw translated(error, file);
    }
  }

  return {
    address,
    writesLate: false,
    locate: at,

    put: (objects) =>
      guarded(address, async () => {
        const puts = objects.map(({ key, bytes }) => ({
          bytes,
          file: path.join(temporary, `${processMark()}-${randomUUID()}`),
          to: at(key),
        }));
        await writeNew(puts);
        try {
          const results: ('added' | 'exists')[] = [];
          for (const { file, to } of puts) results.push((await linkNew(file, to)) ? 'added' : 'exists');
          await syncFoldersOf(puts.map(({ to }) => to));
          return results;
        } finally {
          unlinkAll(puts.map(({ file }) => file));
        }
      }),

    get: (key) => guarded(at(key), () => bytesOf(at(key))),

    digest: (key) => guarded(at(key), () => digestOf(at(key))),

    size: (key) => guarded(at(key), () => sizeOf(at(key))),

    open: (key) =>
      guarded(at(key), async () => {
        const size = await sizeOf(at(key));
        return size === undefined ? undefined : { size, bytes: piecesOf(at(key), size) };
      }),

    list: (prefix) =>
      guarded(at(prefix), async () =>
        (await filesBelow(at(prefix))).map((file) => path.relative(address, file).split(path.sep).join('/')),
      ),

    exists: (folder) => guarded(at(folder), () => isFolder(at(folder))),

    remove: (keys) =>
      guarded(address, async () => {
        await allSettled(keys, (key) => removeIfExists(at(key)));
        const folders = new Set(keys.map((key) => path.posix.dirname(key)).filter((key) => key.includes('/')));
        await allSettled([...folders], (key) => removeFolderIfEmpty(at(key)));
      }),

    collectGarbage: () =>
      guarded(temporary, async () => {
        await allSettled(await filesIn(temporary), async (file) => {
          if (await isLeftover(path.join(temporary, file))) await removeIfExists(path.join(temporary, file));
        });
      }),
  };
}

/** Whether a temporary file's writer is gone. */
async function isLeftover(file: string): Promise<boolean> {
  const mark = TEMPORARY_FILE.exec(path.basename(file))?.[1];
  if (mark === undefined) return false;
  const isAlive = isMarkedAlive(mark);
  if (isAlive !== undefined) return !isAlive;
  const stats = await stat(file).catch(() => undefined);
  return stats !== undefined && Date.now() - stats.mtimeMs > MAX_WRITING_MS;
}

async function isFolder(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isDirectory();
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

async function filesIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => !entry.isDirectory()).map((entry) => entry.name);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

async function filesBelow(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true, recursive: true });
    return entries.filter((entry) => !entry.isDirectory()).map((entry) => path.join(entry.parentPath, entry.name));
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

async function removeFolderIfEmpty(folder: string): Promise<void> {
  await rmdir(folder).catch(() => {});
}
