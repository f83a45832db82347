import { describe, expect, it } from 'vitest';
import { newAlert } from '../../support/samples.ts';
import type { SetUpCatalog } from './setup.ts';

/** The rows of alerts. */
export function alertsContract(setUp: SetUpCatalog): void {
  describe('alerts', () => {
    it('are added once, and become ready', async () => {
      const { catalog } = await setUp();
      const first = newAlert(1);
      expect(await catalog.addAlerts([first, first])).toEqual([
        { ...first, state: 'pending' },
        { ...first, state: 'pending' },
      ]);
      await catalog.markAlertsReady([1]);
      const later = { ...first, base: '/elsewhere' };
      expect(await catalog.addAlerts([later])).toEqual([{ ...first, state: 'ready' }]);
      expect((await catalog.alerts([2, 1])).map((row) => row?.number)).toEqual([undefined, 1]);
    });

    it('have a range once some are ready', async () => {
      const { catalog } = await setUp();
      await catalog.addAlerts([1, 2, 3, 4].map(newAlert));
      expect(await catalog.alertRange()).toBeUndefined();
      await catalog.markAlertsReady([2, 3]);
      expect(await catalog.alertRange()).toEqual({ first: 2, last: 3, lastOrder: 2 });
    });
  });
}
