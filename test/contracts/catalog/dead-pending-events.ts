import { describe, expect, it } from 'vitest';
import type { Catalog } from '../../../src/ports/catalog/catalog.ts';
import { auditOf } from '../../support/audit.ts';
import { deadLetter, levels, newAlert, newOutcome, positionAt } from '../../support/samples.ts';
import { addReadyImages, id, L2, makeEventsReady, publishAt, type SetUpCatalog } from './setup.ts';

const AT = '2026-02-03T04:05:06.789Z';
const MSE = 'mse@1';
const RANGE = { stream: 'default', first: 1, last: 2 };
const LETTER = deadLetter({ image: id(2), technique: L2, event: 1, position: positionAt(4) });

/** Adds two images, of which a technique has found the second changed; its event is pending. */
async function pendingEvent(catalog: Catalog): Promise<void> {
  await catalog.setThreshold(L2, levels(0));
  await addReadyImages(catalog, 2);
  await publishAt(catalog, [{ ...id(2), position: positionAt(4) }]);
  await catalog.addOutcomes([newOutcome(id(1), 'first'), newOutcome(id(2), 'changed')]);
}

/** Everything that says whether the image or the event is open. */
async function openIn(catalog: Catalog) {
  const nowhere = { bus: 'embedded', ranges: [] };
  const images = await catalog.undeliverableImages(L2, nowhere, 'default', 0, 9);
  const { openImages, openEvents, oldestOpen, techniques } = await catalog.counts();
  const audit = await auditOf(catalog, L2);
  expect(audit.faults).toEqual([]);
  return {
    anyOpen: await catalog.anyOpen(),
    images: images.map(({ image }) => image.number),
    streams: await catalog.undeliverableStreams(L2, nowhere),
    events: (await catalog.undeliverableEvents(nowhere, 0, 9)).map(({ number }) => number),
    counted: { openImages, openEvents, oldest: oldestOpen?.number, open: techniques[0]?.open },
    audited: { images: audit.openImages.length, events: audit.openEvents.length, analyzed: audit.analyzed },
    first: await catalog.firstOpen(L2, RANGE),
  };
}

const NOTHING_OPEN = {
  anyOpen: { images: false, events: false },
  images: [],
  streams: [],
  events: [],
  counted: { openImages: 0, openEvents: 0, oldest: undefined, open: 0 },
  audited: { images: 0, events: 0, analyzed: 2 },
  first: undefined,
};
const IMAGE_OPEN = {
  anyOpen: { images: true, events: false },
  images: [2],
  streams: ['default'],
  events: [],
  counted: { openImages: 1, openEvents: 0, oldest: 2, open: 1 },
  audited: { images: 1, events: 0, analyzed: 1 },
  first: 2,
};
const EVENT_OPEN = {
  ...NOTHING_OPEN,
  anyOpen: { images: false, events: true },
  events: [1],
  counted: { ...NOTHING_OPEN.counted, openEvents: 1 },
  audited: { ...NOTHING_OPEN.audited, events: 1 },
  first: 2,
};

/** A dead letter of the analyze stage settles its image, also while the image's event is pending. */
export function deadPendingEventsContract(setUp: SetUpCatalog): void {
  describe('an image whose event is pending', () => {
    it('is settled by a dead letter of the analyze stage, and opened again by its replay', async () => {
      const { catalog, open } = await setUp();
      await pendingEvent(catalog);
      expect(await openIn(catalog)).toEqual(IMAGE_OPEN);
      await catalog.addDeadLetters([LETTER]);
      expect(await openIn(await open())).toEqual(NOTHING_OPEN);
      expect(await catalog.tally(L2, RANGE)).toMatchObject({ events: 1, alerts: 0, deadLetters: 1 });
      await catalog.replayImages([1], AT);
      expect(await openIn(await open())).toEqual(IMAGE_OPEN);
      const [replayed] = await catalog.undeliverableImages(L2, { bus: 'embedded', ranges: [] }, 'default', 0, 9);
      expect(replayed).toMatchObject({ position: null, publications: 0 });
      expect(await catalog.tally(L2, RANGE)).toMatchObject({ events: 1, alerts: 0, deadLetters: 0 });
    });

    it('is settled again by another dead letter after the replay, and for good by a drop', async () => {
      const { catalog } = await setUp();
      await pendingEvent(catalog);
      await catalog.addDeadLetters([LETTER]);
      await catalog.replayImages([1], AT);
      await catalog.addDeadLetters([{ ...LETTER, position: positionAt(5) }]);
      expect(await openIn(catalog)).toEqual(NOTHING_OPEN);
      await catalog.dropDeadLetters([2], AT);
      await catalog.replayImages([2], AT);
      expect(await openIn(catalog)).toEqual(NOTHING_OPEN);
    });

    it('stays settled when the dead letter of another message replaces its own', async () => {
      const { catalog } = await setUp();
      await pendingEvent(catalog);
      await catalog.addDeadLetters([LETTER]);
      await catalog.addDeadLetters([{ ...LETTER, position: positionAt(5) }]);
      expect(await openIn(catalog)).toEqual(NOTHING_OPEN);
    });

    it('is open again if its dead letter is removed', async () => {
      const { catalog } = await setUp();
      await pendingEvent(catalog);
      await catalog.addDeadLetters([LETTER]);
      await catalog.removeDeadLetters([1]);
      expect(await openIn(catalog)).toEqual(IMAGE_OPEN);
    });

    it('is settled for the technique of the dead letter alone', async () => {
      const { catalog } = await setUp();
      await pendingEvent(catalog);
      await catalog.setThreshold(MSE, levels(0));
      await catalog.addOutcomes([
        newOutcome(id(1), 'first', { technique: MSE }),
        newOutcome(id(2), 'changed', { technique: MSE }),
      ]);
      await catalog.addDeadLetters([deadLetter({ image: id(2), technique: MSE, event: 2 })]);
      const numbers = async (technique: string) =>
        (await catalog.undeliverableImages(technique, { bus: 'embedded', ranges: [] }, 'default', 0, 9)).length;
      expect([await numbers(L2), await numbers(MSE)]).toEqual([1, 0]);
      expect((await catalog.counts()).techniques.map(({ open }) => open)).toEqual([1, 0]);
    });

    it('stays settled when its technique was idle meanwhile, and is opened by a replay only while it is active', async () => {
      const { catalog } = await setUp();
      await pendingEvent(catalog);
      await catalog.addDeadLetters([LETTER]);
      const later = new Date(Date.now() + 60_000).toISOString();
      expect(await catalog.retireIdle(later)).toEqual([L2]);
      await catalog.keepActive(L2);
      expect(await openIn(catalog)).toEqual(NOTHING_OPEN);
      await catalog.retireIdle(later);
      await catalog.replayImages([1], AT);
      expect((await catalog.counts()).openImages).toBe(0);
      await catalog.keepActive(L2);
      expect((await catalog.counts()).openImages).toBe(1);
    });
  });

  describe('an event that has become ready', () => {
    it('is owed its alert, whatever dead letter of the analyze stage is left', async () => {
      const { catalog } = await setUp();
      await pendingEvent(catalog);
      await catalog.addDeadLetters([LETTER]);
      await makeEventsReady(catalog, [1]);
      expect(await openIn(catalog)).toEqual(EVENT_OPEN);
      await catalog.removeDeadLetters([1]);
      expect(await openIn(catalog)).toEqual(EVENT_OPEN);
    });

    it('is settled by a dead letter of the alert stage', async () => {
      const { catalog } = await setUp();
      await pendingEvent(catalog);
      await makeEventsReady(catalog, [1]);
      await catalog.addDeadLetters([deadLetter({ stage: 'alert', image: id(2), technique: L2, event: 1 })]);
      expect(await openIn(catalog)).toEqual(NOTHING_OPEN);
      await catalog.addAlerts([newAlert(1)]);
      await catalog.markAlertsReady([1]);
      expect(await openIn(catalog)).toEqual(NOTHING_OPEN);
    });
  });
}
