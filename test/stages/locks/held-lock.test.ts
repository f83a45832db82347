import { describe, expect, it } from 'vitest';
import { createMemoryCatalog } from '../../../src/adapters/memory/catalog.ts';
import { Stopped } from '../../../src/domain/errors.ts';
import type { Report } from '../../../src/domain/reports.ts';
import type { Lock } from '../../../src/ports/catalog/locks.ts';
import { holdingLock, throwIfLost, whileHeld } from '../../../src/stages/locks/held-lock.ts';

const NAME = 'stream-default';

/** A lock holder, and what it has acquired and reported. */
function holder(signal = new AbortController().signal) {
  const catalog = createMemoryCatalog();
  const acquired: boolean[] = [];
  const reports: Report[] = [];
  const holding = {
    stage: 'receive',
    name: NAME,
    signal,
    onReport: (report: Report) => void reports.push(report),
    acquire: async (again: boolean): Promise<Lock> => {
      acquired.push(again);
      const result = await catalog.lock(NAME, 'a test');
      if ('lock' in result) return result.lock;
      throw new Error(`held by ${result.holder}`);
    },
  } as const;
  return { catalog, acquired, reports, holding, lose: () => catalog.loseLocks(NAME) };
}

describe('work under a lock', () => {
  it('runs again with a new lock after the lock was lost, which is reported once', async () => {
    const { acquired, reports, holding, lose } = holder();
    let runs = 0;
    const result = await holdingLock(holding, async ({ lost }) => {
      runs += 1;
      if (runs === 1) lose();
      throwIfLost(lost);
      return `run ${runs}`;
    });
    expect(result).toBe('run 2');
    expect(acquired).toEqual([false, true]);
    expect(reports).toEqual([{ kind: 'lock_lost', stage: 'receive', lock: NAME }]);
  });

  it('releases the lock when it ends or fails', async () => {
    const { catalog, holding } = holder();
    await holdingLock(holding, async () => 'done');
    await expect(holdingLock(holding, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(await catalog.lock(NAME, 'the next')).toHaveProperty('lock');
  });

  it.each([
    ['an error that is not an interruption', new Error('broken')],
    ['an interruption while the lock is held', new Stopped()],
  ])('throws %s', async (_, error) => {
    const { reports, holding } = holder();
    await expect(holdingLock(holding, () => Promise.reject(error))).rejects.toBe(error);
    expect(reports).toEqual([]);
  });

  it('is not run again after the signal', async () => {
    const stop = new AbortController();
    const { acquired, holding, lose } = holder(stop.signal);
    const interrupted = holdingLock(holding, async ({ lost }) => {
      stop.abort();
      lose();
      throwIfLost(lost);
    });
    await expect(interrupted).rejects.toBeInstanceOf(Stopped);
    expect(acquired).toEqual([false]);
  });
});

describe('a port that is used while a lock is held', () => {
  it('works until the lock is lost, and then throws before it does anything', async () => {
    const lost = new AbortController();
    const written: string[] = [];
    const port = whileHeld({ address: 'memory', write: async (what: string) => written.push(what) }, lost.signal);
    expect(await port.write('a')).toBe(1);
    lost.abort();
    expect(() => port.write('b')).toThrow(Stopped);
    expect([port.address, written]).toEqual(['memory', ['a']]);
  });
});
