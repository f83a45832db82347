import { randomUUID } from 'node:crypto';
import type { Catalog } from '../../src/ports/catalog/catalog.ts';

/** Fences the pipeline as a new exclusive holder of its lock does. Resolves with its token. */
export async function fencedPipeline(catalog: Pick<Catalog, 'fencePipeline'>): Promise<string> {
  const token = randomUUID();
  await catalog.fencePipeline(token);
  return token;
}

/** Cleans a catalog, as the command does with its lock. */
export async function cleanCatalog(catalog: Pick<Catalog, 'fencePipeline' | 'beginClean' | 'endClean'>): Promise<void> {
  const token = await fencedPipeline(catalog);
  await catalog.beginClean(token);
  await catalog.endClean(token);
}
