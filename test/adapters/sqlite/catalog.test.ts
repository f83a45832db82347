import { describe } from 'vitest';
import { catalogContract } from '../../contracts/catalog.ts';
import { openSqlite } from '../../support/open-sqlite.ts';
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
      tamper: async (sql) => {
        await db.write(() => db.run(sql));
      },
    };
  });
});
