import { closeSync, mkdirSync, openSync, statSync } from 'node:fs';
import path from 'node:path';
import { FILE_MODE, FOLDER_MODE } from '../../base/file-modes.ts';

/**
 * Creates a folder and its missing parents. Node's `recursive` option never returns on a file system such as /proc, which
 * returns ENOENT for a name that cannot be created.
 */
export function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, FOLDER_MODE);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && statSync(folder).isDirectory()) return;
    const parent = path.dirname(folder);
    if (code !== 'ENOENT' || parent === folder) throw error;
    makeFolder(parent);
    mkdirSync(folder, FOLDER_MODE);
  }
}

/**
 * Creates an empty database file, if there is none. SQLite would let everybody read it; it gives the files beside it the
 * same mode. A file that exists is not opened: closing it would release the locks that this process has on it.
 */
export function makeDatabaseFile(file: string): void {
  try {
    closeSync(openSync(file, 'wx', FILE_MODE));
  } catch {
    // It exists, or SQLite says better why it cannot be created.
  }
}
