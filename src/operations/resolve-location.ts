import { ImgpipeError } from '../domain/errors.ts';
import type { Observer } from '../domain/reports.ts';
import type { CatalogLocation, LocationCatalog } from '../ports/catalog/location.ts';
import type { Locks } from '../ports/catalog/locks.ts';
import type { PipelineCatalog } from '../ports/catalog/pipeline.ts';
import { exclusively } from './exclusively.ts';

export interface LocationParts extends Pick<Observer, 'onReport'> {
  readonly catalog: LocationCatalog & Locks & Pick<PipelineCatalog, 'identity' | 'fencePipeline'>;
  /** What others see as the holder of a lock: `imgpipe receive (process 123)`. */
  readonly as: string;
  /** Whether a copy may become a pipeline of its own. */
  readonly asCopy: boolean;
  /** The id of the bus, if other pipelines can use it, too. */
  readonly sharedBus?: () => Promise<string>;
}

/** How often the lock of the pipeline is requested before `in_use`: another process may be doing the same. */
const LOCK_TRIES = 25;

/**
 * Records where the catalog is, before a command writes to it. Reports it once if the catalog was moved. Throws
 * `catalog_copied` if it is a copy; with `asCopy` makes it a pipeline of its own instead, also where the original is out
 * of this machine's sight.
 */
export async function resolveLocation({ catalog, as, asCopy, sharedBus, onReport }: LocationParts): Promise<void> {
  const location = await catalog.location();
  if (location.kind === 'same') return;
  if (location.kind === 'unrecorded') return catalog.recordLocation();
  const { from, to } = location;
  if (asCopy) {
    await refuseBusOfOriginal(catalog, from, await sharedBus?.());
    const inUse = (holder: string) => `as_copy: ${to} is in use by ${holder}: stop that first`;
    const isDone = await exclusively({ catalog, as, address: to, tries: LOCK_TRIES, inUse }, async ({ token }) => {
      if (!isElsewhere(await catalog.location())) return true;
      await catalog.separateCopy(token);
      return false;
    });
    // Another process has done it meanwhile.
    if (isDone) return;
  } else {
    refuseCopy(location);
    await catalog.recordLocation();
  }
  onReport?.({ kind: 'moved', from, to, asCopy });
}

/** Throws `catalog_copied` if the catalog is a copy, whose messages are the original's. */
export function refuseCopy(location: CatalogLocation): void {
  if (location.kind !== 'copied') return;
  const { from, to } = location;
  throw new ImgpipeError(
    'catalog_copied',
    `data: ${to} is a copy of the pipeline in ${from}, which still exists: give --as-copy to a stage once to make it a pipeline of its own (with Kafka under a --topic-prefix of its own), or remove the other one`,
  );
}

/** Checks before a copy gets an identity of its own that it will not consume the messages of the original. */
async function refuseBusOfOriginal(
  catalog: Pick<PipelineCatalog, 'identity'>,
  original: string,
  bus: string | undefined,
): Promise<void> {
  const { busId } = await catalog.identity();
  if (bus === undefined || bus !== busId) return;
  throw new ImgpipeError(
    'catalog_copied',
    `topic_prefix: the messages of the original, ${original}, are on ${bus}, too: give the copy a --topic-prefix of its own`,
  );
}

function isElsewhere({ kind }: CatalogLocation): boolean {
  return kind === 'moved' || kind === 'copied';
}
