import { ImgpipeError } from '../../domain/errors.ts';

/** Before this version several processes that write and checkpoint one WAL can lose commits. */
const MIN_VERSION = [3, 51, 3] as const;

/** Throws `sqlite_too_old` for a version of SQLite such as `3.51.2`. */
export function checkSqliteVersion(version: string): void {
  const parts = version.split('.').map(Number);
  for (const [index, least] of MIN_VERSION.entries()) {
    const part = parts[index] ?? 0;
    if (part > least) return;
    if (part < least || Number.isNaN(part)) {
      throw new ImgpipeError(
        'sqlite_too_old',
        `SQLite ${version} can lose commits when several processes write; imgpipe needs ${MIN_VERSION.join('.')} or newer: install the package @photostructure/sqlite anew`,
      );
    }
  }
}
