import { constants, type FileHandle, open } from 'node:fs/promises';
import { ImgpipeError } from '../../domain/errors.ts';
import { isSystemError } from '../../domain/system-errors.ts';
import { isMissing, translated } from './errors.ts';

/** Stored files, a piece at a time. What lies under their names must be files of the store's own, neither links nor pipes. */

const PIECE = 64 * 1024;
// Links are not followed, and nothing waits for a pipe's writer; Windows knows neither flag.
const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** How many bytes a file has; undefined where there is none. */
export async function sizeOf(file: string): Promise<number | undefined> {
  try {
    const handle = await openFile(file);
    try {
      return await sizeOfRegular(handle, file);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** The bytes of a file of this size. Its descriptor is open from the first read to the last, or until it is cancelled. */
export function piecesOf(file: string, size: number): ReadableStream<Uint8Array> {
  return ReadableStream.from(pieces(file, size));
}

async function* pieces(file: string, size: number): AsyncGenerator<Uint8Array> {
  try {
    const handle = await openFile(file);
    try {
      if ((await sizeOfRegular(handle, file)) !== size) throw changed(file);
      for (let at = 0; at < size; ) {
        const piece = new Uint8Array(Math.min(PIECE, size - at));
        const { bytesRead } = await handle.read(piece, 0, piece.length, at);
        if (bytesRead === 0) throw changed(file);
        yield piece.subarray(0, bytesRead);
        at += bytesRead;
      }
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (isMissing(error)) throw new ImgpipeError('object_missing', `${file} is gone`, { cause: error });
    throw translated(error, file);
  }
}

async function openFile(file: string): Promise<FileHandle> {
  try {
    return await open(file, FLAGS);
  } catch (error) {
    // What O_NOFOLLOW makes of a link.
    if (isSystemError(error) && error.code === 'ELOOP') throw noFile(file, error);
    throw error;
  }
}

async function sizeOfRegular(handle: FileHandle, file: string): Promise<number> {
  const stats = await handle.stat();
  if (!stats.isFile()) throw noFile(file);
  return stats.size;
}

function noFile(file: string, cause?: unknown): ImgpipeError {
  return new ImgpipeError(
    'store_unavailable',
    `${file} is no file but a folder, a link or the like: put back the file that belongs there`,
    { cause },
  );
}

function changed(file: string): ImgpipeError {
  return new ImgpipeError('object_damaged', `${file} changed its size while it was read`);
}
