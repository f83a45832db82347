import { readFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { ROOT } from './imgpipe.ts';
import { catalogFile } from './open-sqlite.ts';

/** The id of the pipeline in an old catalog. */
export const OLD_ID = '01234567-89ab-cdef-0123-456789abcdef';

/** Creates the catalog of an older version in a folder, and runs this SQL on it. Returns its file. */
export function makeOldCatalog(version: 1 | 2 | 3 | 4 | 5, folder: string, sql = ''): string {
  const file = catalogFile(folder);
  const made = new DatabaseSync(file);
  made.exec('PRAGMA journal_mode = WAL');
  made.exec(readFileSync(path.join(ROOT, `test/fixtures/catalog/version-${version}.sql`), 'utf8'));
  made.exec(`INSERT INTO pipeline VALUES (1, '${OLD_ID}', '[]', NULL, 0, 0)`);
  made.exec(`PRAGMA application_id = 0x696d6770; PRAGMA user_version = ${version}`);
  made.exec(sql);
  made.close();
  return file;
}
