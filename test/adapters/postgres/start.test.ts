import { describe, expect, it, onTestFinished } from 'vitest';
import { openPostgresCatalog } from '../../../src/adapters/postgres/catalog.ts';
import { asSuperuser } from '../../support/postgres/databases.ts';
import { makeDatabase, sharedPostgres } from '../../support/postgres/shared-postgres.ts';

const { port = 0, whyNone } = await sharedPostgres();

describe.skipIf(whyNone !== undefined)('a new catalog on PostgreSQL', () => {
  it('is one, however many processes open it at once', async () => {
    const connection = await makeDatabase(port);
    const opened = await Promise.all(
      Array.from({ length: 10 }, () => openPostgresCatalog(connection, { create: true })),
    );
    for (const catalog of opened) onTestFinished(() => catalog.close());
    const ids = await Promise.all(opened.map(async (catalog) => (await catalog.identity()).pipelineId));
    expect(new Set(ids).size).toBe(1);
  });

  it('is not created by a reader', async () => {
    const connection = await makeDatabase(port);
    await expect(openPostgresCatalog(connection, { create: false, readOnly: true })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('is not opened if a newer imgpipe has made it', async () => {
    const connection = await makeDatabase(port);
    await (await openPostgresCatalog(connection, { create: true })).close();
    await asSuperuser(port, connection.database, 'UPDATE imgpipe.catalog_version SET version = 99');
    await expect(openPostgresCatalog(connection, { create: true })).rejects.toMatchObject({
      code: 'catalog_newer',
      message: expect.stringMatching(/catalog version 99, this one knows 1/),
    });
  });

  it.each([
    ['a database that does not exist', { database: 'nosuch' }, 'config_invalid', /3D000/],
    ['a port at which nothing listens', { port: 1 }, 'catalog_unavailable', /ECONNREFUSED/],
    ['a user who does not exist', { user: 'nobody_here' }, 'config_invalid', /SQLSTATE 28/],
  ])('cannot be in %s', async (_, over, code, message) => {
    const connection = await makeDatabase(port);
    await expect(openPostgresCatalog({ ...connection, ...over }, { create: true })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });
});
