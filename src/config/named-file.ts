import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { foreignOwner } from '../base/foreign-owner.ts';
import { ImgpipeError } from '../domain/errors.ts';

/** Settings, secrets and certificates are far smaller. */
const MAX_BYTES = 2 ** 20;

/** The content of the file that a setting names. Throws `config_invalid`. */
export function contentOf(field: string, file: string): string {
  return readText(`${field}: the file`, file);
}

/**
 * The text of a file of at most a megabyte: UTF-8, or UTF-16 with a byte order mark, which is removed. Never waits for the
 * writer of a pipe. `what` names the file in errors. Throws `config_invalid`.
 */
export function readText(what: string, file: string): string {
  const cannot = (why: string, cause?: unknown) =>
    new ImgpipeError('config_invalid', `${what} ${file} cannot be read${why}`, { cause });
  let bytes: Uint8Array;
  try {
    bytes = readRegular(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw cannot(`: ${message}`);
    const owner = code === 'EACCES' ? foreignOwner(file) : undefined;
    throw cannot(` (${code})${owner === undefined ? '' : `: ${owner}`}`, error);
  }
  return new TextDecoder(encodingOf(bytes)).decode(bytes);
}

/** A file's first line: the secret that it holds. */
export function firstLine(text: string): string {
  return text.split(/\r?\n/, 1)[0] ?? '';
}

function readRegular(file: string): Uint8Array {
  // With O_NONBLOCK, opening a pipe does not wait for its writer. Windows has no such flag.
  const descriptor = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile() && !stats.isDirectory()) throw new Error('it is a pipe or a device: use a regular file');
    // The size of a file such as those of /proc is not known before it is read.
    const buffer = Buffer.allocUnsafe(MAX_BYTES + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < buffer.length; length += read) {
      read = readSync(descriptor, buffer, length, buffer.length - length, null);
    }
    if (length > MAX_BYTES) throw new Error(`it has more than ${MAX_BYTES / 2 ** 20} MiB`);
    return buffer.subarray(0, length);
  } finally {
    closeSync(descriptor);
  }
}

function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
}
