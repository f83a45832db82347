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
        { ...first, attempt: 1, state: 'pending' },
        { ...first, attempt: 1, state: 'pending' },
      ]);
      await catalog.markAlertsReady([1]);
      const later = { ...first, base: '/elsewhere' };
      expect(await catalog.addAlerts([later])).toEqual([{ ...first, attempt: 1, state: 'ready' }]);
      expect((await catalog.alerts([2, 1])).map((row) => row?.number)).toEqual([undefined, 1]);
    });

    it('become ready once: the numbers of those that did are returned', async () => {
      const { catalog } = await setUp();
      await catalog.addAlerts([1, 2, 3].map(newAlert));
      expect(await catalog.markAlertsReady([3, 1, 3, 9])).toEqual([3, 1]);
      expect(await catalog.markAlertsReady([1, 2, 3])).toEqual([2]);
      expect(await catalog.markAlertsReady([1, 2, 3])).toEqual([]);
      expect((await catalog.readyAfter(0, 9)).map(({ number }) => number)).toEqual([3, 1, 2]);
    });

    it('enter the next attempt once for each attempt, while they are pending', async () => {
      const { catalog } = await setUp();
      await catalog.addAlerts([1, 2].map(newAlert));
      const second = { ...newAlert(1), attempt: 2, state: 'pending' };
      expect(await catalog.nextAlertAttempt([{ number: 1, attempt: 1 }])).toEqual([second]);
      expect(
        await catalog.nextAlertAttempt([
          { number: 1, attempt: 1 },
          { number: 9, attempt: 1 },
        ]),
      ).toEqual([second]);
      await catalog.markAlertsReady([1]);
      const ready = { ...second, state: 'ready' };
      expect(await catalog.nextAlertAttempt([{ number: 1, attempt: 2 }])).toEqual([ready]);
      expect(await catalog.alerts([1, 2])).toEqual([ready, { ...newAlert(2), attempt: 1, state: 'pending' }]);
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
