import { ImgpipeError } from '../domain/errors.ts';
import type { PipelineIdentity } from '../ports/catalog/pipeline.ts';
import type { Adapters } from './adapters.ts';

/** The pipeline's identity. Throws `clean_unfinished` after an interrupted clean. */
export async function checkedIdentity({
  catalog,
  store,
}: Pick<Adapters, 'catalog' | 'store'>): Promise<PipelineIdentity> {
  const identity = await catalog.identity();
  if (!identity.cleaning) return identity;
  throw new ImgpipeError('clean_unfinished', `a clean of ${store.address} was interrupted: run 'imgpipe clean' again`);
}
