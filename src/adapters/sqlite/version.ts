import { ImgpipeError } from '../../domain/errors.ts';

/** In earlier versions, several processes that write and checkpoint one WAL can lose commits. */
const MIN_VERSION = [3, 51, 3] as const;

/** Throws `sqlite_too_old` for a version of SQLite such as `3.51.2`. */
export function checkSqliteVersion(version: string): void {
  const parts = version.split('.').map(Number);
  for (const [index, min] of MIN_VERSION.entries()) {
    const part = parts[index] ?? 0;
    if (part > min) return;
    if (part < min || Number.isNaN(part)) {
      throw new ImgpipeError(
        'sqlite_too_old',
        `SQLite ${version} can lose commits when several processes write; imgpipe needs ${MIN_VERSION.join('.')} or newer: reinstall the package @photostructure/sqlite`,
      );
    }
  }
}
