import { describe, expect, it } from 'vitest';
import { createMemoryCatalog } from '../../src/adapters/memory/catalog.ts';
import { aborted } from '../../src/base/deadlines.ts';
import { ImgpipeError, Stopped } from '../../src/domain/errors.ts';
import { whileOpened } from '../../src/stages/catalog-watch.ts';

const REPLACED = { code: 'catalog_replaced' };

describe('work on a catalog', () => {
  it('resolves with its result, and rejects with its error', async () => {
    const catalog = createMemoryCatalog();
    expect(await whileOpened({ catalog, everyMs: 1 }, async () => 'done')).toBe('done');
    const broken = new Error('broken');
    await expect(whileOpened({ catalog, everyMs: 1 }, () => Promise.reject(broken))).rejects.toBe(broken);
  });

  it('is told when the catalog is replaced, and fails with that', async () => {
    const catalog = createMemoryCatalog();
    const working = whileOpened({ catalog, everyMs: 1 }, async (replaced) => {
      await catalog.faults.replaceCatalog();
      await aborted(replaced);
      throw new Stopped();
    });
    await expect(working).rejects.toMatchObject(REPLACED);
  });

  it.each([
    ['that has ended', async () => 'done'],
    ['that failed', () => Promise.reject(new Error('a consequence'))],
    ['that was stopped', () => Promise.reject(new Stopped())],
  ])('%s before it was told fails with that, too', async (_, end) => {
    const catalog = createMemoryCatalog();
    const working = whileOpened({ catalog, everyMs: 60_000 }, async () => {
      await catalog.faults.replaceCatalog();
      return end();
    });
    await expect(working).rejects.toMatchObject(REPLACED);
  });

  it('continues while the catalog cannot be verified', async () => {
    let tries = 0;
    const verify = async () => {
      tries += 1;
      throw new ImgpipeError('catalog_unavailable', 'the disk does not respond');
    };
    const working = whileOpened({ catalog: { verify }, everyMs: 1 }, async (replaced) => {
      await expect.poll(() => tries).toBeGreaterThan(2);
      return replaced.aborted;
    });
    expect(await working).toBe(false);
  });

  it('ends even if the catalog does not respond', async () => {
    const verify = () => new Promise<never>(() => {});
    expect(await whileOpened({ catalog: { verify }, everyMs: 1 }, async () => 'done')).toBe('done');
  });
});
