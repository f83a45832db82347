import type { Dirent, Stats } from 'node:fs';
import { access, constants, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { ImgpipeError } from '../../domain/errors.ts';
import { isMissing } from './errors.ts';

/** A file that may be a picture, or an error for one that cannot be read. */
export type Found = { readonly file: string; readonly error?: ImgpipeError };

/** Is told the name of a file that is not taken. */
type OnOther = (name: string) => void;

/** Marks a pipeline's data folder. */
const CATALOG_FILE = 'imgpipe.db';

const PICTURE_NAME = /\.(jpe?g|jpe|jfif|png|webp|gif|bmp|tiff?)$/i;

const COLLATOR = new Intl.Collator('en', { numeric: true });

/**
 * The pictures at a path: the file itself, regardless of its name, or the files below a folder that have the ending of a
 * picture, in natural order. Skips names that start with a dot and data folders of pipelines. Follows symbolic links, but
 * visits no folder twice. Other files of a folder are passed to `onOther`.
 */
export async function* walk(start: string, onOther: OnOther = () => {}): AsyncGenerator<Found> {
  const root = path.resolve(start);
  const stats = await statsOf(root);
  if (stats instanceof ImgpipeError) yield { file: root, error: stats };
  else if (stats.isDirectory()) yield* walkFolder(root, stats, { visited: new Set(), onOther });
  else yield { file: root };
}

/** Why a path that was given cannot be read; undefined for a file or a folder that this user may read. */
export async function whyNotReadable(start: string): Promise<ImgpipeError | undefined> {
  const root = path.resolve(start);
  const stats = await statsOf(root);
  if (stats instanceof ImgpipeError) return stats;
  if (!stats.isFile() && !stats.isDirectory()) return unreadable('not a regular file');
  try {
    await access(root, stats.isDirectory() ? constants.R_OK | constants.X_OK : constants.R_OK);
    return undefined;
  } catch (error) {
    return whyUnreadable(error);
  }
}

/** The state of a walk. */
interface Walked {
  /** The folders that have been visited. */
  readonly visited: Set<string>;
  readonly onOther: OnOther;
}

async function* walkFolder(folder: string, stats: Stats, walked: Walked): AsyncGenerator<Found> {
  const { visited } = walked;
  const identity = `${stats.dev}:${stats.ino}`;
  if (visited.has(identity)) return;
  visited.add(identity);
  const entries = await entriesOf(folder);
  if (entries instanceof ImgpipeError) {
    yield { file: folder, error: entries };
    return;
  }
  // Otherwise a pipeline could receive its own images, more of them at every run.
  if (entries.some(({ name }) => name === CATALOG_FILE)) return;
  for (const entry of entries) yield* walkEntry(path.join(folder, entry.name), entry, walked);
}

async function* walkEntry(file: string, entry: Dirent, walked: Walked): AsyncGenerator<Found> {
  if (entry.name.startsWith('.')) return;
  const isPicture = PICTURE_NAME.test(entry.name);
  if (isPicture && entry.isFile()) {
    const error = entry.name.includes('\ufffd') ? unreadable('its name is not UTF-8: rename it') : undefined;
    yield { file, ...(error && { error }) };
    return;
  }
  if (entry.isFile()) {
    walked.onOther(entry.name);
    return;
  }
  const stats = await statsOf(file);
  if (stats instanceof ImgpipeError) {
    if (isPicture || entry.isDirectory()) yield { file, error: stats };
  } else if (stats.isDirectory()) {
    yield* walkFolder(file, stats, walked);
  } else if (isPicture) {
    yield { file };
  } else if (stats.isFile()) {
    walked.onOther(entry.name);
  }
}

async function statsOf(file: string): Promise<Stats | ImgpipeError> {
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

/** Compares names with their numbers as numbers: 9 before 10. Names that are equal in that order are compared by code units. */
function naturalOrder(a: string, b: string): number {
  return COLLATOR.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);
}

/** Why a file or folder cannot be read, as a clause that follows its name. */
export function whyUnreadable(error: unknown): ImgpipeError {
  if (error instanceof ImgpipeError) return error;
  if (isMissing(error)) return unreadable('no such file or folder (ENOENT)', error);
  const code = (error as NodeJS.ErrnoException).code ?? String(error);
  const reason = REASONS[code];
  return unreadable(reason === undefined ? code : `${reason} (${code})`, error);
}

const REASONS: Record<string, string> = {
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  ELOOP: 'too many levels of symbolic links',
  ENXIO: 'not a regular file',
  ENAMETOOLONG: 'file name too long',
  ENOTDIR: 'a part of its path is not a folder',
};

export function unreadable(reason: string, cause?: unknown): ImgpipeError {
  return new ImgpipeError('file_unreadable', reason, { cause });
}
