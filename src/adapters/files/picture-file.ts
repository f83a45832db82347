import { constants, open } from 'node:fs/promises';
import { ImgpipeError } from '../../domain/errors.ts';
import { isMissing } from './errors.ts';
import { unreadable, whyUnreadable } from './walk.ts';

/** The bytes of a regular file. It waits for no writer of a pipe, and reads no more than the limit. */
export async function readBounded(file: string, maxBytes: number): Promise<Uint8Array> {
  const handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw unreadable('it is no regular file');
    if (stats.size > maxBytes) throw tooBig(stats.size, maxBytes);
    const bytes = await handle.readFile();
    if (bytes.length > maxBytes) throw tooBig(bytes.length, maxBytes);
    return bytes;
  } finally {
    await handle.close();
  }
}

/** The same of a file that somebody has named. Throws `not_found`, `file_unreadable` and `file_too_big`, as sentences. */
export async function readNamed(file: string, maxBytes: number): Promise<Uint8Array> {
  try {
    return await readBounded(file, maxBytes);
  } catch (thrown) {
    if (isMissing(thrown)) throw new ImgpipeError('not_found', `there is no file ${file}`, { cause: thrown });
    const { code, message } = whyUnreadable(thrown);
    throw new ImgpipeError(code, `${file} cannot be read: ${message}`, { cause: thrown });
  }
}

function tooBig(size: number, maxBytes: number): ImgpipeError {
  return new ImgpipeError(
    'file_too_big',
    `it has ${size / 1e6} MB, over the limit of ${maxBytes / 1e6} (max_file_megabytes)`,
  );
}
