import { describe, expect, it } from 'vitest';
import { deadLetter, newAlert, placeAt } from '../../support/samples.ts';
import { L2, type MakeStand } from './stand.ts';

/** The rows of alerts and dead letters. */
export function alertsContract(stand: MakeStand): void {
  describe('alerts and dead letters', () => {
    it('enter an alert once, and make it ready', async () => {
      const { catalog } = await stand();
      const first = newAlert(1);
      expect(await catalog.addAlerts([first, first])).toEqual([
        { how: 'added', row: { ...first, state: 'pending' } },
        { how: 'exists', row: { ...first, state: 'pending' } },
      ]);
      await catalog.alertsReady([1]);
      const later = { ...first, base: '/elsewhere' };
      expect(await catalog.addAlerts([later])).toEqual([{ how: 'exists', row: { ...first, state: 'ready' } }]);
      expect((await catalog.alerts([2, 1])).map((row) => row?.number)).toEqual([undefined, 1]);
    });

    it('tell the range of the alerts that are ready', async () => {
      const { catalog } = await stand();
      await catalog.addAlerts([1, 2, 3, 4].map(newAlert));
      expect(await catalog.alertRange()).toBeUndefined();
      await catalog.alertsReady([2, 3]);
      expect(await catalog.alertRange()).toEqual({ first: 2, last: 3 });
    });

    it('keep a dead letter once', async () => {
      const { catalog } = await stand();
      const letter = deadLetter({ place: placeAt(1) });
      await catalog.addDeadLetters([letter, letter]);
      await catalog.addDeadLetters([letter]);
      expect((await catalog.audit(L2)).deadLetters).toBe(1);
      await catalog.addDeadLetters([
        { ...letter, place: placeAt(2) },
        { ...letter, stage: 'alert' },
      ]);
      expect((await catalog.audit(L2)).deadLetters).toBe(3);
    });
  });
}
