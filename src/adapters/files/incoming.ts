import { rm } from 'node:fs/promises';
import path from 'node:path';
import { ImgpipeError } from '../../domain/errors.ts';
import { linkNew, syncFoldersOf } from './durable.ts';
import { isMissing, translated } from './errors.ts';
import { digestOf } from './stored-file.ts';

/** Where versions before 0.2 kept pictures until they had their numbers. */
const INCOMING = 'incoming';

/** A picture that has a number, and may still be in `incoming/`. */
export interface IncomingPicture {
  /** Its name in `incoming/`. */
  readonly incoming: string;
  readonly key: string;
  readonly sha256: string;
}

/**
 * Moves pictures from `incoming/` to their keys, in order and up to the first one that is in neither place. Resolves with
 * how many are under their keys. Throws `object_conflict` if another file is under one.
 */
export async function finishIncoming(folder: string, pictures: readonly IncomingPicture[]): Promise<number> {
  let finished = 0;
  for (const { incoming, key, sha256 } of pictures) {
    const to = path.join(folder, key);
    try {
      const linked = await linkNew(path.join(folder, INCOMING, incoming), to).catch((error) => {
        if (isMissing(error)) return false;
        throw error;
      });
      const found = linked ? sha256 : (await digestOf(to))?.sha256;
      if (found === undefined) break;
      if (found !== sha256) {
        throw new ImgpipeError(
          'object_conflict',
          `${to} is another file than the picture of this number, which is ${path.join(folder, INCOMING, incoming)}: move that file away, then start again`,
        );
      }
    } catch (error) {
      throw translated(error, to);
    }
    finished += 1;
  }
  await syncFoldersOf(pictures.slice(0, finished).map(({ key }) => path.join(folder, key)));
  return finished;
}

/** Removes `incoming/` with all that is left in it: pictures that were never received. */
export async function removeIncoming(folder: string): Promise<void> {
  await rm(path.join(folder, INCOMING), { recursive: true, force: true });
}
