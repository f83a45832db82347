import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { postgresAddress } from '../../src/config/catalog-address.ts';
import { rowsAsSuperuser } from '../support/postgres/databases.ts';
import type { Site } from '../support/rounds/site.ts';
import { objectsOf } from '../support/s3/store-settings.ts';

/**
 * Copies what a failed round has on servers into its folder: the catalog's tables to `catalog/`, the objects to `store/`.
 */
export async function keepEvidence({ data, bus }: Site, folder: string): Promise<void> {
  const objects = objectsOf(data, bus);
  if (objects !== data && existsSync(objects)) cpSync(objects, path.join(folder, 'store'), { recursive: true });
  const catalog = postgresAddress(bus['IMGPIPE_CATALOG'] ?? 'sqlite');
  if (catalog === undefined) return;
  mkdirSync(path.join(folder, 'catalog'));
  const query = (sql: string) => rowsAsSuperuser(catalog.port, catalog.database, sql);
  const tables = (await query(
    "SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema')",
  )) as { name: string }[];
  for (const { name } of tables) {
    const rows = (await query(`SELECT row_to_json(t)::text AS line FROM ${name} AS t`)) as { line: string }[];
    const lines = rows.map(({ line }) => `${line}\n`);
    writeFileSync(path.join(folder, 'catalog', `${name}.jsonl`), lines.join(''));
  }
}
