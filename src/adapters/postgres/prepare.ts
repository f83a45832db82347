import { randomUUID } from 'node:crypto';
import type { ClientBase } from 'pg';
import { ImgpipeError } from '../../domain/errors.ts';
import { PIPELINE_LOCK } from '../../ports/catalog/locks.ts';
import { isForbidden } from './errors.ts';
import { lockKey } from './lock-key.ts';
import { holdersOf } from './locks.ts';
import { MIGRATIONS, SCHEMA, SCHEMA_VERSION } from './schema.ts';
import { SCHEMA_NAME } from './sessions.ts';

/**
 * Creates the tables where there are none, and migrates those of an older imgpipe, if that is allowed; one process does it,
 * however many start at once. Throws `not_found` if there are none, `catalog_older` for those that have to be migrated first,
 * `in_use` while an older imgpipe uses them, and `catalog_newer` for those of a newer one.
 */
export async function prepare(session: ClientBase, address: string, { create }: { create: boolean }): Promise<void> {
  const found = await versionOf(session);
  if (found === undefined && !create) throw noCatalog(address);
  if (found !== undefined && found < SCHEMA_VERSION && !create) throw olderCatalog(address, found);
  if (found === undefined) await alone(session, () => createTables(session));
  else if (found < SCHEMA_VERSION) await alone(session, () => migrate(session, address));
  const version = await versionOf(session);
  if (version === SCHEMA_VERSION) return;
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

/** Does work in one transaction, while no other process does work in this way. */
async function alone(session: ClientBase, work: () => Promise<void>): Promise<void> {
  await session.query('BEGIN');
  await session.query('SELECT pg_advisory_xact_lock($1)', [lockKey('create')]);
  await work();
  await session.query('COMMIT');
}

async function createTables(session: ClientBase): Promise<void> {
  if ((await versionOf(session)) !== undefined) return;
  // A user who may not create schemas uses one that exists.
  const { rowCount } = await session.query('SELECT 1 FROM pg_namespace WHERE nspname = $1', [SCHEMA_NAME]);
  if (rowCount === 0) await session.query(`CREATE SCHEMA ${SCHEMA_NAME}`);
  await session.query(SCHEMA);
  await session.query(
    'INSERT INTO pipeline ("only", pipeline_id, former_ids, last_event, cleaning) VALUES (1, $1, \'[]\', 0, 0)',
    [randomUUID()],
  );
}

/** Migrates under the exclusive lock of the pipeline, because an older imgpipe may still be using the catalog. */
async function migrate(session: ClientBase, address: string): Promise<void> {
  const version = await versionOf(session);
  if (version === undefined || version >= SCHEMA_VERSION) return;
  const { rows } = await session.query('SELECT pg_try_advisory_xact_lock($1) AS locked', [lockKey(PIPELINE_LOCK)]);
  if (rows[0]?.locked !== 1) {
    throw new ImgpipeError(
      'in_use',
      `the catalog ${address} was made by an older imgpipe and has to be migrated, but it is in use by ${await holdersOf(session, PIPELINE_LOCK)}: stop that first`,
    );
  }
  // However many rows there are.
  await session.query('SET LOCAL statement_timeout = 0');
  try {
    for (const step of MIGRATIONS.slice(version - 1)) await session.query(step);
  } catch (error) {
    throw isForbidden(error) ? olderCatalog(address, version, error) : error;
  }
  await session.query(`UPDATE catalog_version SET version = ${SCHEMA_VERSION}`);
}

function olderCatalog(address: string, version: number, cause?: unknown): ImgpipeError {
  return new ImgpipeError(
    'catalog_older',
    `the catalog ${address} was made by an older imgpipe (catalog version ${version}): start a stage as the owner of its tables, which migrates it, such as 'imgpipe receive --count 0'`,
    { cause },
  );
}

function noCatalog(address: string): ImgpipeError {
  return new ImgpipeError('not_found', `there is no catalog in ${address} yet: the first stage that starts creates it`);
}
