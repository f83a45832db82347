import { copyFileSync, renameSync } from 'node:fs';
import type { Database } from '../../src/adapters/sqlite/database.ts';
import { sqlOf } from '../../src/adapters/sqlite/dialect.ts';
import type { CatalogFaults } from '../contracts/catalog/faults.ts';
import { sqlFaults } from './sql-faults.ts';

/** Faults of a catalog in SQLite. */
export function sqliteFaults(db: Database): CatalogFaults {
  return sqlFaults(sqlOf(db), {
    replaceCatalog: async () => {
      renameSync(db.file, `${db.file}.before`);
      copyFileSync(`${db.file}.before`, db.file);
    },
  });
}
