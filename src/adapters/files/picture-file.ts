import { constants, type FileHandle, open } from 'node:fs/promises';
import { ImgpipeError } from '../../domain/errors.ts';
import { isMissing } from './errors.ts';
import { readBytes } from './stored-file.ts';
import { unreadable, whyUnreadable } from './walk.ts';

const PIECE_BYTES = 64 * 1024;

/** A file's bytes, and when it was modified last. */
export interface FileContents {
  readonly bytes: Uint8Array;
  readonly modifiedAt: Date;
}

/** Reads a regular file of at most `maxBytes`. Never waits for the writer of a pipe. */
export async function readBounded(file: string, maxBytes: number): Promise<FileContents> {
  const handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw unreadable('not a regular file');
    if (stats.size > maxBytes) throw tooBig(stats.size, maxBytes);
    const bytes = await (stats.size === 0 ? readUnsized(handle, maxBytes + 1) : readBytes(handle, stats.size));
    if (bytes.length > maxBytes) throw tooBig(bytes.length, maxBytes);
    return { bytes, modifiedAt: stats.mtime };
  } finally {
    await handle.close();
  }
}

/** A file of a special file system has a size of 0 whatever it holds: of that, no more than `maxBytes` are read. */
async function readUnsized(handle: FileHandle, maxBytes: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for (let length = 0; length < maxBytes; ) {
    const piece = await readBytes(handle, Math.min(PIECE_BYTES, maxBytes - length), length);
    if (piece.length === 0) break;
    pieces.push(piece);
    length += piece.length;
  }
  return Buffer.concat(pieces);
}

/** Like `readBounded`, for a file named by the user: its errors `not_found`, `file_unreadable` and `file_too_big` name the file. */
export async function readNamed(file: string, maxBytes: number): Promise<Uint8Array> {
  try {
    return (await readBounded(file, maxBytes)).bytes;
  } catch (thrown) {
    if (isMissing(thrown)) throw new ImgpipeError('not_found', `${file} does not exist`, { cause: thrown });
    const { code, message } = whyUnreadable(thrown);
    throw new ImgpipeError(code, `${file} cannot be read: ${message}`, { cause: thrown });
  }
}

function tooBig(size: number, maxBytes: number): ImgpipeError {
  return new ImgpipeError(
    'file_too_big',
    `its size of ${size / 1e6} MB exceeds the limit of ${maxBytes / 1e6} MB (max_file_megabytes)`,
  );
}
