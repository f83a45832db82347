import { ImgpipeError } from '../../domain/errors.ts';
import type { Catalog } from '../../ports/catalog/catalog.ts';
import type { MovableCatalog } from '../../ports/catalog/transfer.ts';
import { databaseOfPipeline } from '../sql/fences.ts';
import { pagesOf } from '../sql/pages.ts';
import { separateCopy } from '../sql/separate-copy.ts';
import { createSqlCatalog } from '../sql/sql-catalog.ts';
import type { SqlDatabase } from '../sql/sql-database.ts';
import { createDatabase } from './database.ts';
import { POSTGRES } from './dialect.ts';
import { isGone, translated } from './errors.ts';
import { createLocks, type SessionLocks } from './locks.ts';
import { refuseTransactionPooling } from './pooler.ts';
import { prepare } from './prepare.ts';
import { type Connection, createSessions, SCHEMA_NAME, type Sessions } from './sessions.ts';
import { inSnapshot } from './snapshot.ts';
import { perform } from './statements.ts';
import { createTransfer } from './transfer.ts';

export interface PostgresOptions {
  /** Creates the tables if there are none. */
  readonly create: boolean;
  /** Writes nothing. */
  readonly readOnly?: boolean;
  /** What is added to the owner of a lock, for processes on other hosts: ` at build-3`. */
  readonly holderSuffix?: string;
}

/**
 * Opens the catalog on PostgreSQL. Throws `not_found` if it has no tables and may not create them, and `config_invalid` for
 * a pooler in transaction mode.
 */
export async function openPostgresCatalog(
  connection: Connection,
  { create, readOnly = false, holderSuffix = '' }: PostgresOptions,
): Promise<MovableCatalog> {
  const address = addressOf(connection);
  const sessions = createSessions(connection, readOnly);
  try {
    await refuseTransactionPooling(sessions, address);
    const made = await sessions.using(async (session) => {
      await prepare(session, address, { create });
      return identityOf(session);
    });
    const locks = createLocks(sessions, { address, holderSuffix });
    const db = createDatabase(sessions, address);
    return { ...catalogOn({ sessions, address, made, locks, db }), ...createTransfer(db, sessions, address) };
  } catch (error) {
    await sessions.close();
    throw translated(error, address);
  }
}

/** The catalog's address, for people. */
export function addressOf({ host, port, database }: Connection): string {
  return `postgres://${host.includes(':') ? `[${host}]` : host}:${port}/${database}`;
}

interface Parts {
  readonly sessions: Sessions;
  readonly address: string;
  /** The identity of the tables that were opened. */
  readonly made: string;
  readonly locks: SessionLocks;
  readonly db: SqlDatabase;
}

function catalogOn(parts: Parts): Catalog {
  const { sessions, address, made, locks, db } = parts;
  return {
    address,
    lock: locks.lock,
    // A database server has no copies that look alike from here.
    location: async () => ({ kind: 'same' }),
    recordLocation: async () => {},
    separateCopy: (token) => db.write(() => separateCopy(token)),
    ...createSqlCatalog(db),

    async verify() {
      const now = await sessions.using(identityOf).catch((error) => {
        if (isGone(error)) return undefined;
        throw translated(error, address);
      });
      if (now === made) return;
      throw new ImgpipeError(
        'catalog_replaced',
        `the catalog ${address} is no longer the one that was opened: its tables were removed, or restored from a backup`,
      );
    },

    snapshot: (read) =>
      inSnapshot(sessions, address, (session) =>
        read(pagesOf({ read: (work) => perform(work(), session), dialect: POSTGRES })),
      ),

    forPipeline: (pipelineId, onLost) => catalogOn({ ...parts, db: databaseOfPipeline(db, pipelineId, onLost) }),

    async close() {
      await locks.close();
      await sessions.close();
    },
  };
}

/** What distinguishes these tables from others of the same names, also from a copy of them. */
async function identityOf(session: Parameters<Parameters<Sessions['using']>[0]>[0]): Promise<string> {
  const { rows } = await session.query(
    `SELECT (SELECT oid FROM pg_database WHERE datname = current_database()) AS database,
       to_regclass('${SCHEMA_NAME}.pipeline')::oid AS pipeline`,
  );
  return JSON.stringify(rows[0]);
}
