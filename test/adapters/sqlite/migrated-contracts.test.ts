import { describe } from 'vitest';
import { browsingContract } from '../../contracts/catalog/browsing.ts';
import { deadLettersContract } from '../../contracts/catalog/dead-letters.ts';
import { deadPendingEventsContract } from '../../contracts/catalog/dead-pending-events.ts';
import { idleTechniquesContract } from '../../contracts/catalog/idle-techniques.ts';
import { listsByTimeContract } from '../../contracts/catalog/lists-by-time.ts';
import { outcomesContract } from '../../contracts/catalog/outcomes.ts';
import type { CatalogSetup } from '../../contracts/catalog/setup.ts';
import { catalogContract } from '../../contracts/catalog.ts';
import { eventBusContract } from '../../contracts/event-bus.ts';
import { makeOldCatalog } from '../../support/old-catalogs.ts';
import { openSqlite } from '../../support/open-sqlite.ts';
import { sqliteFaults } from '../../support/sqlite-faults.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** Sets up the catalog of an older version, which is migrated. */
async function setUp(version: 1 | 6): Promise<CatalogSetup> {
  const folder = temporaryFolder();
  makeOldCatalog(version, folder);
  const { catalog, db } = await openSqlite(folder);
  return {
    catalog,
    open: async () => {
      const other = await openSqlite(folder);
      return { ...other.catalog, close: other.close };
    },
    faults: sqliteFaults(db),
  };
}

describe('a catalog that was migrated from version 6 as it was first released', () => {
  browsingContract(() => setUp(6));
  listsByTimeContract(() => setUp(6));
  outcomesContract(() => setUp(6));
  deadLettersContract(() => setUp(6));
  deadPendingEventsContract(() => setUp(6));
  idleTechniquesContract(() => setUp(6));
});

describe('a migrated catalog', () => {
  catalogContract(() => setUp(1));

  eventBusContract(async () => {
    const folder = temporaryFolder();
    makeOldCatalog(1, folder);
    return { open: (as) => openSqlite(folder, as) };
  });
});
