import { foreignOwner } from '../../base/foreign-owner.ts';
import { ImgpipeError } from '../../domain/errors.ts';
import { fromSystemError, isSystemError } from '../../domain/system-errors.ts';

/** A file system error as an ImgpipeError; any other error as it is. */
export function translated(error: unknown, file: string): unknown {
  if (error instanceof ImgpipeError || !isSystemError(error)) return error;
  if (error.syscall === 'link' && NO_HARD_LINKS.has(error.code)) {
    return new ImgpipeError(
      'store_unavailable',
      `the file system of ${file} does not support the hard links that imgpipe needs (${error.code}): use a data folder on another disk`,
      { cause: error },
    );
  }
  return fromSystemError(error, file, foreignOwner(file, { inFolder: true }));
}

const NO_HARD_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/** True only for ENOENT. */
export function isMissing(error: unknown): boolean {
  return isSystemError(error) && error.code === 'ENOENT';
}

/** True only for EEXIST. */
export function isExisting(error: unknown): boolean {
  return isSystemError(error) && error.code === 'EEXIST';
}
