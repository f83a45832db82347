import { readFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { ROOT } from './imgpipe.ts';
import { catalogFile } from './open-sqlite.ts';

/** The id of the pipeline in an old catalog. */
export const OLD_ID = '01234567-89ab-cdef-0123-456789abcdef';

/**
 * SQL with the rows of a catalog of version 5. In stream default the images 3, 4, 5, 10, 11 and 12 have the events 1 to 6:
 * 3 and 12 have a ready alert, 4 a pending one, the event of 5 is pending, that of 10 has a replayed dead letter, and that
 * of 11 one that is not. 6 is dead, 7 was and is replayed, and so is a dead letter of 12. 8 and sky/1 are published, 9 is
 * not. default/13, default/14, sky/2 and sea/1 are pending.
 */
export function rowsOfVersion5(): string {
  return readFileSync(path.join(ROOT, 'test/fixtures/catalog/version-5-rows.sql'), 'utf8');
}

/**
 * Creates the catalog of an older version in a folder, and runs this SQL on it. Returns its file. Version 6 is as it was first
 * released: later releases made the same indexes and triggers in other words.
 */
export function makeOldCatalog(version: 1 | 2 | 3 | 4 | 5 | 6, folder: string, sql = ''): string {
  const file = catalogFile(folder);
  const made = new DatabaseSync(file);
  made.exec('PRAGMA journal_mode = WAL');
  made.exec(readFileSync(path.join(ROOT, `test/fixtures/catalog/version-${version}.sql`), 'utf8'));
  made.exec(
    `INSERT INTO pipeline (only, pipeline_id, former_ids, bus_id, last_event, cleaning) VALUES (1, '${OLD_ID}', '[]', NULL, 0, 0)`,
  );
  made.exec(`PRAGMA application_id = 0x696d6770; PRAGMA user_version = ${version}`);
  made.exec(sql);
  made.close();
  return file;
}

/** Queries a database without our adapter. */
export function queried<T>(file: string, query: (database: DatabaseSyncInstance) => T): T {
  const database = new DatabaseSync(file);
  try {
    return query(database);
  } finally {
    database.close();
  }
}

/** The version of a catalog's schema. */
export function versionOf(file: string): unknown {
  return queried(file, (database) => database.prepare('PRAGMA user_version').get()?.['user_version']);
}

/** Each table with its columns and each index with its definition, by name. */
export function shapeOf(database: DatabaseSyncInstance): unknown {
  const entries = database
    .prepare("SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY type, name")
    .all() as { type: string; name: string; sql: string }[];
  return entries.map(({ type, name, sql }) => [name, type === 'table' ? columnsOf(database, name) : sql]);
}

function columnsOf(database: DatabaseSyncInstance, table: string): unknown {
  const columns = database.prepare(
    `SELECT name, type, "notnull", pk FROM pragma_table_xinfo('${table}') ORDER BY name`,
  );
  return columns.all();
}
