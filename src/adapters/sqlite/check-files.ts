import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { OBJECT_FOLDERS } from '../../domain/object-keys.ts';
import { damaged } from './errors.ts';

/**
 * Checks that the names of a catalog's files are free, or those of files: SQLite cannot open a folder, and reads a FIFO
 * without end. Returns whether the catalog's file exists. Throws `catalog_damaged`.
 */
export function checkFiles(file: string): boolean {
  for (const name of [file, `${file}-wal`, `${file}-shm`]) {
    const stat = statSync(name, { throwIfNoEntry: false });
    if (stat === undefined || stat.isFile()) continue;
    throw damaged(file, `${path.basename(name)} is ${stat.isDirectory() ? 'a folder' : 'not a regular file'}`);
  }
  return statSync(file, { throwIfNoEntry: false }) !== undefined;
}

/** Throws `catalog_damaged` if pictures lie beside a catalog that is empty: its content is lost. */
export function checkNoPictures(file: string): void {
  for (const folder of OBJECT_FOLDERS) {
    const [name] = entriesOf(path.join(path.dirname(file), folder));
    if (name !== undefined) throw damaged(file, `it is empty, although there is ${folder}/${name}`);
  }
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
