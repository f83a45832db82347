import { describe, expect, it } from 'vitest';
import type { ImageId, ImageRecord } from '../../src/domain/records.ts';
import type { Catalog, ClaimAnswer } from '../../src/ports/catalog.ts';
import { deadLetter, newAlert, newImage, newOutcome, placeAt } from '../support/samples.ts';

export interface CatalogStand {
  /** A catalog without a row. */
  readonly catalog: Catalog;
  /** The same catalog, as another process has it. */
  open(): Promise<Catalog>;
  /** Does something to the tables behind the port's back. */
  tamper(sql: string): Promise<void>;
}

const L2 = 'l2@1';
const DECODES = { verdict: 'decodes', width: 4, height: 3 } as const;
const UNDECODABLE = { verdict: 'undecodable', detail: 'cut short' } as const;

async function addImages(catalog: Catalog, count: number, stream = 'default'): Promise<ImageRecord[]> {
  const written = await catalog.addImages(Array.from({ length: count }, () => newImage({ stream })));
  return written.map(({ row }) => row);
}

function id(number: number, stream = 'default'): ImageId {
  return { stream, number };
}

/** Three images, of which the third has changed, with its alert. */
async function closedPipeline(catalog: Catalog): Promise<void> {
  await catalog.setThreshold(L2, 0);
  const images = await addImages(catalog, 3);
  await catalog.imagesReady(images);
  await catalog.placeImages(images.map(({ stream, number }) => ({ stream, number, place: placeAt(number - 1) })));
  await catalog.addOutcomes([
    newOutcome(id(1), 'first'),
    newOutcome(id(2), 'unchanged'),
    newOutcome(id(3), 'changed', { reference: 2 }),
  ]);
  await catalog.eventsReady([{ number: 1, differenceSha256: 'd'.repeat(64) }]);
  await catalog.placeEvents([{ number: 1, place: placeAt(0, { topic: 'image_event_alert' }) }]);
  await catalog.addAlerts([newAlert(1)]);
  await catalog.alertsReady([1]);
}

function claimOf(answer: ClaimAnswer) {
  if (!('claim' in answer)) throw new Error(`it is held by ${answer.heldBy}`);
  return answer.claim;
}

/** What every catalog promises. */
export function catalogContract(stand: () => Promise<CatalogStand>): void {
  describe('claims', () => {
    it('are held by one at a time, and tell who that is', async () => {
      const { catalog, open } = await stand();
      const claim = claimOf(await catalog.claim('stream-a', 'the first receiver'));
      const other = await open();
      expect(await other.claim('stream-a', 'the second')).toEqual({ heldBy: 'the first receiver' });
      expect(await catalog.claim('stream-a', 'the first again')).toEqual({ heldBy: 'the first receiver' });
      await claim.release();
      expect(await other.claim('stream-a', 'the second')).toHaveProperty('claim');
    });

    it('are each of their own name', async () => {
      const { catalog, open } = await stand();
      const other = await open();
      const names = ['stream-a', 'stream-a.b', 'stream-a/b', 'stream-%2e'];
      for (const name of names) claimOf(await catalog.claim(name, `who holds ${name}`));
      for (const name of names) expect(await other.claim(name, 'x')).toEqual({ heldBy: `who holds ${name}` });
    });

    it('can be shared by those who all share them, and by nobody else', async () => {
      const { catalog, open } = await stand();
      const [second, third] = [await open(), await open()];
      const one = claimOf(await catalog.claim('folder', 'analyze', 'shared'));
      const two = claimOf(await second.claim('folder', 'receive', 'shared'));
      expect(await third.claim('folder', 'clean')).toEqual({ heldBy: 'analyze, receive' });
      await one.release();
      expect(await third.claim('folder', 'clean')).toEqual({ heldBy: 'receive' });
      await two.release();
      const alone = claimOf(await third.claim('folder', 'clean'));
      expect(await catalog.claim('folder', 'analyze', 'shared')).toEqual({ heldBy: 'clean' });
      await alone.release();
      expect(await catalog.claim('folder', 'analyze', 'shared')).toHaveProperty('claim');
    });

    it('are free when their catalog is closed, and released twice without harm', async () => {
      const { catalog, open } = await stand();
      const other = await open();
      const released = claimOf(await other.claim('stream-b', 'the other'));
      claimOf(await other.claim('stream-a', 'the other'));
      await released.release();
      await released.release();
      await other.close();
      expect(await catalog.claim('stream-a', 'this one')).toHaveProperty('claim');
      expect(await catalog.claim('stream-b', 'this one')).toHaveProperty('claim');
    });
  });

  describe('images', () => {
    it('are numbered from 1 in each stream, without holes', async () => {
      const { catalog } = await stand();
      expect((await addImages(catalog, 3)).map(({ number }) => number)).toEqual([1, 2, 3]);
      expect((await addImages(catalog, 1, 'sky')).map(({ number }) => number)).toEqual([1]);
      expect((await addImages(catalog, 2)).map(({ number }) => number)).toEqual([4, 5]);
    });

    it('keep what they were entered with, pending, and nothing is said of their decoding or place', async () => {
      const { catalog, open } = await stand();
      const picture = newImage({ format: 'png', origin: "/a b/'\n☃.png", bytes: 7 });
      const expected = { ...picture, number: 1, state: 'pending', fact: null, place: null };
      expect(await catalog.addImages([picture])).toEqual([{ how: 'added', row: expected }]);
      expect(await (await open()).images([id(1)])).toEqual([expected]);
    });

    it('that exist are handed back as they stand and take no number, also within one batch', async () => {
      const { catalog } = await stand();
      const [a, b, c] = [newImage(), newImage(), newImage()];
      await catalog.addImages([a]);
      await catalog.imagesReady([id(1)]);
      const written = await catalog.addImages([b, a, b, c]);
      expect(written.map(({ how, row }) => [how, row.number, row.state])).toEqual([
        ['added', 2, 'pending'],
        ['exists', 1, 'ready'],
        ['exists', 2, 'pending'],
        ['added', 3, 'pending'],
      ]);
    });

    it('are answered in the order asked for, undefined where there is none', async () => {
      const { catalog } = await stand();
      await addImages(catalog, 2);
      const rows = await catalog.images([id(2), id(9), id(1), id(1, 'sky')]);
      expect(rows.map((row) => row?.number)).toEqual([2, undefined, 1, undefined]);
    });

    it('keep the place that was noted first, until it is taken from them', async () => {
      const { catalog } = await stand();
      await addImages(catalog, 1);
      await catalog.placeImages([{ ...id(1), place: placeAt(5) }]);
      await catalog.placeImages([{ ...id(1), place: placeAt(6) }]);
      expect((await catalog.images([id(1)]))[0]?.place).toEqual(placeAt(5));
      await catalog.unplaceImages([id(1)]);
      expect((await catalog.images([id(1)]))[0]?.place).toBeNull();
      await catalog.placeImages([{ ...id(1), place: placeAt(6) }]);
      expect((await catalog.images([id(1)]))[0]?.place).toEqual(placeAt(6));
    });

    it('are to be published while they are pending or have no place, in the order of their numbers', async () => {
      const { catalog } = await stand();
      await addImages(catalog, 4);
      await addImages(catalog, 1, 'sky');
      await catalog.imagesReady([id(1), id(2)]);
      await catalog.placeImages([
        { ...id(1), place: placeAt(0) },
        { ...id(3), place: placeAt(1) },
      ]);
      const numbers = async (limit: number) =>
        (await catalog.unpublished('default', limit)).map(({ number }) => number);
      expect(await numbers(10)).toEqual([2, 3, 4]);
      expect(await numbers(2)).toEqual([2, 3]);
      expect(await catalog.streamsToPublish()).toEqual(['default', 'sky']);
      await catalog.imagesReady([id(1, 'sky')]);
      await catalog.placeImages([{ ...id(1, 'sky'), place: placeAt(2) }]);
      expect(await catalog.streamsToPublish()).toEqual(['default']);
    });

    it('have as reference the nearest earlier one of their stream that may decode', async () => {
      const { catalog } = await stand();
      await addImages(catalog, 6);
      await addImages(catalog, 2, 'sky');
      const tooLarge = { verdict: 'too_large', detail: '900 megapixels' } as const;
      await catalog.addOutcomes([
        newOutcome(id(4), 'dead', {
          facts: [
            { ...id(2), fact: DECODES },
            { ...id(3), fact: UNDECODABLE },
            { ...id(4), fact: tooLarge },
          ],
        }),
      ]);
      const found = await catalog.references([id(5), id(3), id(2), id(6), id(1), id(2, 'sky')]);
      expect(found.map((row) => row && `${row.stream}/${row.number}`)).toEqual([
        'default/2',
        'default/2',
        'default/1',
        'default/5',
        undefined,
        'sky/1',
      ]);
    });

    it('are unanswered while they have a place and lack an outcome of a technique in use', async () => {
      const { catalog } = await stand();
      await addImages(catalog, 3);
      await catalog.placeImages([
        { ...id(1), place: placeAt(0) },
        { ...id(2), place: placeAt(1) },
      ]);
      const unanswered = async () => (await catalog.unanswered('default')).map(({ number }) => number);
      expect(await catalog.unanswered('default')).toEqual([
        { ...id(1), place: placeAt(0) },
        { ...id(2), place: placeAt(1) },
      ]);
      await catalog.setThreshold(L2, 0);
      await catalog.addOutcomes([newOutcome(id(1), 'first')]);
      expect(await unanswered()).toEqual([2]);
      await catalog.setThreshold('mse@1', 0);
      expect(await unanswered()).toEqual([1, 2]);
      expect(await catalog.unanswered('sky')).toEqual([]);
    });

    it('are found as the last of their stream, and as the newest from where they came', async () => {
      const { catalog } = await stand();
      expect(await catalog.lastImage('default')).toBeUndefined();
      await catalog.addImages(['/a', '/b', '/a', '/c'].map((origin) => newImage({ origin })));
      await catalog.addImages([newImage({ stream: 'sky', origin: '/a' })]);
      expect((await catalog.lastImage('default'))?.number).toBe(4);
      expect((await catalog.newestFrom('default', '/a'))?.number).toBe(3);
      expect((await catalog.newestFrom('sky', '/a'))?.number).toBe(1);
      expect(await catalog.newestFrom('default', '/d')).toBeUndefined();
    });
  });

  describe('outcomes', () => {
    it('give each change the next event number over all streams, pending, and nothing else one', async () => {
      const { catalog } = await stand();
      await addImages(catalog, 4);
      await addImages(catalog, 2, 'sky');
      const written = await catalog.addOutcomes([
        newOutcome(id(1), 'first'),
        newOutcome(id(2), 'changed'),
        newOutcome(id(2, 'sky'), 'size_changed'),
        newOutcome(id(3), 'unchanged'),
        newOutcome(id(4), 'dead'),
      ]);
      expect(written.map(({ row }) => row.event?.number ?? null)).toEqual([null, 1, 2, null, null]);
      const [event] = await catalog.events([2]);
      expect(event).toEqual({
        number: 2,
        image: id(2, 'sky'),
        reference: 1,
        technique: L2,
        threshold: 0,
        kind: 'size_changed',
        measurement: null,
        analyzedAt: newOutcome(id(1), 'first').analyzedAt,
        state: 'pending',
        base: '/data',
        differenceSha256: null,
        place: null,
      });
      expect(await catalog.lastEvent()).toBe(2);
    });

    it('that exist are handed back as they stand and take no number, also within one batch', async () => {
      const { catalog } = await stand();
      await addImages(catalog, 3);
      await catalog.addOutcomes([newOutcome(id(2), 'changed', { measurement: 7.25 })]);
      const written = await catalog.addOutcomes([
        newOutcome(id(2), 'size_changed'),
        newOutcome(id(3), 'changed'),
        newOutcome(id(3), 'unchanged'),
        newOutcome(id(2), 'changed', { technique: 'mse@1' }),
      ]);
      expect(written.map(({ how, row }) => [how, row.kind, row.measurement, row.event?.number])).toEqual([
        ['exists', 'changed', 7.25, 1],
        ['added', 'changed', 12.5, 2],
        ['exists', 'changed', 12.5, 2],
        ['added', 'changed', 12.5, 3],
      ]);
      expect(await catalog.lastEvent()).toBe(3);
    });

    it('are found by technique and image, with their event', async () => {
      const { catalog } = await stand();
      await addImages(catalog, 2);
      await catalog.addOutcomes([newOutcome(id(1), 'first'), newOutcome(id(2), 'changed')]);
      const found = await catalog.outcomes(L2, [id(2), id(3), id(1)]);
      expect(found.map((row) => row && [row.kind, row.event?.number])).toEqual([
        ['changed', 1],
        undefined,
        ['first', undefined],
      ]);
      expect(await catalog.outcomes('mse@1', [id(1)])).toEqual([undefined]);
    });

    it('enter a fact of an image once', async () => {
      const { catalog } = await stand();
      await addImages(catalog, 2);
      await catalog.addOutcomes([
        newOutcome(id(1), 'first', {
          facts: [
            { ...id(1), fact: DECODES },
            { ...id(2), fact: UNDECODABLE },
          ],
        }),
      ]);
      await catalog.addOutcomes([
        newOutcome(id(2), 'dead', {
          facts: [
            { ...id(1), fact: UNDECODABLE },
            { ...id(2), fact: DECODES },
          ],
        }),
      ]);
      const rows = await catalog.images([id(1), id(2)]);
      expect(rows.map((row) => row?.fact)).toEqual([DECODES, UNDECODABLE]);
    });

    it('enter facts also where they stand already', async () => {
      const { catalog } = await stand();
      await addImages(catalog, 1);
      await catalog.addOutcomes([newOutcome(id(1), 'first')]);
      await catalog.addOutcomes([newOutcome(id(1), 'first', { facts: [{ ...id(1), fact: DECODES }] })]);
      expect((await catalog.images([id(1)]))[0]?.fact).toEqual(DECODES);
    });

    it('of a batch are entered together or not at all', async () => {
      const { catalog } = await stand();
      await addImages(catalog, 2);
      const impossible = newOutcome(id(2), 'changed', { kind: 'nonsense' as 'changed' });
      await expect(catalog.addOutcomes([newOutcome(id(1), 'changed'), impossible])).rejects.toThrow();
      expect(await catalog.outcomes(L2, [id(1)])).toEqual([undefined]);
      expect(await catalog.lastEvent()).toBe(0);
    });

    it('have events that become ready once, and keep the place that was noted first', async () => {
      const { catalog } = await stand();
      await addImages(catalog, 2);
      await catalog.addOutcomes([newOutcome(id(2), 'changed')]);
      for (const differenceSha256 of ['first', 'second']) await catalog.eventsReady([{ number: 1, differenceSha256 }]);
      for (const offset of [3, 4]) await catalog.placeEvents([{ number: 1, place: placeAt(offset) }]);
      const [event, none] = await catalog.events([1, 2]);
      expect(event).toMatchObject({ state: 'ready', differenceSha256: 'first', place: placeAt(3) });
      expect(none).toBeUndefined();
    });
  });

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

  describe('the whole', () => {
    it('has an identity of its own that stays, and no bus before one is set', async () => {
      const { catalog, open } = await stand();
      const identity = await catalog.identity();
      expect(identity).toMatchObject({ formerIds: [], busId: null, cleaning: false });
      expect(identity.pipelineId).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      await catalog.setBus('kafka cluster-1');
      expect(await (await open()).identity()).toEqual({ ...identity, busId: 'kafka cluster-1' });
    });

    it('keeps a threshold for each technique', async () => {
      const { catalog } = await stand();
      await catalog.setThreshold(L2, 1);
      await catalog.setThreshold('mse@1', 2.5);
      await catalog.setThreshold(L2, 3);
      expect(await catalog.thresholds()).toEqual(
        new Map([
          [L2, 3],
          ['mse@1', 2.5],
        ]),
      );
    });

    it('tells the first image of a range that something is still to come for', async () => {
      const { catalog } = await stand();
      await addImages(catalog, 4);
      const firstOpen = (from: number, to: number) => catalog.firstOpen('default', from, to, L2);
      expect(await firstOpen(1, 4)).toBe(1);
      await catalog.addOutcomes([
        newOutcome(id(1), 'first'),
        newOutcome(id(2), 'changed'),
        newOutcome(id(3), 'changed'),
        newOutcome(id(4), 'dead'),
      ]);
      expect(await firstOpen(1, 4)).toBe(2);
      expect(await firstOpen(4, 4)).toBeUndefined();
      await catalog.addAlerts([newAlert(1)]);
      expect(await firstOpen(1, 4)).toBe(2);
      await catalog.alertsReady([1]);
      expect(await firstOpen(1, 4)).toBe(3);
      await catalog.addDeadLetters([deadLetter({ stage: 'alert', event: 2 })]);
      expect(await firstOpen(1, 4)).toBeUndefined();
      expect(await catalog.firstOpen('default', 1, 4, 'mse@1')).toBe(1);
    });

    it('counts what a range of images has led to', async () => {
      const { catalog } = await stand();
      await addImages(catalog, 5);
      await catalog.addOutcomes([
        newOutcome(id(1), 'first'),
        newOutcome(id(2), 'changed'),
        newOutcome(id(3), 'size_changed'),
        newOutcome(id(4), 'dead'),
        newOutcome(id(5), 'changed'),
      ]);
      await catalog.addAlerts([newAlert(1), newAlert(2)]);
      await catalog.alertsReady([1]);
      await catalog.addDeadLetters([deadLetter({ stage: 'alert', event: 2 })]);
      expect(await catalog.tally('default', 1, 4, L2)).toEqual({ events: 2, alerts: 1, deadLetters: 2 });
      expect(await catalog.tally('default', 5, 5, L2)).toEqual({ events: 1, alerts: 0, deadLetters: 0 });
      expect(await catalog.tally('sky', 1, 5, L2)).toEqual({ events: 0, alerts: 0, deadLetters: 0 });
    });

    it('is read page by page, ready rows alone or all', async () => {
      const { catalog } = await stand();
      await addImages(catalog, 3);
      await addImages(catalog, 2, 'sky');
      await catalog.imagesReady([id(1), id(3), id(2, 'sky')]);
      const names = (rows: readonly ImageId[]) => rows.map(({ stream, number }) => `${stream}/${number}`);
      expect(names(await catalog.readyImages(undefined, 2))).toEqual(['default/1', 'default/3']);
      expect(names(await catalog.readyImages(id(3), 2))).toEqual(['sky/2']);
      expect(names(await catalog.allImages(id(2), 2))).toEqual(['default/3', 'sky/1']);
      expect(names(await catalog.allImages(id(2, 'sky'), 2))).toEqual([]);

      await catalog.addOutcomes([1, 2, 3].map((number) => newOutcome(id(number), 'changed')));
      await catalog.eventsReady([1, 3].map((number) => ({ number, differenceSha256: 'd' })));
      expect((await catalog.readyEvents(0, 1)).map(({ number }) => number)).toEqual([1]);
      expect((await catalog.readyEvents(1, 9)).map(({ number }) => number)).toEqual([3]);

      await catalog.addAlerts([1, 2, 3].map(newAlert));
      await catalog.alertsReady([2, 3]);
      expect((await catalog.readyAlerts(0, 1)).map(({ number }) => number)).toEqual([2]);
      expect((await catalog.readyAlerts(2, 9)).map(({ number }) => number)).toEqual([3]);
    });

    it('begins anew with clean: without rows, under a new id, the former ones kept', async () => {
      const { catalog } = await stand();
      const ids: string[] = [];
      for (let round = 0; round < 2; round += 1) {
        await closedPipeline(catalog);
        await catalog.addDeadLetters([deadLetter({ place: placeAt(9) })]);
        await catalog.setBus('embedded');
        ids.push((await catalog.identity()).pipelineId);
        await catalog.beginClean();
        expect((await catalog.identity()).cleaning).toBe(true);
        await catalog.endClean();
      }
      const after = await catalog.identity();
      expect(after).toEqual({ pipelineId: expect.any(String), formerIds: ids, busId: null, cleaning: false });
      expect(ids).not.toContain(after.pipelineId);
      expect(await catalog.thresholds()).toEqual(new Map());
      const nothing = { images: 0, analyzed: 0, events: 0, alerts: 0, deadLetters: 0, streams: [], faults: [] };
      expect(await catalog.audit(L2)).toMatchObject(nothing);
      await addImages(catalog, 1);
      const [written] = await catalog.addOutcomes([newOutcome(id(1), 'changed')]);
      expect(written?.row.event?.number).toBe(1);
    });
  });

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
            threshold: 0,
            outcomes: { first: 1, unchanged: 1, changed: 1, size_changed: 0, dead: 0 },
          },
        ],
        openImages: [{ image: id(1, 'sky'), technique: L2, place: null }],
        openEvents: [],
        faults: [],
      });
    });

    it('is for the technique asked for where none is in use, and else for each in use', async () => {
      const { catalog } = await stand();
      await addImages(catalog, 1);
      const open = async () => (await catalog.audit(L2)).openImages.map(({ technique }) => technique);
      expect(await open()).toEqual([L2]);
      await catalog.setThreshold('mse@1', 0);
      expect(await open()).toEqual(['mse@1']);
      await catalog.setThreshold(L2, 0);
      await catalog.addOutcomes([newOutcome(id(1), 'first')]);
      expect(await open()).toEqual(['mse@1']);
      expect((await catalog.audit(L2)).analyzed).toBe(0);
    });

    it('names the events without a ready alert, with their places, unless a dead letter closes them', async () => {
      const { catalog } = await stand();
      await addImages(catalog, 3);
      await catalog.placeImages([{ ...id(2), place: placeAt(1) }]);
      await catalog.addOutcomes([2, 3].map((number) => newOutcome(id(number), 'changed')));
      const eventPlace = placeAt(0, { topic: 'image_event_alert' });
      await catalog.placeEvents([{ number: 1, place: eventPlace }]);
      await catalog.addAlerts([newAlert(1)]);
      expect((await catalog.audit(L2)).openEvents).toEqual([
        { number: 1, technique: L2, place: eventPlace, imagePlace: placeAt(1) },
        { number: 2, technique: L2, place: null, imagePlace: null },
      ]);
      await catalog.alertsReady([1]);
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
