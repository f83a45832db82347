import { type ErrorCode, ImgpipeError } from './errors.ts';

/** An error of the operating system, as Node throws it. */
export type SystemError = Error & { readonly code: string; readonly syscall: string };

export function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && 'syscall' in error;
}

/**
 * An error of the operating system about a file or folder, as an ImgpipeError. It keeps the system's code. `advice` is what
 * to do about a file that this user may not use, if it is known.
 */
export function fromSystemError(
  error: SystemError,
  file: string,
  advice = 'give this user access to it',
): ImgpipeError {
  const { code } = error;
  const make = (name: ErrorCode, message: string) => new ImgpipeError(name, message, { cause: error });
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return make('disk_full', diskFull(file, code));
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return make('no_permission', `${file} cannot be read or written (${code}): ${advice}`);
    case 'ENOTDIR':
    case 'EEXIST':
      return make('config_invalid', `${file} cannot be created (${code}): a part of its path is a file, not a folder`);
    case 'ENAMETOOLONG':
    case 'ELOOP':
      return make('config_invalid', `${file} cannot be used as a path (${code})`);
    case 'ENOENT':
      return make(
        'store_unavailable',
        `${file} cannot be found or created (${code}): check that its folder exists and that no link in its path is broken`,
      );
    default:
      return make('store_unavailable', `${file} cannot be accessed (${code}): check the disk that holds it`);
  }
}

/** The message of `disk_full`; `reason` is the code that the system or the database gave. */
export function diskFull(file: string, reason: string): string {
  return `the disk that holds ${file} is full (${reason}): free some space on it`;
}
