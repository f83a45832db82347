import { randomUUID } from 'node:crypto';
import type { Lock, LockResult, Locks } from '../../ports/catalog/locks.ts';

interface Holding {
  readonly owner: string;
  readonly mode: 'exclusive' | 'shared';
  readonly lost: AbortController;
}

/** The locks that are held, by name, by all who share these tables. */
export type LockTable = Map<string, Set<Holding>>;

/** The locks of one holder of a table. */
export interface MemoryLocks extends Locks {
  /** Revokes a lock from all its holders, as a dropped connection does; `unnoticed` without their signal. */
  lose(name: string, options?: { readonly unnoticed: boolean }): void;
  releaseAll(): void;
}

export function createMemoryLocks(table: LockTable): MemoryLocks {
  const own = new Set<() => void>();

  function acquire(name: string, owner: string, mode: 'exclusive' | 'shared'): LockResult {
    const holdings = table.get(name) ?? new Set();
    const isFree = [...holdings].every((holding) => mode === 'shared' && holding.mode === 'shared');
    if (!isFree)
      return {
        holder: [...holdings]
          .map((holding) => holding.owner)
          .sort()
          .join(', '),
      };
    const holding: Holding = { owner, mode, lost: new AbortController() };
    table.set(name, holdings.add(holding));
    const release = () => {
      holdings.delete(holding);
      own.delete(release);
    };
    own.add(release);
    const lock: Lock = { token: randomUUID(), lost: holding.lost.signal, release: async () => release() };
    return { lock };
  }

  return {
    lock: async (name, owner, mode = 'exclusive') => acquire(name, owner, mode),
    lose: (name, { unnoticed } = { unnoticed: false }) => {
      const holdings = [...(table.get(name) ?? [])];
      table.get(name)?.clear();
      if (unnoticed) return;
      for (const { lost } of holdings) lost.abort();
    },
    releaseAll: () => {
      for (const release of [...own]) release();
    },
  };
}
