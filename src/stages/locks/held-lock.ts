import { LockLost, Stopped } from '../../domain/errors.ts';
import type { Observer, StageName } from '../../domain/reports.ts';
import type { Lock } from '../../ports/catalog/locks.ts';
import { pause } from '../retry.ts';

/** How long to wait before a lost lock is requested again. */
const LOST_PAUSE_MS = 100;

export interface HoldingLock extends Pick<Observer, 'onReport'> {
  readonly stage: StageName;
  /** The lock's name, for the report. */
  readonly name: string;
  /** Ends the work; a lock that is lost after that is not acquired again. */
  readonly signal: AbortSignal;
  /** Acquires the lock. `again` is true after it was lost. */
  acquire(again: boolean): Promise<Lock>;
}

/**
 * Runs the work while it holds a lock. Work that is interrupted because the lock is lost must throw `Stopped`: the loss
 * is reported, the lock acquired again and the work run again. It must resume where it was interrupted.
 */
export async function holdingLock<T>(
  { stage, name, signal, acquire, onReport }: HoldingLock,
  work: (lock: Pick<Lock, 'token' | 'lost'>) => Promise<T>,
): Promise<T> {
  for (let again = false; ; again = true) {
    const lock = await acquire(again);
    try {
      return await work(lock);
    } catch (error) {
      const isLost = error instanceof LockLost || (error instanceof Stopped && lock.lost.aborted);
      if (!isLost || signal.aborted) throw error;
      onReport?.({ kind: 'lock_lost', stage, lock: name });
    } finally {
      await lock.release();
    }
    await pause(LOST_PAUSE_MS, signal);
  }
}

/** The same port, except that its methods throw `Stopped` once the lock is lost: without the lock, nothing is written. */
export function whileHeld<T extends object>(port: T, lost: AbortSignal): T {
  return new Proxy(port, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        throwIfLost(lost);
        return Reflect.apply(value, target, args);
      };
    },
  });
}

/** Throws `Stopped` once the lock is lost. */
export function throwIfLost(lost: AbortSignal): void {
  if (lost.aborted) throw new Stopped();
}

/** The signal of a lock that its holder need not watch. */
export const NEVER_LOST: AbortSignal = new AbortController().signal;
