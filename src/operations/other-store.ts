import { ImgpipeError } from '../domain/errors.ts';
import { IMAGES } from '../domain/object-keys.ts';
import type { AuditCatalog } from '../ports/catalog/audit.ts';
import type { PipelineCatalog } from '../ports/catalog/pipeline.ts';
import type { ObjectStore } from '../ports/object-store.ts';

export interface StoreOfCatalog {
  readonly catalog: Pick<AuditCatalog, 'counts'> & Pick<PipelineCatalog, 'identity'>;
  readonly store: Pick<ObjectStore, 'address' | 'exists'>;
}

/**
 * Throws `config_invalid` if the catalog has images, and the store has nothing where images are: it is not the one that they
 * were received into. Also throws what the store throws if it is out of reach.
 */
export async function refuseOtherStore({ catalog, store }: StoreOfCatalog): Promise<void> {
  if (await store.exists(IMAGES)) return;
  const { images } = await catalog.counts();
  // A clean that was interrupted may have removed them already.
  if (images === 0 || (await catalog.identity()).cleaning) return;
  throw new ImgpipeError(
    'config_invalid',
    `store: ${store.address} has no images, and this pipeline has ${images}: give --store (and with it store_endpoint) as when they were received, or restore ${IMAGES} there from a backup`,
  );
}

/** The same for what only reads the catalog: a store that is out of reach does not matter. */
export async function refuseOtherStoreIfReached(parts: StoreOfCatalog): Promise<void> {
  await refuseOtherStore(parts).catch((error) => {
    if (!(error instanceof ImgpipeError) || error.blame !== 'transient') throw error;
  });
}
