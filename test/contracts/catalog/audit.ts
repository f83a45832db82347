import { describe, expect, it } from 'vitest';
import { deadLetter, levels, newAlert, newOutcome, placeAt } from '../../support/samples.ts';
import { addImages, closedPipeline, id, L2, type MakeStand } from './stand.ts';

/** The catalog counted and held together, at one moment. */
export function auditContract(stand: MakeStand): void {
  describe('the audit', () => {
    it('counts what there is, and finds no fault where there is none', async () => {
      const { catalog } = await stand();
      await closedPipeline(catalog);
      await addImages(catalog, 1, 'sky');
      expect(await catalog.audit(L2)).toEqual({
        images: 4,
        analyzed: 3,
        events: 1,
        alerts: 1,
        deadLetters: 0,
        streams: [
          { stream: 'default', images: 3, events: 1, lastNumber: 3 },
          { stream: 'sky', images: 1, events: 0, lastNumber: 1 },
        ],
        techniques: [
          {
            technique: L2,
            threshold: levels(0),
            outcomes: { first: 1, unchanged: 1, changed: 1, size_changed: 0, dead: 0 },
          },
        ],
        openImages: [{ image: id(1, 'sky'), technique: L2, position: null }],
        openEvents: [],
        oldestOpen: { ...id(1, 'sky'), receivedAt: '2026-01-02T03:04:05.678Z' },
        faults: [],
      });
    });

    it('is for the technique asked for where none is in use, and else for each in use', async () => {
      const { catalog } = await stand();
      await addImages(catalog, 1);
      const open = async () => (await catalog.audit(L2)).openImages.map(({ technique }) => technique);
      expect(await open()).toEqual([L2]);
      await catalog.setThreshold('mse@1', levels(0));
      expect(await open()).toEqual(['mse@1']);
      await catalog.setThreshold(L2, levels(0));
      await catalog.addOutcomes([newOutcome(id(1), 'first')]);
      expect(await open()).toEqual(['mse@1']);
      expect((await catalog.audit(L2)).analyzed).toBe(0);
    });

    it('names the events without a ready alert, with their positions, unless a dead letter closes them', async () => {
      const { catalog } = await stand();
      await addImages(catalog, 3);
      await catalog.markImagesPublished([{ ...id(2), position: placeAt(1) }]);
      await catalog.addOutcomes([2, 3].map((number) => newOutcome(id(number), 'changed')));
      const eventPlace = placeAt(0, { topic: 'image_event_alert' });
      await catalog.markEventsPublished([{ number: 1, position: eventPlace }]);
      await catalog.addAlerts([newAlert(1)]);
      expect((await catalog.audit(L2)).openEvents).toEqual([
        { number: 1, technique: L2, position: eventPlace, imagePosition: placeAt(1) },
        { number: 2, technique: L2, position: null, imagePosition: null },
      ]);
      await catalog.markAlertsReady([1]);
      await catalog.addDeadLetters([deadLetter({ stage: 'alert', event: 2 })]);
      expect((await catalog.audit(L2)).openEvents).toEqual([]);
    });

    it.each([
      ['an image in the middle', 'DELETE FROM image WHERE number = 2', 'image default/2'],
      ['the last image', 'DELETE FROM image WHERE number = 3', 'image default/3'],
      ['the reference of an outcome', 'DELETE FROM image WHERE number = 2', 'outcome l2@1 default/3'],
      ['the image of an outcome', 'DELETE FROM image WHERE number = 1', 'outcome l2@1 default/1'],
      ['an event', 'DELETE FROM event', 'event 1'],
      ['the event of a change', 'DELETE FROM event', 'outcome l2@1 default/3'],
      ['the event of an alert', 'DELETE FROM event', 'alert 1'],
      ['the outcome of an event', "DELETE FROM outcome WHERE kind = 'changed'", 'event 1'],
      ['the row of a stream', 'DELETE FROM stream', 'stream default'],
      ['the last number of a stream', 'UPDATE stream SET last_number = 2', 'stream default'],
      ['the last event number', 'UPDATE pipeline SET last_event = 0', 'event 1'],
    ])('names what is wrong where %s is gone', async (_, sql, key) => {
      const { catalog, tamper } = await stand();
      await closedPipeline(catalog);
      await tamper(sql);
      const { faults } = await catalog.audit(L2);
      expect(faults.map((fault) => fault.key)).toContain(key);
    });

    it('names an outcome that is dead without its letter', async () => {
      const { catalog, tamper } = await stand();
      await addImages(catalog, 1);
      await catalog.addOutcomes([newOutcome(id(1), 'dead')]);
      expect((await catalog.audit(L2)).faults).toEqual([]);
      await tamper('DELETE FROM dead_letter');
      expect((await catalog.audit(L2)).faults).toEqual([
        { key: 'outcome l2@1 default/1', what: 'it is dead, but its dead letter is missing' },
      ]);
    });

    it('names each number of a hole, and counts where there are many', async () => {
      const { catalog, tamper } = await stand();
      await addImages(catalog, 150);
      await tamper('DELETE FROM image WHERE number BETWEEN 10 AND 12');
      expect((await catalog.audit(L2)).faults.map(({ key }) => key)).toEqual([
        'image default/10',
        'image default/11',
        'image default/12',
      ]);
      await tamper('DELETE FROM image WHERE number > 20');
      const { faults } = await catalog.audit(L2);
      expect(faults).toHaveLength(3 + 100 + 1);
      expect(faults.at(-1)).toEqual({ key: 'image default/121', what: 'and 29 more after it are missing' });
    });
  });
}
