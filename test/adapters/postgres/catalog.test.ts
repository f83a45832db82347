import { describe, onTestFinished } from 'vitest';
import { openPostgresCatalog } from '../../../src/adapters/postgres/catalog.ts';
import { createDatabase } from '../../../src/adapters/postgres/database.ts';
import { createSessions } from '../../../src/adapters/postgres/sessions.ts';
import { catalogContract } from '../../contracts/catalog.ts';
import { asSuperuser } from '../../support/postgres/databases.ts';
import { borrowDatabase, sharedPostgres } from '../../support/postgres/shared-postgres.ts';
import { sqlFaults } from '../../support/sql-faults.ts';

const { port, whyNone } = await sharedPostgres();

describe.skipIf(whyNone !== undefined)(
  `the catalog on PostgreSQL${whyNone === undefined ? '' : `: ${whyNone}`}`,
  () => {
    catalogContract(async () => {
      const connection = await borrowDatabase(port ?? 0);
      const open = async () => {
        const catalog = await openPostgresCatalog(connection, { create: true });
        onTestFinished(() => catalog.close());
        return catalog;
      };
      const catalog = await open();
      const sessions = createSessions(connection, false);
      onTestFinished(() => sessions.close());
      return {
        catalog,
        open,
        faults: sqlFaults(createDatabase(sessions, 'the test'), {
          replaceCatalog: async () => {
            await asSuperuser(connection.port, connection.database, 'DROP SCHEMA imgpipe CASCADE');
            await open();
          },
        }),
      };
    });
  },
);
