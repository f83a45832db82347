import { ImgpipeError } from '../../domain/errors.ts';
import { fromSystemError, isSystemError } from '../../domain/system-errors.ts';

/** An error of the file system in the house's words; an ImgpipeError, and what is no system error, stay as they are. */
export function translated(error: unknown, file: string): unknown {
  if (error instanceof ImgpipeError || !isSystemError(error)) return error;
  if (error.syscall === 'link' && NO_LINKS.has(error.code)) {
    return new ImgpipeError(
      'store_unavailable',
      `the file system of ${file} has no hard links, which imgpipe needs: choose a folder on another disk with --data`,
      { cause: error },
    );
  }
  return fromSystemError(error, file);
}

const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/** True for "no such file", and for nothing else. */
export function isMissing(error: unknown): boolean {
  return isSystemError(error) && error.code === 'ENOENT';
}

/** True where a new name is taken already. */
export function isTaken(error: unknown): boolean {
  return isSystemError(error) && error.code === 'EEXIST';
}
