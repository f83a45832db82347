import { describe, expect, it } from 'vitest';
import type { Deliverable } from '../../../src/domain/record-positions.ts';
import type { RecordPosition } from '../../../src/domain/records.ts';
import type { Catalog } from '../../../src/ports/catalog/catalog.ts';
import { deadLetter, levels, newAlert, newOutcome, positionAt } from '../../support/samples.ts';
import {
  addImages,
  addReadyImages,
  id,
  L2,
  makeEventsReady,
  makeReady,
  publishAt,
  type SetUpCatalog,
} from './setup.ts';

const NOTHING: Deliverable = { bus: 'embedded', ranges: [] };
const MSE = 'mse@1';
const AT = '2026-02-03T04:05:06.789Z';

function deliverable(...ranges: readonly [partition: number, from: number, to: number][]): Deliverable {
  return { bus: 'embedded', ranges: ranges.map(([partition, from, to]) => ({ partition, from, to })) };
}

function eventAt(offset: number, over: Partial<RecordPosition> = {}): RecordPosition {
  return positionAt(offset, { topic: 'image_event_alert', ...over });
}

/** Adds ready images, and publishes those that have a position, the first one first. */
async function published(catalog: Catalog, positions: readonly (RecordPosition | null)[]): Promise<void> {
  await addReadyImages(catalog, positions.length);
  const images = positions.map((position, index) => ({ ...id(index + 1), position }));
  await publishAt(
    catalog,
    images.flatMap((image) => (image.position === null ? [] : [{ ...image, position: image.position }])),
  );
}

/** Adds as many ready events, and publishes those that have a position, the first one first. */
async function publishedEvents(catalog: Catalog, positions: readonly (RecordPosition | null)[]): Promise<void> {
  await addReadyImages(catalog, positions.length);
  await catalog.addOutcomes(positions.map((_, index) => newOutcome(id(index + 1), 'changed')));
  await makeEventsReady(
    catalog,
    positions.map((_, index) => index + 1),
  );
  const events = positions.map((position, index) => ({ number: index + 1, position }));
  await catalog.markEventsPublished(
    events.flatMap(({ number, position }) => (position === null ? [] : [{ number, position }])),
  );
}

/** Positions around the ranges of `SOME`, and which of them are in one. */
const SOME = deliverable([0, 10, 20], [3, 0, 5]);
const AROUND: readonly [offset: number, over: Partial<RecordPosition>, isIn: boolean][] = [
  [9, {}, false],
  [10, {}, true],
  [19, {}, true],
  [20, {}, false],
  [10, { bus: 'kafka' }, false],
  [10, { partition: 3 }, false],
  [4, { partition: 3 }, true],
  [4, { partition: 2 }, false],
];
const OUTSIDE = AROUND.flatMap(([, , isIn], index) => (isIn ? [] : [index + 1]));

/** What is open, and which of it no consumer group will be delivered. */
export function undeliverableContract(setUp: SetUpCatalog): void {
  describe('open images', () => {
    const numbers = async (catalog: Catalog, of = NOTHING, after = 0, limit = 99, technique: string | null = L2) =>
      (await catalog.undeliverableImages(technique, of, 'default', after, limit)).map(({ image }) => image.number);

    it('that are undeliverable have no position, or one on another bus or outside of all ranges', async () => {
      const { catalog } = await setUp();
      await catalog.setThreshold(L2, levels(0));
      await published(catalog, [...AROUND.map(([offset, over]) => positionAt(offset, over)), null]);
      expect(await numbers(catalog, SOME)).toEqual([...OUTSIDE, AROUND.length + 1]);
      expect(await numbers(catalog)).toHaveLength(AROUND.length + 1);
      expect(await catalog.undeliverableStreams(L2, SOME)).toEqual(['default']);
    });

    it('come with their position and technique, in pages of one stream, by number', async () => {
      const { catalog } = await setUp();
      await catalog.setThreshold(L2, levels(0));
      await addReadyImages(catalog, 1, 'sky');
      await published(catalog, [null, positionAt(3), null, positionAt(4), null]);
      const of = deliverable([0, 4, 5]);
      const page = (after: number) => numbers(catalog, of, after, 2);
      expect([await page(0), await page(2), await page(3), await page(5)]).toEqual([[1, 2], [3, 5], [5], []]);
      const [first] = await catalog.undeliverableImages(L2, of, 'default', 1, 1);
      expect(first).toMatchObject({ image: id(2), technique: L2, position: positionAt(3) });
      expect(await catalog.undeliverableImages(L2, of, 'sea', 0, 9)).toEqual([]);
    });

    it('name the streams that have undeliverable ones, for each technique', async () => {
      const { catalog } = await setUp();
      for (const technique of [L2, MSE]) await catalog.setThreshold(technique, levels(0));
      for (const stream of ['sky', 'sea', 'land']) {
        await addReadyImages(catalog, 2, stream);
        await publishAt(catalog, [{ ...id(1, stream), position: positionAt(5) }]);
      }
      await publishAt(catalog, [{ ...id(2, 'sea'), position: positionAt(5) }]);
      const of = deliverable([0, 5, 6]);
      expect(await catalog.undeliverableStreams(L2, of)).toEqual(['land', 'sky']);
      await catalog.addOutcomes([newOutcome(id(2, 'sky'), 'first')]);
      expect(await catalog.undeliverableStreams(L2, of)).toEqual(['land']);
      expect(await catalog.undeliverableStreams(MSE, of)).toEqual(['land', 'sky']);
      expect(await catalog.undeliverableStreams(null, of)).toEqual([]);
    });

    it('are open for no technique while none is in use, and then for each', async () => {
      const { catalog } = await setUp();
      await published(catalog, [null, positionAt(7)]);
      const [first] = await catalog.undeliverableImages(null, NOTHING, 'default', 0, 9);
      expect(first).toEqual({ image: id(1), technique: null, position: null, publications: 0, publishedAt: null });
      expect(await catalog.undeliverableStreams(null, NOTHING)).toEqual(['default']);
      await catalog.setThreshold(L2, levels(0));
      await catalog.setThreshold(MSE, levels(0));
      await catalog.addOutcomes([newOutcome(id(1), 'first')]);
      expect(await numbers(catalog, NOTHING, 0, 9, null)).toEqual([]);
      expect(await numbers(catalog)).toEqual([2]);
      expect(await numbers(catalog, NOTHING, 0, 9, MSE)).toEqual([1, 2]);
      expect(await catalog.counts()).toMatchObject({ images: 2, openImages: 2, unpublished: 1 });
    });

    it('are open until their outcome has no event, or their event is ready', async () => {
      const { catalog } = await setUp();
      await catalog.setThreshold(L2, levels(0));
      await published(catalog, [null, null, null, null]);
      expect(await catalog.anyOpen()).toEqual({ images: true, events: false });
      await catalog.addOutcomes([
        newOutcome(id(1), 'first'),
        newOutcome(id(2), 'unchanged'),
        newOutcome(id(3), 'dead'),
        newOutcome(id(4), 'changed'),
      ]);
      expect(await numbers(catalog)).toEqual([4]);
      expect(await catalog.counts()).toMatchObject({ openImages: 1, openEvents: 0, techniques: [{ open: 1 }] });
      expect(await catalog.anyOpen()).toEqual({ images: true, events: false });
      await makeEventsReady(catalog, [1]);
      expect(await numbers(catalog)).toEqual([]);
      expect(await catalog.counts()).toMatchObject({ openImages: 0, openEvents: 1, techniques: [{ open: 0 }] });
      expect(await catalog.anyOpen()).toEqual({ images: false, events: true });
    });

    it('are open for one technique while its event is pending, whatever another technique has', async () => {
      const { catalog } = await setUp();
      for (const technique of [L2, MSE]) await catalog.setThreshold(technique, levels(0));
      await published(catalog, [null]);
      await catalog.addOutcomes([newOutcome(id(1), 'changed'), newOutcome(id(1), 'changed', { technique: MSE })]);
      await makeEventsReady(catalog, [2]);
      expect(await numbers(catalog)).toEqual([1]);
      expect(await numbers(catalog, NOTHING, 0, 9, MSE)).toEqual([]);
    });

    it('count their publications, and have the time of the latest, for each technique', async () => {
      const { catalog } = await setUp();
      await catalog.setThreshold(L2, levels(0));
      await catalog.setThreshold(MSE, levels(0));
      await published(catalog, [null, null]);
      const began = Date.now();
      for (const offset of [4, 4, 9]) await publishAt(catalog, [{ ...id(1), position: positionAt(offset) }]);
      for (const technique of [L2, MSE]) {
        const [first, second] = await catalog.undeliverableImages(technique, NOTHING, 'default', 0, 9);
        expect(first).toMatchObject({ position: positionAt(9), publications: 3 });
        expect(Date.parse(first?.publishedAt ?? '')).toBeGreaterThanOrEqual(began - 1);
        expect(Date.parse(first?.publishedAt ?? '')).toBeLessThanOrEqual(Date.now() + 1);
        expect(second).toMatchObject({ position: null, publications: 0, publishedAt: null });
      }
    });

    it('start to count publications again when they are replayed', async () => {
      const { catalog } = await setUp();
      await catalog.setThreshold(L2, levels(0));
      await published(catalog, [positionAt(1)]);
      await publishAt(catalog, [{ ...id(1), position: positionAt(2) }]);
      await catalog.addOutcomes([newOutcome(id(1), 'dead')]);
      expect(await numbers(catalog)).toEqual([]);
      await catalog.replayImages([1], AT);
      const open = () => catalog.undeliverableImages(L2, NOTHING, 'default', 0, 9);
      expect(await open()).toMatchObject([{ position: null, publications: 0, publishedAt: null }]);
      await publishAt(catalog, [{ ...id(1), position: positionAt(3) }]);
      expect(await open()).toMatchObject([{ position: positionAt(3), publications: 1 }]);
    });

    it('are ready ones: a pending one is not open, nor counted', async () => {
      const { catalog } = await setUp();
      await catalog.setThreshold(L2, levels(0));
      await addImages(catalog, 2);
      expect(await catalog.anyOpen()).toEqual({ images: false, events: false });
      await makeReady(catalog, [id(1)]);
      expect(await numbers(catalog)).toEqual([1]);
      expect(await catalog.counts()).toMatchObject({
        images: 1,
        openImages: 1,
        unpublished: 1,
        oldestOpen: id(1),
        streams: [{ stream: 'default', images: 1, lastNumber: 2 }],
      });
    });
  });

  describe('open events', () => {
    const numbers = async (catalog: Catalog, of = NOTHING, after = 0, limit = 99) =>
      (await catalog.undeliverableEvents(of, after, limit)).map(({ number }) => number);

    it('that are undeliverable have no position, or one on another bus or outside of all ranges', async () => {
      const { catalog } = await setUp();
      await publishedEvents(catalog, [...AROUND.map(([offset, over]) => eventAt(offset, over)), null]);
      expect(await numbers(catalog, SOME)).toEqual([...OUTSIDE, AROUND.length + 1]);
      expect(await numbers(catalog)).toHaveLength(AROUND.length + 1);
    });

    it('come in pages, by number', async () => {
      const { catalog } = await setUp();
      await publishedEvents(catalog, [null, eventAt(3), null, eventAt(4), null]);
      const page = (after: number) => numbers(catalog, deliverable([0, 4, 5]), after, 2);
      expect([await page(0), await page(2), await page(3), await page(5)]).toEqual([[1, 2], [3, 5], [5], []]);
    });

    it('come with their position and that of their image', async () => {
      const { catalog } = await setUp();
      await publishedEvents(catalog, [eventAt(2, { partition: 5 }), null]);
      await publishAt(catalog, [{ ...id(1), position: positionAt(8) }]);
      expect(await catalog.undeliverableEvents(NOTHING, 0, 9)).toEqual([
        {
          number: 1,
          technique: L2,
          position: eventAt(2, { partition: 5 }),
          imagePosition: positionAt(8),
          publications: 1,
          publishedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        },
        { number: 2, technique: L2, position: null, imagePosition: null, publications: 0, publishedAt: null },
      ]);
    });

    it('are open from when they are ready until their alert is ready', async () => {
      const { catalog } = await setUp();
      await addReadyImages(catalog, 2);
      await catalog.addOutcomes([1, 2].map((number) => newOutcome(id(number), 'changed')));
      expect(await numbers(catalog)).toEqual([]);
      expect((await catalog.counts()).openEvents).toBe(0);
      await makeEventsReady(catalog, [1, 2]);
      await catalog.addAlerts([newAlert(1)]);
      expect(await numbers(catalog)).toEqual([1, 2]);
      await catalog.markAlertsReady([1]);
      expect(await numbers(catalog)).toEqual([2]);
      expect((await catalog.counts()).openEvents).toBe(1);
    });

    it('are closed by a dead letter until it is replayed', async () => {
      const { catalog } = await setUp();
      await publishedEvents(catalog, [eventAt(1), eventAt(2)]);
      await catalog.addDeadLetters([deadLetter({ stage: 'alert', event: 1, position: eventAt(1) })]);
      expect(await numbers(catalog)).toEqual([2]);
      expect((await catalog.counts()).openEvents).toBe(1);
      await catalog.replayEvents([{ id: 1, position: eventAt(9) }], AT);
      expect(await numbers(catalog)).toEqual([1, 2]);
      expect(await numbers(catalog, deliverable([0, 9, 10]))).toEqual([2]);
    });

    it('count their publications, those of a replay included', async () => {
      const { catalog } = await setUp();
      await publishedEvents(catalog, [eventAt(1)]);
      await catalog.markEventsPublished([{ number: 1, position: eventAt(2) }]);
      const publications = async () => (await catalog.undeliverableEvents(NOTHING, 0, 1))[0]?.publications;
      expect(await publications()).toBe(2);
      await catalog.addDeadLetters([deadLetter({ stage: 'alert', event: 1, position: eventAt(2) })]);
      await catalog.replayEvents([{ id: 1, position: eventAt(3) }], AT);
      expect(await publications()).toBe(3);
    });
  });

  it('a topic may have more than a thousand partitions', async () => {
    const { catalog } = await setUp();
    await catalog.setThreshold(L2, levels(0));
    await published(catalog, [positionAt(5, { partition: 1099 }), positionAt(6, { partition: 1099 })]);
    await publishedEvents(catalog, []);
    const of = deliverable(
      ...Array.from({ length: 1100 }, (_, partition): [number, number, number] => [partition, 0, 6]),
    );
    const images = await catalog.undeliverableImages(L2, of, 'default', 0, 9);
    expect(images.map(({ image }) => image.number)).toEqual([2]);
    expect(await catalog.undeliverableStreams(L2, of)).toEqual(['default']);
    expect(await catalog.undeliverableEvents(of, 0, 9)).toEqual([]);
  });
}
