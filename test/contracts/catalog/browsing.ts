import { describe, expect, it } from 'vitest';
import type { OutcomeKind } from '../../../src/domain/records.ts';
import type { Threshold } from '../../../src/domain/threshold.ts';
import type { AlertFilter, AlertPage, Below, TimeRange } from '../../../src/ports/catalog/browsing.ts';
import type { Catalog } from '../../../src/ports/catalog/catalog.ts';
import { cleanCatalog } from '../../support/clean-catalog.ts';
import { CAPTURE, deadLetter, levels, newAlert, newImage, newOutcome, positionAt } from '../../support/samples.ts';
import {
  addPictures,
  addReadyImages,
  closedPipeline,
  id,
  L2,
  makeEventsReady,
  makeReady,
  type SetUpCatalog,
} from './setup.ts';

const CHANGED = 'changed@2';
const DECODES = { verdict: 'decodes', width: 4, height: 3 } as const;
const RECEIVED = '2026-01-02T03:04:05.678Z';

/** The time at which alert `number` is raised: that many minutes past three. */
export function minute(number: number): string {
  return `2026-01-02T03:0${number}:00.000Z`;
}

/**
 * Adds two streams, two techniques and six events. Their alerts, except the fifth, became ready in the order 1, 2, 4, 3, 6.
 * By number, technique, image and measurement: 1 l2 default/2 10 · 2 changed default/2 20 · 3 l2 default/3 size_changed ·
 * 4 l2 sky/2 30 · 5 changed default/4 20 (compared with 2) · 6 l2 default/4 5.
 */
async function browsable(catalog: Catalog): Promise<void> {
  await addReadyImages(catalog, 4);
  await addReadyImages(catalog, 2, 'sky');
  const changed = (number: number, measurement: number, over: { technique?: string; reference?: number } = {}) =>
    newOutcome(id(number), 'changed', { measurement, ...over });
  await catalog.addOutcomes([
    newOutcome(id(1), 'first', { facts: [{ ...id(1), fact: DECODES }] }),
    changed(2, 10),
    changed(2, 20, { technique: CHANGED }),
    newOutcome(id(3), 'size_changed', {
      facts: [{ ...id(3), fact: { verdict: 'decodes', width: 8, height: 6 } }],
    }),
    newOutcome(id(2, 'sky'), 'changed', { measurement: 30 }),
    changed(4, 20, { technique: CHANGED, reference: 2 }),
    changed(4, 5),
  ]);
  await makeEventsReady(catalog, [1, 2, 3, 4, 5, 6]);
  await catalog.addAlerts([1, 2, 3, 4, 5, 6].map((number) => ({ ...newAlert(number), alertedAt: minute(number) })));
  await catalog.markAlertsReady([1, 2, 4]);
  await catalog.markAlertsReady([3, 6]);
}

/** The numbers of the alerts on a page. */
export async function numbers(
  catalog: Catalog,
  filter: AlertFilter,
  page: AlertPage = { limit: 9 },
): Promise<number[]> {
  return (await catalog.alertPage(filter, page)).map(({ alert }) => alert.number);
}

/** The browsing queries. */
export function browsingContract(setUp: SetUpCatalog): void {
  describe('a page of alerts', () => {
    it('has each alert with its event, its image and its reference', async () => {
      const { catalog } = await setUp();
      await browsable(catalog);
      const [image, reference] = await catalog.images([id(4), id(2)]);
      await catalog.markAlertsReady([5]);
      expect(await catalog.alertPage({}, { before: 6, limit: 1 })).toEqual([
        {
          alert: { ...newAlert(5), alertedAt: minute(5), attempt: 1, state: 'ready' },
          event: (await catalog.events([5]))[0],
          image,
          reference,
        },
      ]);
      expect([image?.number, reference?.number]).toEqual([4, 2]);
    });

    it.each<[AlertPage, number[]]>([
      [{ limit: 9 }, [6, 4, 3, 2, 1]],
      [{ limit: 2 }, [6, 4]],
      [{ before: 4, limit: 2 }, [3, 2]],
      [{ before: 5, limit: 1 }, [4]],
      [{ before: 1, limit: 9 }, []],
      [{ after: 1, limit: 2 }, [3, 2]],
      [{ after: 4, limit: 2 }, [6]],
      [{ after: 0, limit: 1 }, [1]],
      [{ after: 6, limit: 9 }, []],
    ])('%j has the ready alerts, the highest number first', async (page, expected) => {
      const { catalog } = await setUp();
      await browsable(catalog);
      expect(await numbers(catalog, {}, page)).toEqual(expected);
    });

    it.each<[AlertFilter, number[]]>([
      [{ stream: 'default' }, [6, 3, 2, 1]],
      [{ stream: 'sky' }, [4]],
      [{ stream: 'sea' }, []],
      [{ technique: L2 }, [6, 4, 3, 1]],
      [{ technique: CHANGED }, [2]],
      [{ technique: 'l2' }, []],
      [{ from: minute(2) }, [6, 4, 3, 2]],
      [{ to: minute(4) }, [3, 2, 1]],
      [{ from: minute(2), to: minute(4) }, [3, 2]],
      [{ from: minute(3), to: minute(3) }, []],
      [{ minMeasurement: 0 }, [6, 4, 2, 1]],
      [{ minMeasurement: 10 }, [4, 2, 1]],
      [{ minMeasurement: 10.5 }, [4, 2]],
      [{ minMeasurement: 31 }, []],
      [{ stream: 'default', technique: L2 }, [6, 3, 1]],
      [{ stream: 'sky', technique: CHANGED }, []],
      [{ stream: 'default', from: minute(2), to: minute(6) }, [3, 2]],
      [{ technique: L2, from: minute(2), minMeasurement: 5 }, [6, 4]],
      [{ stream: 'default', technique: L2, from: minute(1), to: minute(7), minMeasurement: 6 }, [1]],
    ])('has the alerts that match all of %j', async (filter, expected) => {
      const { catalog } = await setUp();
      await browsable(catalog);
      expect(await numbers(catalog, filter)).toEqual(expected);
    });

    it('continues from a number even if most alerts do not match', async () => {
      const { catalog } = await setUp();
      await browsable(catalog);
      expect(await numbers(catalog, { stream: 'default' }, { before: 6, limit: 2 })).toEqual([3, 2]);
      expect(await numbers(catalog, { stream: 'default' }, { before: 2, limit: 2 })).toEqual([1]);
      expect(await numbers(catalog, { stream: 'default' }, { after: 1, limit: 2 })).toEqual([3, 2]);
      expect(await numbers(catalog, { technique: L2, minMeasurement: 5 }, { after: 1, limit: 1 })).toEqual([4]);
      expect(await numbers(catalog, { to: minute(5) }, { before: 4, limit: 1 })).toEqual([3]);
    });
  });

  describe('the images of a stream', () => {
    /** Five images of a stream, received a minute after the other, of which all but the last are ready; and another stream. */
    async function received(catalog: Catalog): Promise<void> {
      const pictures = [1, 2, 3, 4, 5].map((number) => newImage({ receivedAt: minute(number) }));
      await makeReady(catalog, (await addPictures(catalog, pictures)).slice(0, 4));
      await addReadyImages(catalog, 2, 'sky');
    }

    it('are the ready ones, the highest number first', async () => {
      const { catalog } = await setUp();
      await received(catalog);
      const images = await catalog.imagesBelow('default', {}, { limit: 9 });
      expect(images).toEqual(await catalog.images([4, 3, 2, 1].map((number) => id(number))));
      expect(await catalog.imagesBelow('sea', {}, { limit: 9 })).toEqual([]);
    });

    it.each<[TimeRange, Below, number[]]>([
      [{}, { limit: 2 }, [4, 3]],
      [{}, { before: 3, limit: 1 }, [2]],
      [{}, { before: 3, limit: 9 }, [2, 1]],
      [{}, { before: 1, limit: 9 }, []],
      [{ from: minute(2) }, { limit: 9 }, [4, 3, 2]],
      [{ to: minute(4) }, { limit: 9 }, [3, 2, 1]],
      [{ from: minute(2), to: minute(4) }, { before: 3, limit: 9 }, [2]],
      [{ from: minute(3), to: minute(3) }, { limit: 9 }, []],
    ])('in %j and %j', async (range, page, expected) => {
      const { catalog } = await setUp();
      await received(catalog);
      expect((await catalog.imagesBelow('default', range, page)).map(({ number }) => number)).toEqual(expected);
    });
  });

  it('the event and the alert of an image whose time of capture is known are found by it', async () => {
    const { catalog } = await setUp();
    const capture = { ...CAPTURE, at: minute(3) };
    await makeReady(catalog, await addPictures(catalog, [newImage(), newImage({ capture }), newImage()]));
    const at = { analyzedAt: minute(5) };
    await catalog.addOutcomes([
      newOutcome(id(1), 'first'),
      newOutcome(id(2), 'changed', at),
      newOutcome(id(3), 'changed', at),
    ]);
    await catalog.markEventsReady([1, 2].map((number) => ({ number, attempt: 1 })));
    await catalog.addAlerts([1, 2].map((number) => ({ ...newAlert(number), alertedAt: minute(6) })));
    await catalog.markAlertsReady([1, 2]);
    const found = async (range: TimeRange) => ({
      events: (await catalog.eventsBelow(range, { limit: 9 })).map(({ number }) => number),
      alerts: await numbers(catalog, range),
    });
    expect(await found({ from: minute(3), to: minute(4) })).toEqual({ events: [1], alerts: [1] });
    expect(await found({ from: minute(4) })).toEqual({ events: [2], alerts: [2] });
    expect(await found({ to: minute(6) })).toEqual({ events: [2, 1], alerts: [1] });
  });

  it('an image whose time of capture is known is found by it, not by its time of receipt', async () => {
    const { catalog } = await setUp();
    const capture = { ...CAPTURE, at: minute(3) };
    const pictures = [newImage({ receivedAt: minute(1) }), newImage({ receivedAt: minute(1), capture })];
    await makeReady(catalog, await addPictures(catalog, pictures));
    const found = async (range: TimeRange) =>
      (await catalog.imagesBelow('default', range, { limit: 9 })).map(({ number }) => number);
    expect(await found({ from: minute(1), to: minute(2) })).toEqual([1]);
    expect(await found({ from: minute(2) })).toEqual([2]);
    expect(await found({ to: minute(3) })).toEqual([1]);
  });

  describe('the events', () => {
    /** Events 1, 2 and 4 of the stream default, and 3 of sky, recorded a minute after the other; the second is not ready. */
    async function recorded(catalog: Catalog): Promise<void> {
      await addReadyImages(catalog, 4);
      await addReadyImages(catalog, 2, 'sky');
      const at = (number: number) => ({ analyzedAt: minute(number) });
      await catalog.addOutcomes([
        newOutcome(id(1), 'first'),
        newOutcome(id(2), 'changed', at(1)),
        newOutcome(id(3), 'size_changed', at(2)),
        newOutcome(id(2, 'sky'), 'changed', at(3)),
        newOutcome(id(4), 'changed', { ...at(4), technique: CHANGED, regions: { count: 0, first: [] } }),
      ]);
      await catalog.markEventsReady([1, 3, 4].map((number) => ({ number, attempt: 1 })));
    }

    it('are the ready ones, the highest number first', async () => {
      const { catalog } = await setUp();
      await recorded(catalog);
      expect(await catalog.eventsBelow({}, { limit: 9 })).toEqual(await catalog.events([4, 3, 1]));
    });

    it.each<[TimeRange & { stream?: string }, Below, number[]]>([
      [{}, { limit: 2 }, [4, 3]],
      [{}, { before: 4, limit: 1 }, [3]],
      [{}, { before: 1, limit: 9 }, []],
      [{ stream: 'default' }, { limit: 9 }, [4, 1]],
      [{ stream: 'default' }, { before: 4, limit: 9 }, [1]],
      [{ stream: 'sea' }, { limit: 9 }, []],
      [{ from: minute(3) }, { limit: 9 }, [4, 3]],
      [{ to: minute(3) }, { limit: 9 }, [1]],
      [{ stream: 'sky', from: minute(3), to: minute(4) }, { limit: 9 }, [3]],
    ])('of %j in %j', async (filter, page, expected) => {
      const { catalog } = await setUp();
      await recorded(catalog);
      expect((await catalog.eventsBelow(filter, page)).map(({ number }) => number)).toEqual(expected);
    });
  });

  describe('the entries of alerts', () => {
    it('come in the order of the request, undefined for an alert that is not ready or does not exist', async () => {
      const { catalog } = await setUp();
      await browsable(catalog);
      const [page] = await catalog.alertPage({}, { limit: 1 });
      expect(await catalog.alertEntries([5, 6, 99])).toEqual([undefined, page, undefined]);
      expect((await catalog.alertEntries([2, 1])).map((entry) => entry?.alert.number)).toEqual([2, 1]);
    });

    it('come with the alerts that became ready', async () => {
      const { catalog } = await setUp();
      await browsable(catalog);
      const ready = await catalog.readyAfter(0, 9);
      expect(ready.map(({ entry }) => entry)).toEqual(await catalog.alertEntries([1, 2, 4, 3, 6]));
    });
  });

  describe('the neighbours of an alert', () => {
    it('are the nearest ready ones, also of an alert that is not ready', async () => {
      const { catalog } = await setUp();
      expect(await catalog.neighbours(1)).toEqual({ below: null, above: null });
      await browsable(catalog);
      expect(await catalog.neighbours(4)).toEqual({ below: 3, above: 6 });
      expect(await catalog.neighbours(5)).toEqual({ below: 4, above: 6 });
      expect(await catalog.neighbours(6)).toEqual({ below: 4, above: null });
      expect(await catalog.neighbours(1)).toEqual({ below: null, above: 2 });
      expect(await catalog.neighbours(99)).toEqual({ below: 6, above: null });
    });
  });

  describe('the order in which alerts became ready', () => {
    it('has no holes, even if their numbers have', async () => {
      const { catalog } = await setUp();
      expect([await catalog.alertRange(), await catalog.readyAfter(0, 9)]).toEqual([undefined, []]);
      await browsable(catalog);
      const ready = async (order: number, limit: number) =>
        (await catalog.readyAfter(order, limit)).map(({ order, number }) => ({ order, number }));
      const all = [
        { order: 1, number: 1 },
        { order: 2, number: 2 },
        { order: 3, number: 4 },
        { order: 4, number: 3 },
        { order: 5, number: 6 },
      ];
      expect(await ready(0, 9)).toEqual(all);
      expect(await ready(2, 2)).toEqual(all.slice(2, 4));
      expect(await catalog.alertRange()).toEqual({ first: 1, last: 6, lastOrder: 5 });
    });

    it('ends with the alert that became ready last, and a repetition changes nothing', async () => {
      const { catalog } = await setUp();
      await browsable(catalog);
      await catalog.markAlertsReady([6, 1, 5, 5, 99]);
      await catalog.markAlertsReady([5, 2]);
      expect(await catalog.readyAfter(5, 9)).toMatchObject([{ order: 6, number: 5 }]);
      expect((await catalog.readyAfter(0, 9)).map(({ number }) => number)).toEqual([1, 2, 4, 3, 6, 5]);
      expect(await catalog.alertRange()).toMatchObject({ lastOrder: 6 });
    });
  });

  describe('the measurements of a technique', () => {
    const threshold = levels(0);

    it('come by image, the highest number first, with the alerts that are ready', async () => {
      const { catalog } = await setUp();
      await browsable(catalog);
      const common = { receivedAt: RECEIVED, capturedAt: null, threshold };
      expect(await catalog.measured('default', L2, { limit: 9 })).toEqual([
        { ...common, number: 4, kind: 'changed', measurement: 5, size: null, alert: 6 },
        { ...common, number: 3, kind: 'size_changed', measurement: null, size: { width: 8, height: 6 }, alert: 3 },
        { ...common, number: 2, kind: 'changed', measurement: 10, size: null, alert: 1 },
        { ...common, number: 1, kind: 'first', measurement: null, size: { width: 4, height: 3 }, alert: null },
      ]);
      expect(await catalog.measured('default', CHANGED, { limit: 9 })).toMatchObject([
        { number: 4, alert: null },
        { number: 2, alert: 2 },
      ]);
      expect(await catalog.measured('sky', L2, { limit: 9 })).toMatchObject([{ number: 2, alert: 4 }]);
    });

    it('come in pages', async () => {
      const { catalog } = await setUp();
      await browsable(catalog);
      const page = async (of: { before?: number; limit: number }) =>
        (await catalog.measured('default', L2, of)).map(({ number }) => number);
      expect(await page({ limit: 3 })).toEqual([4, 3, 2]);
      expect(await page({ before: 3, limit: 1 })).toEqual([2]);
      expect(await page({ before: 1, limit: 9 })).toEqual([]);
      expect(await catalog.measured('sea', L2, { limit: 9 })).toEqual([]);
    });

    it('have no size if the image is undecodable, and keep the threshold of their comparison', async () => {
      const { catalog } = await setUp();
      await addReadyImages(catalog, 1);
      const undecodable = { ...id(1), fact: { verdict: 'undecodable', detail: 'cut short' } as const };
      const limit = { value: 0.5, unit: '%' } as const;
      await catalog.addOutcomes([newOutcome(id(1), 'dead', { facts: [undecodable], threshold: limit })]);
      expect(await catalog.measured('default', L2, { limit: 9 })).toEqual([
        {
          ...{ number: 1, receivedAt: RECEIVED, capturedAt: null, kind: 'dead' },
          ...{ measurement: null, threshold: limit, size: null, alert: null },
        },
      ]);
    });

    it('have the time of capture, if that is known', async () => {
      const { catalog } = await setUp();
      await addPictures(catalog, [newImage({ capture: CAPTURE })]);
      await makeReady(catalog, [id(1)]);
      await catalog.addOutcomes([newOutcome(id(1), 'first')]);
      expect(await catalog.measured('default', L2, { limit: 9 })).toMatchObject([{ capturedAt: CAPTURE.at }]);
    });
  });

  describe('the choices', () => {
    it('are the streams that have images and the techniques that have outcomes, by name', async () => {
      const { catalog } = await setUp();
      await catalog.setThreshold('mse@1', levels(0));
      expect(await catalog.choices()).toEqual({ streams: [], techniques: [] });
      await addReadyImages(catalog, 3, 'sky');
      await addReadyImages(catalog, 2);
      expect(await catalog.choices()).toEqual({ streams: ['default', 'sky'], techniques: [] });
      await catalog.addOutcomes([
        newOutcome(id(1), 'first'),
        newOutcome(id(2), 'unchanged'),
        newOutcome(id(1, 'sky'), 'first', { technique: CHANGED }),
      ]);
      expect(await catalog.choices()).toEqual({ streams: ['default', 'sky'], techniques: [CHANGED, L2] });
    });
  });

  describe('the counts', () => {
    const none: Record<OutcomeKind, number> = { first: 0, unchanged: 0, changed: 0, size_changed: 0, dead: 0 };

    it('of an empty catalog are zero', async () => {
      const { catalog } = await setUp();
      const { delays, ...others } = await catalog.counts();
      expect(others).toEqual({
        streams: [],
        techniques: [],
        events: 0,
        alerts: 0,
        deadLetters: 0,
        droppedLetters: 0,
        discardedLetters: 0,
        oddImages: 0,
        images: 0,
        openImages: 0,
        unpublished: 0,
        openEvents: 0,
        oldestOpen: null,
      });
      expect([delays.sum, ...delays.buckets.map(({ count }) => count)]).toEqual(Array(16).fill(0));
    });

    it('include what exists and what is open, for each technique in use', async () => {
      const { catalog } = await setUp();
      await browsable(catalog);
      await addReadyImages(catalog, 1, 'sea');
      for (const technique of ['mse@1', L2, CHANGED]) await catalog.setThreshold(technique, levels(0));
      expect(await catalog.counts()).toMatchObject({
        streams: [
          { stream: 'default', images: 4, events: 5 },
          { stream: 'sea', images: 1, events: 0 },
          { stream: 'sky', images: 2, events: 1 },
        ],
        techniques: [
          { technique: CHANGED, outcomes: { ...none, changed: 2 }, open: 5 },
          { technique: L2, outcomes: { ...none, first: 1, changed: 3, size_changed: 1 }, open: 2 },
          { technique: 'mse@1', outcomes: none, open: 7 },
        ],
        events: 6,
        alerts: 5,
        deadLetters: 0,
        droppedLetters: 0,
        discardedLetters: 0,
        oddImages: 0,
        openEvents: 1,
      });
    });

    it('have the outcomes by the threshold that judged them', async () => {
      const { catalog } = await setUp();
      await addReadyImages(catalog, 5);
      await catalog.setThreshold(L2, levels(10));
      const judgedBy = (threshold: Threshold) => ({ threshold });
      await catalog.addOutcomes([
        newOutcome(id(1), 'first', judgedBy(levels(20))),
        newOutcome(id(2), 'unchanged', judgedBy(levels(20))),
        newOutcome(id(3), 'changed', judgedBy(levels(5))),
        newOutcome(id(4), 'dead', judgedBy({ value: 0.5, unit: '%' })),
      ]);
      const counted = async () => (await catalog.counts()).techniques[0];
      expect(await counted()).toMatchObject({
        threshold: levels(10),
        outcomes: { ...none, first: 1, unchanged: 1, changed: 1, dead: 1 },
        judged: [
          { threshold: { value: 0.5, unit: '%' }, outcomes: { ...none, dead: 1 } },
          { threshold: levels(5), outcomes: { ...none, changed: 1 } },
          { threshold: levels(20), outcomes: { ...none, first: 1, unchanged: 1 } },
        ],
      });
      await catalog.addDeadLetters([deadLetter({ image: id(4), technique: L2 })]);
      await catalog.replayImages([1], RECEIVED);
      await catalog.addOutcomes([newOutcome(id(4), 'unchanged', judgedBy(levels(5)))]);
      expect((await counted())?.judged).toEqual([
        { technique: L2, threshold: levels(5), outcomes: { ...none, changed: 1, unchanged: 1 } },
        { technique: L2, threshold: levels(20), outcomes: { ...none, first: 1, unchanged: 1 } },
      ]);
    });

    it('count an image or event with a dead letter as closed until the dead letter is replayed', async () => {
      const { catalog } = await setUp();
      await browsable(catalog);
      for (const technique of [L2, CHANGED]) await catalog.setThreshold(technique, levels(0));
      await catalog.addOutcomes([newOutcome(id(1, 'sky'), 'dead')]);
      await catalog.addDeadLetters([
        deadLetter({ stage: 'alert', event: 5 }),
        deadLetter({ image: id(4), technique: CHANGED, event: 5, position: positionAt(1) }),
        deadLetter({ stage: 'alert', event: 2 }),
        deadLetter({ position: positionAt(9) }),
      ]);
      const counted = async () => {
        const { techniques, deadLetters, openEvents } = await catalog.counts();
        return [techniques[1]?.outcomes.dead, techniques[1]?.open, deadLetters, openEvents];
      };
      expect(await counted()).toEqual([1, 0, 5, 0]);
      await catalog.replayImages([1, 3], RECEIVED);
      await catalog.replayEvents([{ id: 2, position: positionAt(2) }], RECEIVED);
      // That of image default/4 is removed: the image has an outcome.
      expect(await counted()).toEqual([0, 1, 4, 1]);
    });
  });

  describe('the delays of alerts', () => {
    /** Adds alerts with these delays in milliseconds. */
    async function delayed(catalog: Catalog, delays: readonly number[]): Promise<void> {
      await addPictures(
        catalog,
        delays.map(() => newImage({ receivedAt: RECEIVED })),
      );
      await catalog.addOutcomes(delays.map((_, index) => newOutcome(id(index + 1), 'changed')));
      const at = (ms: number) => new Date(Date.parse(RECEIVED) + ms).toISOString();
      await catalog.addAlerts(delays.map((ms, index) => ({ ...newAlert(index + 1), alertedAt: at(ms) })));
      await catalog.markAlertsReady(delays.map((_, index) => index + 1));
    }

    it('are counted in each bucket whose bound they do not exceed', async () => {
      const { catalog } = await setUp();
      await delayed(catalog, [10, 11, 25, 1000, 1001, 3_600_000, 3_600_001]);
      const { buckets, sum } = (await catalog.counts()).delays;
      expect(buckets.map(({ atMost, count }) => [atMost, count])).toEqual([
        [0.01, 1],
        [0.025, 3],
        [0.05, 3],
        [0.1, 3],
        [0.25, 3],
        [0.5, 3],
        [1, 4],
        [2.5, 5],
        [5, 5],
        [10, 5],
        [30, 5],
        [60, 5],
        [300, 5],
        [3600, 6],
        [Number.POSITIVE_INFINITY, 7],
      ]);
      expect(sum).toBe(7202.048);
    });

    it.each([0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600])(
      'are within %d s up to it, and not above',
      async (bound) => {
        const { catalog } = await setUp();
        await delayed(catalog, [bound * 1000, bound * 1000 + 1]);
        expect((await catalog.counts()).delays.buckets.find(({ atMost }) => atMost === bound)?.count).toBe(1);
      },
    );

    it('are zero if the clock was set back', async () => {
      const { catalog } = await setUp();
      await delayed(catalog, [-5000, 20]);
      const { buckets, sum } = (await catalog.counts()).delays;
      expect([buckets[0]?.count, buckets[1]?.count, sum]).toEqual([1, 2, 0.02]);
    });

    it('count an alert once, when it becomes ready', async () => {
      const { catalog } = await setUp();
      await browsable(catalog);
      const all = async () => (await catalog.counts()).delays.buckets.at(-1)?.count;
      expect(await all()).toBe(5);
      await catalog.markAlertsReady([1, 2, 3]);
      expect(await all()).toBe(5);
      await catalog.markAlertsReady([5, 5]);
      expect(await all()).toBe(6);
    });
  });

  it('a clean removes all alerts, and the order of ready alerts starts from 1 again', async () => {
    const { catalog } = await setUp();
    await browsable(catalog);
    await cleanCatalog(catalog);
    expect(await numbers(catalog, {})).toEqual([]);
    expect([await catalog.alertRange(), await catalog.readyAfter(0, 9)]).toEqual([undefined, []]);
    expect(await catalog.choices()).toEqual({ streams: [], techniques: [] });
    const { streams, techniques, events, alerts, delays } = await catalog.counts();
    expect([streams, techniques, events, alerts]).toEqual([[], [], 0, 0]);
    expect([delays.sum, delays.buckets.at(-1)?.count]).toEqual([0, 0]);
    await closedPipeline(catalog);
    expect(await catalog.readyAfter(0, 9)).toMatchObject([{ order: 1, number: 1 }]);
  });
}
