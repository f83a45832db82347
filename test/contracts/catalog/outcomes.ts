import { describe, expect, it } from 'vitest';
import { levels, newOutcome, positionAt } from '../../support/samples.ts';
import { addImages, id, L2, makeEventsReady, type SetUpCatalog } from './setup.ts';

const REGION = {
  box: { x: 3, y: 0, width: 12, height: 7 },
  centroid: { x: 8.25, y: 3.5 },
  area: 70,
  sum: -812.5,
  peak: -31,
  snr: 9.75,
};
const DECODES = { verdict: 'decodes', width: 4, height: 3 } as const;
const UNDECODABLE = { verdict: 'undecodable', detail: 'cut short' } as const;

/** The rows of outcomes and image events. */
export function outcomesContract(setUp: SetUpCatalog): void {
  describe('outcomes', () => {
    it('assign the next event number over all streams to each change, and to nothing else', async () => {
      const { catalog } = await setUp();
      await addImages(catalog, 4);
      await addImages(catalog, 2, 'sky');
      const written = await catalog.addOutcomes([
        newOutcome(id(1), 'first'),
        newOutcome(id(2), 'changed'),
        newOutcome(id(2, 'sky'), 'size_changed'),
        newOutcome(id(3), 'unchanged'),
        newOutcome(id(4), 'dead'),
      ]);
      expect(written.map((row) => row.event?.number ?? null)).toEqual([null, 1, 2, null, null]);
      const [event] = await catalog.events([2]);
      expect(event).toEqual({
        number: 2,
        image: id(2, 'sky'),
        reference: 1,
        technique: L2,
        threshold: levels(0),
        kind: 'size_changed',
        measurement: null,
        regions: null,
        analyzedAt: newOutcome(id(1), 'first').analyzedAt,
        state: 'pending',
        base: '/data',
        attempt: 1,
        differenceSha256: 'd'.repeat(64),
        position: null,
      });
      expect(await catalog.snapshot((pages) => pages.lastEvent())).toBe(2);
    });

    it('keep their threshold with its unit, and their regions', async () => {
      const { catalog, open } = await setUp();
      await addImages(catalog, 2);
      const regions = { count: 140, first: [REGION, { ...REGION, snr: 0.1 + 0.2 }] };
      const threshold = { value: 0.1, unit: '%' } as const;
      const [written] = await catalog.addOutcomes([newOutcome(id(2), 'changed', { regions, threshold })]);
      expect(written).toMatchObject({ threshold, event: { regions, threshold } });
      expect(await (await open()).events([1])).toMatchObject([{ regions, threshold }]);
      expect((await catalog.outcomes(L2, [id(2)]))[0]?.event?.regions).toEqual(regions);
    });

    it('that exist are returned as they are and take no number, also within one batch', async () => {
      const { catalog } = await setUp();
      await addImages(catalog, 3);
      await catalog.addOutcomes([newOutcome(id(2), 'changed', { measurement: 7.25 })]);
      const written = await catalog.addOutcomes([
        newOutcome(id(2), 'size_changed'),
        newOutcome(id(3), 'changed'),
        newOutcome(id(3), 'unchanged'),
        newOutcome(id(2), 'changed', { technique: 'mse@1' }),
      ]);
      expect(written.map((row) => [row.technique, row.kind, row.measurement, row.event?.number])).toEqual([
        [L2, 'changed', 7.25, 1],
        [L2, 'changed', 12.5, 2],
        [L2, 'changed', 12.5, 2],
        ['mse@1', 'changed', 12.5, 3],
      ]);
      expect(await catalog.snapshot((pages) => pages.lastEvent())).toBe(3);
    });

    it('are found by technique and image, with their event', async () => {
      const { catalog } = await setUp();
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

    it('record a decode fact of an image once', async () => {
      const { catalog } = await setUp();
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

    it('record decode facts also if the outcome exists', async () => {
      const { catalog } = await setUp();
      await addImages(catalog, 1);
      await catalog.addOutcomes([newOutcome(id(1), 'first')]);
      const fact = { ...DECODES, notes: ['one oddity', 'another: "quoted"'] };
      await catalog.addOutcomes([newOutcome(id(1), 'first', { facts: [{ ...id(1), fact }] })]);
      expect((await catalog.images([id(1)]))[0]?.fact).toEqual(fact);
      expect(await catalog.counts()).toMatchObject({ oddImages: 1 });
    });

    it('of a batch are all added, or none', async () => {
      const { catalog } = await setUp();
      await addImages(catalog, 2);
      const impossible = newOutcome(id(2), 'changed', { kind: 'nonsense' as 'changed' });
      await expect(catalog.addOutcomes([newOutcome(id(1), 'changed'), impossible])).rejects.toThrow();
      expect(await catalog.outcomes(L2, [id(1)])).toEqual([undefined]);
      expect(await catalog.snapshot((pages) => pages.lastEvent())).toBe(0);
    });

    it('have events that become ready once, and then keep their attempt', async () => {
      const { catalog } = await setUp();
      await addImages(catalog, 2);
      await catalog.addOutcomes([newOutcome(id(2), 'changed')]);
      await catalog.markEventsReady([
        { number: 1, attempt: 2 },
        { number: 9, attempt: 1 },
      ]);
      expect((await catalog.events([1]))[0]?.state).toBe('pending');
      await makeEventsReady(catalog, [1]);
      await makeEventsReady(catalog, [1]);
      const [ready, none] = await catalog.events([1, 2]);
      expect(ready).toMatchObject({ state: 'ready', attempt: 1, differenceSha256: 'd'.repeat(64) });
      expect(none).toBeUndefined();
      expect(await catalog.nextEventAttempt([{ number: 1, attempt: 1, differenceSha256: 'ee' }])).toEqual([ready]);
      expect(await catalog.events([1])).toEqual([ready]);
    });

    it('have pending events that enter the next attempt once for each attempt, with its difference image', async () => {
      const { catalog } = await setUp();
      await addImages(catalog, 3);
      const [other] = await catalog.addOutcomes([newOutcome(id(3), 'changed'), newOutcome(id(2), 'changed')]);
      const attempt = { number: 2, attempt: 1, differenceSha256: 'ee' };
      const expected = { number: 2, attempt: 2, differenceSha256: 'ee', state: 'pending' };
      expect(await catalog.nextEventAttempt([attempt])).toMatchObject([expected]);
      expect(await catalog.nextEventAttempt([{ ...attempt, differenceSha256: 'ff' }])).toMatchObject([expected]);
      expect(await catalog.nextEventAttempt([{ ...attempt, number: 9 }])).toEqual([]);
      await makeEventsReady(catalog, [2]);
      expect(await catalog.events([2])).toMatchObject([expected]);
      await catalog.markEventsReady([{ number: 2, attempt: 2 }]);
      expect(await catalog.events([1, 2])).toMatchObject([other?.event, { ...expected, state: 'ready' }]);
    });

    it('have ready events with the position of their latest message; pending ones have none', async () => {
      const { catalog } = await setUp();
      await addImages(catalog, 2);
      await catalog.addOutcomes([newOutcome(id(2), 'changed')]);
      const publish = (offset: number) =>
        catalog.markEventsPublished([{ number: 1, position: positionAt(offset, { topic: 'image_event_alert' }) }]);
      await publish(2);
      expect((await catalog.events([1]))[0]?.position).toBeNull();
      await makeEventsReady(catalog, [1]);
      await publish(3);
      await publish(4);
      expect((await catalog.events([1]))[0]?.position).toEqual(positionAt(4, { topic: 'image_event_alert' }));
    });
  });
}
