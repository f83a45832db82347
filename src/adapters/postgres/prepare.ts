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

/** The catalog's version; undefined if it has no tables. */
async function versionOf(session: ClientBase): Promise<number | undefined> {
  const { rows } = await session.query(`SELECT to_regclass('${SCHEMA_NAME}.catalog_version') AS found`);
  if (rows[0]?.found === null) return undefined;
  return Number((await session.query('SELECT version FROM catalog_version')).rows[0]?.version);
}

async function createTables(session: ClientBase): Promise<void> {
  await session.query('BEGIN');
  await session.query('SELECT pg_advisory_xact_lock($1)', [lockKey('create')]);
  if ((await versionOf(session)) === undefined) {
    // A user who may not create schemas uses one that exists.
    const { rows } = await session.query(`SELECT to_regnamespace('${SCHEMA_NAME}') AS found`);
    if (rows[0]?.found === null) await session.query(`CREATE SCHEMA ${SCHEMA_NAME}`);
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
