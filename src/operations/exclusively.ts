import { setTimeout as sleep } from 'node:timers/promises';
import { ImgpipeError, LockLost } from '../domain/errors.ts';
import { type Lock, type Locks, PIPELINE_LOCK } from '../ports/catalog/locks.ts';
import type { PipelineCatalog } from '../ports/catalog/pipeline.ts';

export interface ExclusiveParts {
  readonly catalog: Locks & Pick<PipelineCatalog, 'fencePipeline'>;
  /** What others see as the holder of the lock: `imgpipe clean (process 123)`. */
  readonly as: string;
  /** The address of what is locked, for messages. */
  readonly address: string;
  /** How often the lock is requested, with 20 ms in between; once by default. */
  readonly tries?: number;
  /** The message of `in_use`, with the current holder. */
  inUse(holder: string): string;
}

const PAUSE_MS = 20;

/**
 * Runs work while this process alone holds the pipeline's lock. The work's writes carry the lock's token. Throws `in_use`
 * if others hold the lock, or if it is lost meanwhile.
 */
export async function exclusively<T>(
  parts: ExclusiveParts,
  work: (lock: Pick<Lock, 'token' | 'lost'>) => Promise<T>,
): Promise<T> {
  const lock = await acquire(parts);
  try {
    await parts.catalog.fencePipeline(lock.token);
    return await work(lock);
  } catch (error) {
    throw error instanceof LockLost ? lockLost(parts) : error;
  } finally {
    await lock.release();
  }
}

/** The error of a command that lost the pipeline's lock and does not acquire it again by itself. */
export function lockLost({ as, address }: Pick<ExclusiveParts, 'as' | 'address'>): ImgpipeError {
  return new ImgpipeError(
    'in_use',
    `${as} lost the lock of ${address} and stopped: check the connection to the catalog, and run it again`,
  );
}

async function acquire({ catalog, as, tries = 1, inUse }: ExclusiveParts): Promise<Lock> {
  for (let tried = 1; ; tried += 1) {
    const result = await catalog.lock(PIPELINE_LOCK, as);
    if ('lock' in result) return result.lock;
    if (tried === tries) throw new ImgpipeError('in_use', inUse(result.holder));
    await sleep(PAUSE_MS);
  }
}
