import type { PipelineCatalog } from '../ports/catalog/pipeline.ts';
import type { ObjectStore } from '../ports/object-store.ts';

/**
 * The store of the pipeline that a catalog has now, for what outlives a `clean`, which gives the pipeline another id. Each
 * call asks the catalog for the id; addresses are those of the last one.
 */
export function createCurrentStore(
  catalog: Pick<PipelineCatalog, 'identity'>,
  storeOf: (pipelineId: string) => ObjectStore,
  pipelineId: string,
): ObjectStore {
  let current = { pipelineId, store: storeOf(pipelineId) };

  async function now(): Promise<ObjectStore> {
    const { pipelineId } = await catalog.identity();
    if (pipelineId !== current.pipelineId) current = { pipelineId, store: storeOf(pipelineId) };
    return current.store;
  }

  return {
    get address() {
      return current.store.address;
    },
    writesLate: current.store.writesLate,
    locate: (key) => current.store.locate(key),
    put: async (objects) => (await now()).put(objects),
    get: async (key) => (await now()).get(key),
    digest: async (key, options) => (await now()).digest(key, options),
    size: async (key) => (await now()).size(key),
    open: async (key) => (await now()).open(key),
    list: async (folder) => (await now()).list(folder),
    exists: async (folder) => (await now()).exists(folder),
    remove: async (keys) => (await now()).remove(keys),
    collectGarbage: async () => (await now()).collectGarbage(),
  };
}
