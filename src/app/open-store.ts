import { createFileObjectStore } from '../adapters/files/object-store.ts';
import { s3ConnectionOf } from '../config/s3-connection.ts';
import type { Config } from '../config/settings.ts';
import type { PipelineCatalog } from '../ports/catalog/pipeline.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { createCurrentStore } from './current-store.ts';

export interface OpenedStore {
  /** The store of the pipeline that the catalog has now, which is another after a `clean`. */
  readonly store: ObjectStore;
  /** The store of one pipeline. */
  storeOf(pipelineId: string): ObjectStore;
  close(): void;
}

/** Opens the configured object store: the one in the data folder, or one on S3. */
export async function openStore(
  connection: ReturnType<typeof s3ConnectionOf>,
  folder: string,
  catalog: Pick<PipelineCatalog, 'identity'>,
): Promise<OpenedStore> {
  if (connection === undefined) {
    const store = createFileObjectStore(folder);
    return { store, storeOf: () => store, close: () => {} };
  }
  // Loaded only here, to keep the start-up of other commands short.
  const { openS3 } = await import('../adapters/s3/open-s3.ts');
  const s3 = await openS3(connection);
  const { pipelineId } = await catalog.identity();
  return { store: createCurrentStore(catalog, s3.storeOf, pipelineId), storeOf: s3.storeOf, close: s3.close };
}

/** How the configured store on S3 is reached; undefined for the store in the data folder. Throws `config_invalid`. */
export function s3StoreOf(config: Config) {
  return s3ConnectionOf(config, process.env);
}
