import { ImgpipeError } from '../../domain/errors.ts';

/** An error of the file system in the house's words; an ImgpipeError, and what is no system error, stay as they are. */
export function translated(error: unknown, file: string): unknown {
  if (error instanceof ImgpipeError || !isSystemError(error)) return error;
  const make = (code: ConstructorParameters<typeof ImgpipeError>[0], message: string) =>
    new ImgpipeError(code, message, { cause: error });
  if (error.syscall === 'link' && NO_LINKS.has(error.code)) {
    return make(
      'store_unavailable',
      `the file system of ${file} has no hard links, which imgpipe needs: choose a folder on another disk with --data`,
    );
  }
  switch (error.code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return make('disk_full', `the disk that holds ${file} is full: make room there`);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return make(
        'no_permission',
        `${file} cannot be written or read (${error.code}): grant this user the right, or choose another folder with --data`,
      );
    default:
      return make(
        'store_unavailable',
        `the folder of ${file} does not answer as it should (${error.code}): check the disk`,
      );
  }
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

function isSystemError(error: unknown): error is Error & { code: string; syscall: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && 'syscall' in error;
}
