import type { ObjectStore } from '../../ports/object-store.ts';
import type { S3Connection } from './connection.ts';
import { createS3ObjectStore } from './object-store.ts';
import { createRequests } from './requests.ts';
import { loadSdk } from './sdk.ts';

export interface OpenedS3 {
  /** The store of one pipeline. All of them share their connections. */
  storeOf(pipelineId: string): ObjectStore;
  close(): void;
}

/** Loads the SDK. Connects when a store is used. Throws `config_invalid` if the SDK is not installed. */
export async function openS3(connection: S3Connection): Promise<OpenedS3> {
  const sdk = await loadSdk();
  const requests = createRequests(sdk, connection);
  return {
    storeOf: (pipelineId) => createS3ObjectStore({ sdk, requests, connection, pipelineId }),
    close: requests.close,
  };
}
