import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { createSqliteCatalog } from '../adapters/sqlite/catalog.ts';
import { createEmbeddedBus } from '../adapters/sqlite/event-bus.ts';
import { hasMoved } from '../adapters/sqlite/transfer-file.ts';
import { postgresConnectionOf } from '../config/postgres-connection.ts';
import type { Config } from '../config/settings.ts';
import { ImgpipeError } from '../domain/errors.ts';
import type { MovableCatalog } from '../ports/catalog/transfer.ts';
import type { EventBus } from '../ports/event-bus.ts';
import { type Access, openDataFolder } from './data-folder.ts';

export interface OpenedCatalog {
  readonly catalog: MovableCatalog;
  /** The bus that is in one file with the catalog. */
  createEmbedded(): EventBus;
}

export interface OpenCatalogOptions {
  readonly access: Access;
  readonly as: string;
}

/** Opens the configured catalog: the one in the data folder, or one on PostgreSQL. */
export async function openCatalog(config: Config, folder: string, options: OpenCatalogOptions): Promise<OpenedCatalog> {
  const other = path.join(folder, 'imgpipe.db');
  if (isOnServer(config) && existsSync(other) && !hasMoved(other)) {
    throw new ImgpipeError(
      'config_invalid',
      `catalog: ${folder} has a catalog of its own, imgpipe.db, whose pictures are there: choose another folder with --data, or leave out --catalog`,
    );
  }
  return openAnyCatalog(config, folder, options);
}

/** Opens the configured catalog, also as one end of a move: the other end may be in the data folder. */
export async function openAnyCatalog(
  config: Config,
  folder: string,
  { access, as }: OpenCatalogOptions,
): Promise<OpenedCatalog> {
  const connection = postgresConnectionOf(config, process.env);
  if (connection === undefined) {
    const db = await openDataFolder(folder, { access, as });
    const catalog = createSqliteCatalog(db);
    return { catalog, createEmbedded: () => createEmbeddedBus(db, catalog, as) };
  }
  // Loaded only here, to keep the start-up of other commands short.
  const { openPostgresCatalog } = await import('../adapters/postgres/catalog.ts');
  const readOnly = access === 'read';
  const named = { ...connection, as };
  return {
    catalog: await openPostgresCatalog(named, {
      create: access === 'create',
      readOnly,
      holderSuffix: ` at ${hostname()}`,
    }),
    createEmbedded: () => {
      throw new Error('the embedded broker needs the catalog in the data folder');
    },
  };
}

function isOnServer(config: Config): boolean {
  return postgresConnectionOf(config, process.env) !== undefined;
}
