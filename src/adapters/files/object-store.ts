import { randomUUID } from 'node:crypto';
import { readdir, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { sha256Of } from '../../base/digest.ts';
import { isProcessAlive } from '../../base/process-alive.ts';
import { ImgpipeError } from '../../domain/errors.ts';
import type { ObjectStore, Promotion } from '../../ports/object-store.ts';
import { allSettled, linkNew, removeIfExists, syncFoldersOf, writeNew } from './durable.ts';
import { isMissing, translated } from './errors.ts';
import { bytesOf, digestOf, piecesOf, sizeOf } from './stored-file.ts';

/** Holds incoming pictures, in a folder for each stream, and the temporary files of `put`. */
const INCOMING = 'incoming';

/** An object store in a folder. A key is a path below it. Objects get their names by hard links, which never replace a file. */
export function createFileObjectStore(folder: string): ObjectStore {
  const address = path.resolve(folder);
  const at = (key: string) => path.join(address, key);
  const incoming = (name: string) => at(`${INCOMING}/${name}`);

  async function guarded<T>(file: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw translated(error, file);
    }
  }

  async function promoteOne({ incoming: name, key, sha256 }: Promotion): Promise<void> {
    const from = incoming(name);
    const to = at(key);
    const moved = await linkNew(from, to).catch((error) => {
      if (isMissing(error)) return false;
      throw error;
    });
    if (!moved) await checkPromoted(from, to, sha256);
  }

  /** Nothing was linked, so the picture must be under its key already. */
  async function checkPromoted(from: string, to: string, sha256: string): Promise<void> {
    const existing = await contentAt(to);
    if (existing === undefined) {
      throw new ImgpipeError(
        'object_missing',
        `neither ${from} nor ${to} exists: restore the picture under one of these names, or start over with 'imgpipe clean'`,
      );
    }
    if (sha256Of(existing) !== sha256) {
      throw new ImgpipeError(
        'object_conflict',
        `${to} exists with other content than the picture of this number: move that file away, then start again`,
      );
    }
  }

  /** Names of incoming pictures are unique, so an existing file must hold the same bytes. */
  async function checkIncoming(file: string, bytes: Uint8Array): Promise<void> {
    const existing = await contentAt(file);
    if (existing === undefined || Buffer.compare(existing, bytes) !== 0) {
      throw new ImgpipeError('object_conflict', `${file} exists with other content than the picture of this name`);
    }
  }

  return {
    address,
    locate: at,

    putIncoming: (pictures) =>
      guarded(incoming(''), async () => {
        const files = pictures.map(({ name, bytes }) => ({ file: incoming(name), bytes }));
        const written = await writeNew(files);
        await allSettled(
          files.filter((_, index) => written[index] === false),
          ({ file, bytes }) => checkIncoming(file, bytes),
        );
        await syncFoldersOf(files.map(({ file }) => file));
      }),

    promote: (pictures) =>
      guarded(address, async () => {
        await allSettled(pictures, promoteOne);
        await syncFoldersOf(pictures.map(({ key }) => at(key)));
        await allSettled(pictures, ({ incoming: name }) => removeIfExists(incoming(name)));
      }),

    listIncoming: (stream) =>
      guarded(incoming(stream), async () => (await filesIn(incoming(stream))).map((file) => `${stream}/${file}`)),

    removeIncoming: (names) =>
      guarded(incoming(''), async () => {
        await allSettled(names, (name) => removeIfExists(incoming(name)));
      }),

    put: (objects) =>
      guarded(address, async () => {
        const puts = objects.map(({ key, bytes }) => ({
          bytes,
          file: incoming(`put-${process.pid}-${randomUUID()}`),
          to: at(key),
        }));
        await writeNew(puts);
        try {
          const results: ('added' | 'exists')[] = [];
          for (const { file, to } of puts) results.push((await linkNew(file, to)) ? 'added' : 'exists');
          await syncFoldersOf(puts.map(({ to }) => to));
          return results;
        } finally {
          await allSettled(puts, ({ file }) => removeIfExists(file));
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
      guarded(incoming(''), async () => {
        const leftovers = (await filesIn(incoming(''))).filter((file) => {
          const pid = /^put-(\d+)-/.exec(file)?.[1];
          return pid !== undefined && !isProcessAlive(Number(pid));
        });
        await allSettled(leftovers, (file) => removeIfExists(incoming(file)));
      }),
  };
}

/** The content of what exists under a name: none, if that is a pipe or a device. */
async function contentAt(file: string): Promise<Uint8Array | undefined> {
  try {
    return await bytesOf(file);
  } catch (error) {
    if (error instanceof ImgpipeError && error.code === 'object_damaged') return new Uint8Array();
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
