import { randomUUID } from 'node:crypto';
import type { ClientBase } from 'pg';
import { ImgpipeError } from '../../domain/errors.ts';
import { lockKey } from './lock-key.ts';
import { SCHEMA, SCHEMA_VERSION } from './schema.ts';
import { SCHEMA_NAME } from './sessions.ts';

/**
 * Creates the tables where there are none, if that is allowed; one process does it, however many start at once. Throws
 * `not_found` if there are none, and `catalog_newer` for those of a newer imgpipe.
 */
export async function prepare(session: ClientBase, address: string, { create }: { create: boolean }): Promise<void> {
  if ((await versionOf(session)) === undefined) {
    if (!create) throw noCatalog(address);
    await createTables(session);
  }
  const version = await versionOf(session);
  if (version !== undefined && version <= SCHEMA_VERSION) return;
  throw new ImgpipeError(
    'catalog_newer',
    `the catalog ${address} was made by a newer imgpipe (catalog version ${version}, this one knows ${SCHEMA_VERSION}): use that version or a newer one`,
  );
}

/**
 * The catalog's version; undefined if it has no tables. Reads the system's tables: `to_regclass` answers within a transaction
 * from what the session knew when that began.
 */
async function versionOf(session: ClientBase): Promise<number | undefined> {
  const { rowCount } = await session.query('SELECT 1 FROM pg_tables WHERE schemaname = $1 AND tablename = $2', [
    SCHEMA_NAME,
    'catalog_version',
  ]);
  if (rowCount === 0) return undefined;
  // With its schema: without a right on that, the table would seem not to exist.
  return Number((await session.query(`SELECT version FROM ${SCHEMA_NAME}.catalog_version`)).rows[0]?.version);
}

async function createTables(session: ClientBase): Promise<void> {
  await session.query('BEGIN');
  await session.query('SELECT pg_advisory_xact_lock($1)', [lockKey('create')]);
  if ((await versionOf(session)) === undefined) {
    // A user who may not create schemas uses one that exists.
    const { rowCount } = await session.query('SELECT 1 FROM pg_namespace WHERE nspname = $1', [SCHEMA_NAME]);
    if (rowCount === 0) await session.query(`CREATE SCHEMA ${SCHEMA_NAME}`);
    await session.query(SCHEMA);
    await session.query(
      'INSERT INTO pipeline ("only", pipeline_id, former_ids, last_event, cleaning) VALUES (1, $1, \'[]\', 0, 0)',
      [randomUUID()],
    );
  }
  await session.query('COMMIT');
}

function noCatalog(address: string): ImgpipeError {
  return new ImgpipeError('not_found', `there is no catalog in ${address} yet: the first stage that starts creates it`);
}
