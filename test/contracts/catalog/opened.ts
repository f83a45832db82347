import { describe, expect, it } from 'vitest';
import { cleanCatalog } from '../../support/clean-catalog.ts';
import type { SetUpCatalog } from './setup.ts';

/** Whether the catalog is still the one that was opened. */
export function openedContract(setUp: SetUpCatalog): void {
  describe('an open catalog', () => {
    it('is verified, also while others use it and after a clean', async () => {
      const { catalog, open } = await setUp();
      const other = await open();
      await catalog.lock('folder', 'a test', 'shared');
      for (const each of [catalog, other]) await each.verify();
      await other.setBus({ id: 'embedded', address: 'embedded' }, null);
      await cleanCatalog(other);
      await other.close();
      await catalog.verify();
    });

    it('is not verified once another has taken its place', async () => {
      const { catalog, faults } = await setUp();
      await faults.replaceCatalog();
      await expect(catalog.verify()).rejects.toMatchObject({ code: 'catalog_replaced', blame: 'fatal', exit: 1 });
    });
  });
}
