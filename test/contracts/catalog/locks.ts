import { describe, expect, it } from 'vitest';
import type { LockResult } from '../../../src/ports/catalog/locks.ts';
import type { SetUpCatalog } from './setup.ts';

function lockOf(result: LockResult) {
  if (!('lock' in result)) throw new Error(`the lock is held by ${result.holder}`);
  return result.lock;
}

/** Locks of several processes. */
export function locksContract(setUp: SetUpCatalog): void {
  describe('locks', () => {
    it('have one holder at a time, which is returned to others', async () => {
      const { catalog, open } = await setUp();
      const lock = lockOf(await catalog.lock('stream-a', 'the first receiver'));
      const other = await open();
      expect(await other.lock('stream-a', 'the second')).toEqual({ holder: 'the first receiver' });
      expect(await catalog.lock('stream-a', 'the first again')).toEqual({ holder: 'the first receiver' });
      await lock.release();
      expect(await other.lock('stream-a', 'the second')).toHaveProperty('lock');
    });

    it('are independent of locks with other names', async () => {
      const { catalog, open } = await setUp();
      const other = await open();
      const names = ['stream-a', 'stream-a.b', 'stream-a/b', 'stream-%2e'];
      for (const name of names) lockOf(await catalog.lock(name, `holder of ${name}`));
      for (const name of names) expect(await other.lock(name, 'x')).toEqual({ holder: `holder of ${name}` });
    });

    it('can be shared, but not while they are held exclusively', async () => {
      const { catalog, open } = await setUp();
      const [second, third] = [await open(), await open()];
      const one = lockOf(await catalog.lock('folder', 'analyze', 'shared'));
      const two = lockOf(await second.lock('folder', 'receive', 'shared'));
      expect(await third.lock('folder', 'clean')).toEqual({ holder: 'analyze, receive' });
      await one.release();
      expect(await third.lock('folder', 'clean')).toEqual({ holder: 'receive' });
      await two.release();
      const alone = lockOf(await third.lock('folder', 'clean'));
      expect(await catalog.lock('folder', 'analyze', 'shared')).toEqual({ holder: 'clean' });
      await alone.release();
      expect(await catalog.lock('folder', 'analyze', 'shared')).toHaveProperty('lock');
    });

    it('have a different token each time, and do not fire lost when they are released', async () => {
      const { catalog, open } = await setUp();
      const other = await open();
      const shared = [lockOf(await catalog.lock('a', 'x', 'shared')), lockOf(await other.lock('a', 'y', 'shared'))];
      for (const lock of shared) await lock.release();
      const again = lockOf(await catalog.lock('a', 'x'));
      await again.release();
      const all = [...shared, again];
      expect(new Set(all.map(({ token }) => token)).size).toBe(3);
      expect(all.map(({ token, lost }) => [token === '', lost.aborted])).toEqual(Array(3).fill([false, false]));
    });

    it('are freed when their catalog is closed, and can be released twice', async () => {
      const { catalog, open } = await setUp();
      const other = await open();
      const released = lockOf(await other.lock('stream-b', 'the other'));
      lockOf(await other.lock('stream-a', 'the other'));
      await released.release();
      await released.release();
      await other.close();
      expect(await catalog.lock('stream-a', 'this one')).toHaveProperty('lock');
      expect(await catalog.lock('stream-b', 'this one')).toHaveProperty('lock');
    });
  });
}
