import { randomUUID } from 'node:crypto';
import { readdir, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { isProcessAlive } from '../../base/process-alive.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { allSettled, linkNew, removeIfExists, syncFoldersOf, unlinkAll, writeNew } from './durable.ts';
import { isMissing, translated } from './errors.ts';
import { bytesOf, digestOf, piecesOf, sizeOf } from './stored-file.ts';

/** Holds the temporary files of `put`, each named after its process. */
const TEMPORARY = '.tmp';

/** An object store in a folder. A key is a path below it. Objects get their names by hard links, which never replace a file. */
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
    locate: at,

    put: (objects) =>
      guarded(address, async () => {
        const puts = objects.map(({ key, bytes }) => ({
          bytes,
          file: path.join(temporary, `${process.pid}-${randomUUID()}`),
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

    remove: (keys) =>
      guarded(address, async () => {
        await allSettled(keys, (key) => removeIfExists(at(key)));
        const folders = new Set(keys.map((key) => path.posix.dirname(key)).filter((key) => key.includes('/')));
        await allSettled([...folders], (key) => removeFolderIfEmpty(at(key)));
      }),

    collectGarbage: () =>
      guarded(temporary, async () => {
        const leftovers = (await filesIn(temporary)).filter((file) => {
          const pid = /^(\d+)-/.exec(file)?.[1];
          return pid !== undefined && !isProcessAlive(Number(pid));
        });
        await allSettled(leftovers, (file) => removeIfExists(path.join(temporary, file)));
      }),
  };
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
