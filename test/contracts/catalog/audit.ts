import { describe, expect, it } from 'vitest';
import type { ImageId } from '../../../src/domain/records.ts';
import { auditOf } from '../../support/audit.ts';
import { deadLetter, levels, newAlert, newOutcome, positionAt } from '../../support/samples.ts';
import type { CatalogFaults } from './faults.ts';
import { addReadyImages, closedPipeline, id, L2, makeEventsReady, publishAt, type SetUpCatalog } from './setup.ts';

/** Counts, the pages of a snapshot, and the audit that reads them. */
export function auditContract(setUp: SetUpCatalog): void {
  describe('the audit', () => {
    it('counts every row, and finds no fault in an intact catalog', async () => {
      const { catalog } = await setUp();
      await closedPipeline(catalog);
      await addReadyImages(catalog, 1, 'sky');
      expect(await auditOf(catalog, L2)).toEqual({
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
            idle: false,
            outcomes: { first: 1, unchanged: 1, changed: 1, size_changed: 0, dead: 0 },
            judged: [
              {
                technique: L2,
                threshold: levels(0),
                outcomes: { first: 1, unchanged: 1, changed: 1, size_changed: 0, dead: 0 },
              },
            ],
            open: 1,
          },
        ],
        openImages: [{ image: id(1, 'sky'), technique: L2, position: null }],
        openEvents: [],
        oldestOpen: { ...id(1, 'sky'), receivedAt: '2026-01-02T03:04:05.678Z' },
        faults: [],
      });
    });

    it('covers each technique in use, or the given one if none is', async () => {
      const { catalog } = await setUp();
      await addReadyImages(catalog, 1);
      const open = async () => (await auditOf(catalog, L2)).openImages.map(({ technique }) => technique);
      expect(await open()).toEqual([L2]);
      await catalog.setThreshold('mse@1', levels(0));
      expect(await open()).toEqual(['mse@1']);
      await catalog.setThreshold(L2, levels(0));
      await catalog.addOutcomes([newOutcome(id(1), 'first')]);
      expect(await open()).toEqual(['mse@1']);
      expect((await auditOf(catalog, L2)).analyzed).toBe(0);
    });

    it('lists an image whose event is pending, and then the event until its alert is ready', async () => {
      const { catalog } = await setUp();
      await catalog.setThreshold(L2, levels(0));
      await addReadyImages(catalog, 3);
      await publishAt(catalog, [{ ...id(2), position: positionAt(1) }]);
      await catalog.addOutcomes([newOutcome(id(1), 'first'), ...[2, 3].map((n) => newOutcome(id(n), 'changed'))]);
      await makeEventsReady(catalog, [2]);
      const position = positionAt(0, { topic: 'image_event_alert' });
      await catalog.markEventsPublished([{ number: 2, position }]);
      expect(await auditOf(catalog, L2)).toMatchObject({
        analyzed: 2,
        openImages: [{ image: id(2), technique: L2, position: positionAt(1) }],
        openEvents: [{ number: 2, technique: L2, image: id(3), position }],
        faults: [],
      });
      await makeEventsReady(catalog, [1]);
      await catalog.addAlerts([newAlert(2)]);
      await catalog.markAlertsReady([2]);
      expect(await auditOf(catalog, L2)).toMatchObject({
        analyzed: 3,
        openImages: [],
        openEvents: [{ number: 1, technique: L2, image: id(2), position: null }],
      });
    });

    it('does not list events that a dead letter closes', async () => {
      const { catalog } = await setUp();
      await addReadyImages(catalog, 2);
      await catalog.addOutcomes([1, 2].map((number) => newOutcome(id(number), 'changed')));
      await makeEventsReady(catalog, [1, 2]);
      await catalog.addDeadLetters([deadLetter({ stage: 'alert', event: 2 })]);
      expect((await auditOf(catalog, L2)).openEvents.map(({ number }) => number)).toEqual([1]);
    });

    it.each<[string, (faults: CatalogFaults) => Promise<void>, string]>([
      ['an image in the middle', (faults) => faults.loseImages([id(2)]), 'image default/2'],
      ['the last image', (faults) => faults.loseImages([id(3)]), 'image default/3'],
      ['the reference of an outcome', (faults) => faults.loseImages([id(2)]), 'outcome l2@2 default/3'],
      ['the image of an outcome', (faults) => faults.loseImages([id(1)]), 'outcome l2@2 default/1'],
      ['an event', (faults) => faults.loseEvents([1]), 'event 1'],
      ['the event of a change', (faults) => faults.loseEvents([1]), 'outcome l2@2 default/3'],
      ['the event of an alert', (faults) => faults.loseEvents([1]), 'alert 1'],
      ['the outcome of an event', (faults) => faults.loseOutcomes(L2, [id(3)]), 'event 1'],
      ['the row of a stream', (faults) => faults.loseStream('default'), 'stream default'],
      ['the last number of a stream', (faults) => faults.setLastNumber('default', 2), 'stream default'],
      ['the last event number', (faults) => faults.setLastEvent(0), 'event 1'],
    ])('reports a fault if %s is lost', async (_, lose, key) => {
      const { catalog, faults } = await setUp();
      await closedPipeline(catalog);
      await lose(faults);
      const found = (await auditOf(catalog, L2)).faults;
      expect(found.map((fault) => fault.key)).toContain(key);
    });

    it('reports a dead outcome without its dead letter', async () => {
      const { catalog, faults } = await setUp();
      await addReadyImages(catalog, 1);
      await catalog.addOutcomes([newOutcome(id(1), 'dead')]);
      expect((await auditOf(catalog, L2)).faults).toEqual([]);
      await faults.loseDeadLetters();
      expect((await auditOf(catalog, L2)).faults).toEqual([
        { key: 'outcome l2@2 default/1', what: 'it is dead, but its dead letter is missing' },
      ]);
    });

    it('reports each missing number, and a count if many are missing', async () => {
      const { catalog, faults } = await setUp();
      const between = (first: number, last: number) =>
        Array.from({ length: last - first + 1 }, (_, index) => id(first + index));
      await addReadyImages(catalog, 150);
      await faults.loseImages(between(10, 12));
      expect((await auditOf(catalog, L2)).faults.map(({ key }) => key)).toEqual([
        'image default/10',
        'image default/11',
        'image default/12',
      ]);
      await faults.loseImages(between(21, 150));
      const found = (await auditOf(catalog, L2)).faults;
      expect(found).toHaveLength(3 + 100 + 1);
      expect(found.at(-1)).toEqual({ key: 'image default/121', what: 'and 29 more after it are missing' });
    });
  });

  describe('the pages of a snapshot', () => {
    const names = (rows: readonly ImageId[]) => rows.map(({ stream, number }) => `${stream}/${number}`);
    const numbers = (rows: readonly { readonly number: number }[]) => rows.map(({ number }) => number);

    it('have each row once, in the order of their keys', async () => {
      const { catalog } = await setUp();
      await addReadyImages(catalog, 3);
      await addReadyImages(catalog, 2, 'sky');
      await catalog.addOutcomes([1, 2, 3].map((number) => newOutcome(id(number), 'changed')));
      await catalog.addOutcomes([newOutcome(id(1, 'sky'), 'dead')]);
      await catalog.addAlerts([1, 2, 3].map(newAlert));
      await catalog.addDeadLetters([2, 3].map((event) => deadLetter({ stage: 'alert', event })));
      await catalog.snapshot(async (pages) => {
        expect(names(await pages.imagePage(undefined, 2))).toEqual(['default/1', 'default/2']);
        expect(names(await pages.imagePage(id(2), 2))).toEqual(['default/3', 'sky/1']);
        expect(names(await pages.imagePage(id(2, 'sky'), 2))).toEqual([]);
        const outcomes = await pages.outcomePage(L2, id(2), 2);
        expect(names(outcomes.map(({ image }) => image))).toEqual(['default/3', 'sky/1']);
        expect(outcomes.map(({ event }) => event?.number)).toEqual([3, undefined]);
        expect(await pages.outcomePage('mse@1', undefined, 9)).toEqual([]);
        expect(await pages.deadImagePage(L2, undefined, 9)).toEqual([{ ...id(1, 'sky'), replayed: false }]);
        expect(await pages.deadImagePage(L2, id(1, 'sky'), 9)).toEqual([]);
        expect(numbers(await pages.eventPage(0, 2))).toEqual([1, 2]);
        expect(numbers(await pages.eventPage(2, 2))).toEqual([3]);
        expect(numbers(await pages.alertRowPage(1, 9))).toEqual([2, 3]);
        expect(await pages.deadEventPage(0, 1)).toEqual([2]);
        expect(await pages.deadEventPage(2, 9)).toEqual([3]);
        expect(await pages.lastEvent()).toBe(3);
        expect(await pages.streams()).toEqual([
          { stream: 'default', lastNumber: 3 },
          { stream: 'sky', lastNumber: 2 },
        ]);
      });
    });

    it('do not see later writes, and do not block writers', async () => {
      const { catalog, open } = await setUp();
      await closedPipeline(catalog);
      const other = await open();
      await catalog.snapshot(async (pages) => {
        expect((await pages.counts()).images).toBe(3);
        await addReadyImages(other, 2);
        await addReadyImages(catalog, 1, 'sky');
        await catalog.addOutcomes([newOutcome(id(4), 'changed')]);
        expect((await pages.counts()).images).toBe(3);
        expect(names(await pages.imagePage(undefined, 9))).toEqual(['default/1', 'default/2', 'default/3']);
        expect(numbers(await pages.eventPage(0, 9))).toEqual([1]);
      });
      expect((await catalog.counts()).images).toBe(6);
    });
  });
}
