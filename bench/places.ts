import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { openPostgresCatalog } from '../src/adapters/postgres/catalog.ts';
import { connectionTo, createDatabaseOn } from '../test/support/postgres/databases.ts';
import { type PostgresServer, SUPERUSER } from '../test/support/postgres/postgres-server.ts';
import { AWS_ENVIRONMENT, makeBucket } from '../test/support/s3/buckets.ts';
import { timed } from './processes.ts';
import type { Gateway } from './s3-gateway.ts';
import type { Case, Session } from './session.ts';

/** Where a pipeline has its catalog and its objects. */
export interface Place {
  readonly name: string;
  readonly catalog: 'sqlite' | 'postgres';
  readonly store: 'files' | 's3';
}

/** All pairs; the first is the default. */
export const PLACES: readonly Place[] = [
  { name: 'SQLite and files', catalog: 'sqlite', store: 'files' },
  { name: 'PostgreSQL and files', catalog: 'postgres', store: 'files' },
  { name: 'SQLite and S3', catalog: 'sqlite', store: 's3' },
  { name: 'PostgreSQL and S3', catalog: 'postgres', store: 's3' },
];

export interface Servers {
  readonly postgres: Pick<PostgresServer, 'port'>;
  readonly s3: Gateway;
}

export interface PlacedCase extends Case {
  /** The folder that has its objects as files. */
  readonly objects: string;
}

/** A new pipeline in a place. It exists. */
export async function newCaseIn(
  session: Session,
  { catalog, store }: Place,
  { postgres, s3 }: Servers,
): Promise<PlacedCase> {
  let made = session.newCase();
  if (catalog === 'postgres') {
    const database = await createDatabaseOn(postgres.port);
    const address = `postgres://${SUPERUSER}@127.0.0.1:${postgres.port}/${database}`;
    made = {
      ...made,
      args: [...made.args, '--catalog', address],
      openCatalog: () => openPostgresCatalog(connectionTo(postgres.port, database), { create: false }),
    };
  }
  const bucket = store === 's3' ? makeBucket(s3) : undefined;
  if (bucket !== undefined) {
    Object.assign(process.env, AWS_ENVIRONMENT);
    const file = `${made.folder}.json`;
    const settings = { store: `s3://${bucket}`, store_endpoint: `http://127.0.0.1:${s3.port}`, store_path_style: true };
    writeFileSync(file, JSON.stringify(settings));
    made = { ...made, args: [...made.args, '--config', file] };
  }
  await timed(['receive', ...made.args, '--count', '0']);
  return { ...made, objects: bucket === undefined ? made.folder : path.join(s3.data, bucket, await idOf(made)) };
}

async function idOf({ openCatalog }: Case): Promise<string> {
  const catalog = await openCatalog();
  try {
    return (await catalog.identity()).pipelineId;
  } finally {
    await catalog.close();
  }
}
