import { randomUUID } from 'node:crypto';
import { readdir, readFile, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { sha256Of } from '../../base/digest.ts';
import { isProcessAlive } from '../../base/process-alive.ts';
import { ImgpipeError } from '../../domain/errors.ts';
import type { ObjectStore, Promotion } from '../../ports/object-store.ts';
import { allSettled, linkNew, removeIfThere, syncFoldersOf, writeNew } from './durable.ts';
import { isMissing, translated } from './errors.ts';
import { digestOf, piecesOf, sizeOf } from './stored-file.ts';

/** The folder of what is on its way: pictures, by stream, and the unfinished files of `put`. */
const INCOMING = 'incoming';

/** The object store in a folder. A key is a path below it; names come into being by a link, which replaces nothing. */
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

  async function settleOne({ incoming: name, key, sha256 }: Promotion): Promise<void> {
    const from = incoming(name);
    const to = at(key);
    const moved = await linkNew(from, to).catch((error) => {
      if (isMissing(error)) return false;
      throw error;
    });
    if (!moved) await checkSettled(from, to, sha256);
  }

  /** The picture is not moved now: it must lie under its key already. */
  async function checkSettled(from: string, to: string, sha256: string): Promise<void> {
    const there = await read(to);
    if (there === undefined) {
      throw new ImgpipeError(
        'object_missing',
        `${from} is gone, and ${to} is not there either: put the picture back under one of these names, or start over with 'imgpipe clean'`,
      );
    }
    if (sha256Of(there) !== sha256) {
      throw new ImgpipeError(
        'object_conflict',
        `${to} holds another picture than the one that got this number: move that file away, then start again`,
      );
    }
  }

  /** A name is one picture's own: where it is taken, the picture was staged before. */
  async function checkStaged(file: string, bytes: Uint8Array): Promise<void> {
    const there = await read(file);
    if (there === undefined || Buffer.compare(there, bytes) !== 0) {
      throw new ImgpipeError('object_conflict', `${file} holds another picture than the one that has this name`);
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
          ({ file, bytes }) => checkStaged(file, bytes),
        );
        await syncFoldersOf(files.map(({ file }) => file));
      }),

    promote: (pictures) =>
      guarded(address, async () => {
        await allSettled(pictures, settleOne);
        await syncFoldersOf(pictures.map(({ key }) => at(key)));
        await allSettled(pictures, ({ incoming: name }) => removeIfThere(incoming(name)));
      }),

    listIncoming: (stream) =>
      guarded(incoming(stream), async () => (await filesIn(incoming(stream))).map((file) => `${stream}/${file}`)),

    removeIncoming: (names) =>
      guarded(incoming(''), async () => {
        await allSettled(names, (name) => removeIfThere(incoming(name)));
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
          const answers: ('added' | 'exists')[] = [];
          for (const { file, to } of puts) answers.push((await linkNew(file, to)) ? 'added' : 'exists');
          await syncFoldersOf(puts.map(({ to }) => to));
          return answers;
        } finally {
          await allSettled(puts, ({ file }) => removeIfThere(file));
        }
      }),

    get: (key) => guarded(at(key), () => read(at(key))),

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
        await allSettled(keys, (key) => removeIfThere(at(key)));
        const folders = new Set(keys.map((key) => path.posix.dirname(key)).filter((key) => key.includes('/')));
        await allSettled([...folders], (key) => removeFolderIfEmpty(at(key)));
      }),

    collectGarbage: () =>
      guarded(incoming(''), async () => {
        const left = (await filesIn(incoming(''))).filter((file) => {
          const pid = /^put-(\d+)-/.exec(file)?.[1];
          return pid !== undefined && !isProcessAlive(Number(pid));
        });
        await allSettled(left, (file) => removeIfThere(incoming(file)));
      }),
  };
}

async function read(file: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (isMissing(error)) return undefined;
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
