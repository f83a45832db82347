import { newCatalog } from '../support/postgres/databases.ts';
import { type PostgresServer, startPostgres } from '../support/postgres/postgres-server.ts';
import type { Round } from '../support/rounds/fault-rounds.ts';
import type { BusSettings } from '../support/rounds/site.ts';
import { type Clusters, createClusters } from './clusters.ts';
import { databaseRounds } from './databases.ts';
import type { SoakOptions } from './options.ts';
import { type StoreServer, startStoreServer, storeRounds } from './stores.ts';

/** The servers of a soak test. */
export interface Servers {
  /** Started when a round needs them. */
  readonly clusters: Clusters;
  /** The rounds in which the catalog's or the store's server fails. */
  readonly rounds: Readonly<Record<string, Round>>;
  /** The settings of a new catalog and a new store, as far as they are on servers. */
  newPlace(): Promise<BusSettings>;
  /** Starts the servers of the catalog and the store again, which a failed round may have left stopped. */
  restart(): Promise<void>;
  /** Stops the servers and removes their data. */
  close(): Promise<void>;
}

/** Starts the servers of the catalog and the store. */
export async function startServers({ catalog, store }: SoakOptions): Promise<Servers> {
  const clusters = createClusters();
  let postgres: PostgresServer | undefined;
  let s3: StoreServer | undefined;
  const close = async () => {
    await Promise.all([clusters.close(), postgres?.close(), s3?.close()]);
  };
  try {
    if (catalog === 'postgres') postgres = await startPostgres();
    if (store === 's3') s3 = await startStoreServer();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    clusters,
    rounds: { ...(postgres && databaseRounds(postgres)), ...(s3 && storeRounds(s3)) },
    newPlace: async () => ({
      ...(postgres && { IMGPIPE_CATALOG: await newCatalog(postgres) }),
      ...s3?.newStore(),
    }),
    restart: async () => {
      for (const server of [postgres, s3?.server]) {
        await server?.kill();
        await server?.start();
      }
    },
    close,
  };
}
