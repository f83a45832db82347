import { describe, expect, it } from 'vitest';
import type { ClaimAnswer } from '../../../src/ports/catalog.ts';
import type { MakeStand } from './stand.ts';

function claimOf(answer: ClaimAnswer) {
  if (!('claim' in answer)) throw new Error(`it is held by ${answer.heldBy}`);
  return answer.claim;
}

/** Rights that one process holds at a time. */
export function claimsContract(stand: MakeStand): void {
  describe('claims', () => {
    it('are held by one at a time, and tell who that is', async () => {
      const { catalog, open } = await stand();
      const claim = claimOf(await catalog.claim('stream-a', 'the first receiver'));
      const other = await open();
      expect(await other.claim('stream-a', 'the second')).toEqual({ heldBy: 'the first receiver' });
      expect(await catalog.claim('stream-a', 'the first again')).toEqual({ heldBy: 'the first receiver' });
      await claim.release();
      expect(await other.claim('stream-a', 'the second')).toHaveProperty('claim');
    });

    it('are each of their own name', async () => {
      const { catalog, open } = await stand();
      const other = await open();
      const names = ['stream-a', 'stream-a.b', 'stream-a/b', 'stream-%2e'];
      for (const name of names) claimOf(await catalog.claim(name, `who holds ${name}`));
      for (const name of names) expect(await other.claim(name, 'x')).toEqual({ heldBy: `who holds ${name}` });
    });

    it('can be shared by those who all share them, and by nobody else', async () => {
      const { catalog, open } = await stand();
      const [second, third] = [await open(), await open()];
      const one = claimOf(await catalog.claim('folder', 'analyze', 'shared'));
      const two = claimOf(await second.claim('folder', 'receive', 'shared'));
      expect(await third.claim('folder', 'clean')).toEqual({ heldBy: 'analyze, receive' });
      await one.release();
      expect(await third.claim('folder', 'clean')).toEqual({ heldBy: 'receive' });
      await two.release();
      const alone = claimOf(await third.claim('folder', 'clean'));
      expect(await catalog.claim('folder', 'analyze', 'shared')).toEqual({ heldBy: 'clean' });
      await alone.release();
      expect(await catalog.claim('folder', 'analyze', 'shared')).toHaveProperty('claim');
    });

    it('are free when their catalog is closed, and released twice without harm', async () => {
      const { catalog, open } = await stand();
      const other = await open();
      const released = claimOf(await other.claim('stream-b', 'the other'));
      claimOf(await other.claim('stream-a', 'the other'));
      await released.release();
      await released.release();
      await other.close();
      expect(await catalog.claim('stream-a', 'this one')).toHaveProperty('claim');
      expect(await catalog.claim('stream-b', 'this one')).toHaveProperty('claim');
    });
  });
}
