import type { Dirent, Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { ImgpipeError } from '../../domain/errors.ts';
import { isMissing } from './errors.ts';
import { naturalOrder } from './natural-order.ts';

/** A file that may be a picture, or something in its place that cannot be one. */
export type Found = { readonly file: string; readonly error?: ImgpipeError };

/** What marks the data folder of a pipeline. */
const CATALOG_FILE = 'imgpipe.db';

const PICTURE_NAME = /\.(jpe?g|png)$/i;

/**
 * The pictures at a path: the file itself, whatever its name, or what a folder and the folders in it hold under names
 * that end in .jpg, .jpeg or .png, in natural order. Names that begin with a dot and the data folders of pipelines are
 * passed by, links are followed, and no folder is entered twice.
 */
export async function* walk(start: string): AsyncGenerator<Found> {
  const root = path.resolve(start);
  const what = await kindOf(root);
  if (what instanceof ImgpipeError) yield { file: root, error: what };
  else if (what.isDirectory()) yield* walkFolder(root, what, new Set());
  else yield { file: root };
}

async function* walkFolder(folder: string, stats: Stats, entered: Set<string>): AsyncGenerator<Found> {
  const identity = `${stats.dev}:${stats.ino}`;
  if (entered.has(identity)) return;
  entered.add(identity);
  const entries = await entriesOf(folder);
  if (entries instanceof ImgpipeError) {
    yield { file: folder, error: entries };
    return;
  }
  // A pipeline would receive its own images, and those again at the next time.
  if (entries.some(({ name }) => name === CATALOG_FILE)) return;
  for (const entry of entries) yield* walkEntry(path.join(folder, entry.name), entry, entered);
}

async function* walkEntry(file: string, entry: Dirent, entered: Set<string>): AsyncGenerator<Found> {
  if (entry.name.startsWith('.')) return;
  const isPicture = PICTURE_NAME.test(entry.name);
  if (isPicture && entry.isFile()) {
    const error = entry.name.includes('\ufffd') ? unreadable('its name is not UTF-8: rename it') : undefined;
    yield { file, ...(error && { error }) };
    return;
  }
  if (entry.isFile()) return;
  const what = await kindOf(file);
  if (what instanceof ImgpipeError) {
    if (isPicture || entry.isDirectory()) yield { file, error: what };
  } else if (what.isDirectory()) {
    yield* walkFolder(file, what, entered);
  } else if (isPicture) {
    yield { file };
  }
}

async function kindOf(file: string): Promise<Stats | ImgpipeError> {
  try {
    return await stat(file);
  } catch (error) {
    return whyUnreadable(error);
  }
}

async function entriesOf(folder: string): Promise<Dirent[] | ImgpipeError> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.sort((a, b) => naturalOrder(a.name, b.name));
  } catch (error) {
    return whyUnreadable(error);
  }
}

/** Why a file or folder that pictures were to come from cannot be read, as a clause. */
export function whyUnreadable(error: unknown): ImgpipeError {
  if (error instanceof ImgpipeError) return error;
  if (isMissing(error)) return unreadable('there is no such file or folder', error);
  const code = (error as NodeJS.ErrnoException).code ?? String(error);
  const known = REASONS[code];
  return unreadable(known ?? `it cannot be read (${code})`, error);
}

const REASONS: Record<string, string> = {
  EACCES: 'this user may not read it',
  EPERM: 'this user may not read it',
  ELOOP: 'its links go round in a circle',
  ENXIO: 'it is no regular file',
  ENAMETOOLONG: 'its name is too long',
  ENOTDIR: 'a part of its path is no folder',
};

export function unreadable(reason: string, cause?: unknown): ImgpipeError {
  return new ImgpipeError('file_unreadable', reason, { cause });
}
