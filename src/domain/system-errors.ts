import { type ErrorCode, ImgpipeError } from './errors.ts';

/** An error of the operating system, as Node throws it. */
export type SystemError = Error & { readonly code: string; readonly syscall: string };

export function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && 'syscall' in error;
}

/** An error of the operating system about a file of the pipeline's, in the house's words. */
export function fromSystemError(error: SystemError, file: string): ImgpipeError {
  const make = (code: ErrorCode, message: string) => new ImgpipeError(code, message, { cause: error });
  switch (error.code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return make('disk_full', diskFull(file));
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return make(
        'no_permission',
        `${file} cannot be written or read (${error.code}): grant this user the right, or choose another folder with --data`,
      );
    case 'ENOTDIR':
    case 'EEXIST':
      return make('config_invalid', `data: a part of the path ${file} is a file: choose a folder with --data`);
    case 'ENAMETOOLONG':
    case 'ELOOP':
      return make('config_invalid', `data: ${file} cannot be a path (${error.code}): choose a folder with --data`);
    case 'ENOENT':
      return make(
        'store_unavailable',
        `${file} cannot be found or made: check that its folder is there, and that no link on the way leads nowhere`,
      );
    default:
      return make(
        'store_unavailable',
        `the folder of ${file} does not answer as it should (${error.code}): check the disk`,
      );
  }
}

/** What to say of a full disk. */
export function diskFull(file: string): string {
  return `the disk that holds ${file} is full: make room there`;
}
