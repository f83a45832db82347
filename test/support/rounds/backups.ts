import { cpSync, existsSync, renameSync, rmSync } from 'node:fs';
import { postgresAddress } from '../../../src/config/catalog-address.ts';
import { asSuperuser } from '../postgres/databases.ts';
import type { Site } from './site.ts';

/** Keeps a copy of the data folder and of the catalog for `restore`. Objects on S3 are not copied. No stage may run. */
export async function backUp({ data, bus }: Site): Promise<void> {
  if (existsSync(data)) cpSync(data, `${data}-before`, { recursive: true });
  const catalog = postgresAddress(bus['IMGPIPE_CATALOG'] ?? 'sqlite');
  if (catalog === undefined) return;
  const { port, database } = catalog;
  await asSuperuser(port, 'postgres', `CREATE DATABASE ${database}_before TEMPLATE ${database}`);
}

/** Makes the data folder and the catalog what they were. What has been stored on S3 since stays there. No stage may run. */
export async function restore({ data, bus }: Site): Promise<void> {
  rmSync(data, { recursive: true, force: true });
  if (existsSync(`${data}-before`)) renameSync(`${data}-before`, data);
  const catalog = postgresAddress(bus['IMGPIPE_CATALOG'] ?? 'sqlite');
  if (catalog === undefined) return;
  const { port, database } = catalog;
  await asSuperuser(port, 'postgres', `DROP DATABASE ${database} WITH (FORCE)`);
  await asSuperuser(port, 'postgres', `ALTER DATABASE ${database}_before RENAME TO ${database}`);
}
