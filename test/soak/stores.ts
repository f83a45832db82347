import { type CuttingProxy, startCuttingProxy } from '../support/cutting-proxy.ts';
import type { BusSettings } from '../support/rounds/site.ts';
import { type StoreRound, storeOutage, uploadsCut } from '../support/rounds/store-rounds.ts';
import { type S3Server, startS3Server } from '../support/s3/s3-server.ts';
import { newStore } from '../support/s3/store-settings.ts';

/** An S3 server for all rounds, and a proxy before it. */
export interface StoreServer {
  readonly server: S3Server;
  readonly proxy: CuttingProxy;
  /** The settings of a new store. */
  newStore(): BusSettings;
  close(): Promise<void>;
}

export async function startStoreServer(): Promise<StoreServer> {
  const server = await startS3Server();
  const proxy = await startCuttingProxy(server.port);
  return {
    server,
    proxy,
    newStore: () => newStore(server, proxy.port),
    close: async () => {
      await proxy.close();
      await server.close();
    },
  };
}

/** The rounds in which the store fails. */
export function storeRounds({ server, proxy }: StoreServer): Readonly<Record<string, StoreRound>> {
  return {
    storeKilled: storeOutage(server, 0),
    storeKilledForLong: storeOutage(server, 20_000),
    uploadsCut: uploadsCut(proxy, 10),
  };
}
