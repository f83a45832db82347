import { setTimeout as sleep } from 'node:timers/promises';
import { ImgpipeError } from '../domain/errors.ts';
import type { Observer } from '../domain/reports.ts';
import type { CatalogLocation, LocationCatalog } from '../ports/catalog/location.ts';
import { type Lock, type Locks, PIPELINE_LOCK } from '../ports/catalog/locks.ts';
import type { PipelineCatalog } from '../ports/catalog/pipeline.ts';

export interface LocationParts extends Pick<Observer, 'onReport'> {
  readonly catalog: LocationCatalog & Locks & Pick<PipelineCatalog, 'identity'>;
  /** What others see as the holder of a lock: `imgpipe receive (process 123)`. */
  readonly as: string;
  /** Whether a copy may become a pipeline of its own. */
  readonly asCopy: boolean;
  /** The id of the bus, if other pipelines can use it, too. */
  readonly sharedBus?: () => Promise<string>;
}

/** How often, and how far apart, the lock of the pipeline is requested before `in_use`. */
const LOCK_TRIES = 25;
const LOCK_PAUSE_MS = 20;

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
    const lock = await exclusiveLock(catalog, as, to);
    try {
      // Another process may have done it meanwhile.
      if (!isElsewhere(await catalog.location())) return;
      await catalog.separateCopy();
    } finally {
      await lock.release();
    }
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

async function exclusiveLock(catalog: Locks, as: string, address: string): Promise<Lock> {
  for (let tries = 1; ; tries += 1) {
    const result = await catalog.lock(PIPELINE_LOCK, as);
    if ('lock' in result) return result.lock;
    if (tries === LOCK_TRIES) {
      throw new ImgpipeError('in_use', `as_copy: ${address} is in use by ${result.holder}: stop that first`);
    }
    await sleep(LOCK_PAUSE_MS);
  }
}
