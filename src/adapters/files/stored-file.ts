import { createHash } from 'node:crypto';
import { constants, type FileHandle, open } from 'node:fs/promises';
import { ImgpipeError } from '../../domain/errors.ts';
import { isSystemError } from '../../domain/system-errors.ts';
import type { ObjectDigest } from '../../ports/object-store.ts';
import { isMissing, translated } from './errors.ts';

/** Reads stored files in pieces. Folders, pipes and, except for digests, symbolic links are errors. */

const PIECE_BYTES = 64 * 1024;
/** Each buffer is a round trip to the thread pool, and hashing one blocks the event loop for less than a millisecond. */
const DIGEST_BUFFER_BYTES = 256 * 1024;
// With O_NONBLOCK, opening a pipe does not wait for its writer. Windows has neither O_NONBLOCK nor O_NOFOLLOW.
const READ_NOW = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
const READ_NO_LINK = READ_NOW | (constants.O_NOFOLLOW ?? 0);

/** Larger than any picture that is received, and than a buffer should be. */
const MAX_STORED_BYTES = 2 ** 30;

/** The bytes of a file, or undefined if it does not exist. Follows links. Never waits for the writer of a pipe. */
export async function bytesOf(file: string): Promise<Uint8Array | undefined> {
  const handle = await openIfExists(file);
  if (handle === undefined) return undefined;
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw notRegular(stats.isDirectory() ? 'store_unavailable' : 'object_damaged', file);
    if (stats.size > MAX_STORED_BYTES) {
      throw new ImgpipeError(
        'object_damaged',
        `${file} is larger than any picture that is stored: restore the original file`,
      );
    }
    return await readBytes(handle, stats.size);
  } finally {
    await handle.close();
  }
}

/** The bytes of a file from a position: `size` of them, or fewer if it ends before. */
export async function readBytes(handle: FileHandle, size: number, from = 0): Promise<Uint8Array> {
  // Not of the shared pool, so that a picture does not keep the memory of others.
  const bytes = Buffer.allocUnsafeSlow(size);
  let length = 0;
  while (length < size) {
    const { bytesRead } = await handle.read(bytes, length, size - length, from + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return bytes.subarray(0, length);
}

/** The size of a file in bytes, or undefined if it does not exist. */
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

/** The digest and size of a file, or undefined if it does not exist. Reads it with one small buffer and follows links. */
export async function digestOf(file: string): Promise<ObjectDigest | undefined> {
  const handle = await openIfExists(file);
  if (handle === undefined) return undefined;
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw notRegular('object_damaged', file);
    const hash = createHash('sha256');
    const buffer = new Uint8Array(DIGEST_BUFFER_BYTES);
    let size = 0;
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, size);
      if (bytesRead === 0) break;
      hash.update(buffer.subarray(0, bytesRead));
      size += bytesRead;
    }
    if (size !== stats.size) throw changed(file);
    return { sha256: hash.digest('hex'), size };
  } finally {
    await handle.close();
  }
}

/** The bytes of a file of this size. Holds a descriptor from the first read until the end, a failure or a cancel. */
export function piecesOf(file: string, size: number): ReadableStream<Uint8Array> {
  return ReadableStream.from(pieces(file, size));
}

async function* pieces(file: string, size: number): AsyncGenerator<Uint8Array> {
  try {
    const handle = await openFile(file);
    try {
      if ((await sizeOfRegular(handle, file)) !== size) throw changed(file);
      for (let at = 0; at < size; ) {
        const piece = new Uint8Array(Math.min(PIECE_BYTES, size - at));
        const { bytesRead } = await handle.read(piece, 0, piece.length, at);
        if (bytesRead === 0) throw changed(file);
        yield piece.subarray(0, bytesRead);
        at += bytesRead;
      }
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (isMissing(error)) throw new ImgpipeError('object_missing', `${file} no longer exists`, { cause: error });
    throw translated(error, file);
  }
}

async function openIfExists(file: string): Promise<FileHandle | undefined> {
  try {
    return await open(file, READ_NOW);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function openFile(file: string): Promise<FileHandle> {
  try {
    return await open(file, READ_NO_LINK);
  } catch (error) {
    // O_NOFOLLOW fails with ELOOP on a symbolic link.
    if (isSystemError(error) && error.code === 'ELOOP') throw notRegular('store_unavailable', file, error);
    throw error;
  }
}

async function sizeOfRegular(handle: FileHandle, file: string): Promise<number> {
  const stats = await handle.stat();
  if (!stats.isFile()) throw notRegular('store_unavailable', file);
  return stats.size;
}

function notRegular(code: 'object_damaged' | 'store_unavailable', file: string, cause?: unknown): ImgpipeError {
  return new ImgpipeError(
    code,
    `${file} is not a regular file but a folder, a link or a pipe: restore the original file`,
    { cause },
  );
}

function changed(file: string): ImgpipeError {
  return new ImgpipeError('object_damaged', `${file} changed size while it was read`);
}
