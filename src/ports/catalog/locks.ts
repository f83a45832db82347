/** A right that this process holds until it releases it, or until `lost` fires. */
export interface Lock {
  /** A fencing token: unlike that of any other holding, also of the same name. */
  readonly token: string;
  /** Aborts when the lock is lost, for instance with the connection that held it; a release does not abort it. */
  readonly lost: AbortSignal;
  /** Releases the lock. Releasing a lock again, or one that is lost, does nothing. */
  release(): Promise<void>;
}

/** The lock, or a description of its current holder, for messages. */
export type LockResult = { readonly lock: Lock } | { readonly holder: string };

/** The lock that every stage shares, and that `clean` and a migration of the catalog hold exclusively. */
export const PIPELINE_LOCK = 'folder';

/**
 * Locks of a pipeline. A lock is exclusive, or shared by any number of holders. It is freed when its holder releases it
 * or dies. A holder that is merely paused keeps it, unless the adapter has to give up a connection: then `lost` fires.
 */
export interface Locks {
  /** Takes a lock, or returns its current holder; never waits. `owner` is what others see as the holder: `imgpipe receive (process 123)`. */
  lock(name: string, owner: string, mode?: 'exclusive' | 'shared'): Promise<LockResult>;
}
