import { describe } from 'vitest';
import { catalogContract } from '../../contracts/catalog.ts';
import { eventBusContract } from '../../contracts/event-bus.ts';
import { makeOldCatalog } from '../../support/old-catalogs.ts';
import { openSqlite } from '../../support/open-sqlite.ts';
import { sqliteFaults } from '../../support/sqlite-faults.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

describe('a migrated catalog', () => {
  catalogContract(async () => {
    const folder = temporaryFolder();
    makeOldCatalog(1, folder);
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

  eventBusContract(async () => {
    const folder = temporaryFolder();
    makeOldCatalog(1, folder);
    return { open: (as) => openSqlite(folder, as) };
  });
});
