import { describe, expect, it } from 'vitest';
import { newAlert } from '../../support/samples.ts';
import type { MakeStand } from './stand.ts';

/** The rows of alerts. */
export function alertsContract(stand: MakeStand): void {
  describe('alerts', () => {
    it('are entered once, and become ready', async () => {
      const { catalog } = await stand();
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

    it('that are ready have a range', async () => {
      const { catalog } = await stand();
      await catalog.addAlerts([1, 2, 3, 4].map(newAlert));
      expect(await catalog.alertRange()).toBeUndefined();
      await catalog.markAlertsReady([2, 3]);
      expect(await catalog.alertRange()).toEqual({ first: 2, last: 3, lastOrder: 2 });
    });
  });
}
