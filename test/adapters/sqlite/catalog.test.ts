import { describe } from 'vitest';
import { catalogContract } from '../../contracts/catalog.ts';
import { openSqlite } from '../../support/open-sqlite.ts';
import { sqliteFaults } from '../../support/sqlite-faults.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

describe('the catalog in SQLite', () => {
  catalogContract(async () => {
    const folder = temporaryFolder();
    const { catalog, db } = await openSqlite(folder);
    return {
      catalog,
      open: async () => {
        const other = await openSqlite(folder);
        return { ...other.catalog, close: other.close };
      },
      faults: sqliteFaults(db),
    };
  });
});
