import { describe, expect, it } from 'vitest';
import { auditOf } from '../../support/audit.ts';
import { fencedPipeline } from '../../support/clean-catalog.ts';
import { deadLetter, levels, newAlert, newOutcome, positionAt } from '../../support/samples.ts';
import { addImages, closedPipeline, id, L2, makeEventsReady, type SetUpCatalog } from './setup.ts';

/** The identity, settings and cleaning of a pipeline, and the progress of a range of images. */
export function pipelineContract(setUp: SetUpCatalog): void {
  describe('the pipeline', () => {
    it('has an identity that does not change, and no bus before one is set', async () => {
      const { catalog, open } = await setUp();
      const identity = await catalog.identity();
      expect(identity).toMatchObject({ formerIds: [], busId: null, busAddress: null, cleaning: false });
      expect(identity.pipelineId).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      const bus = { id: 'kafka cluster-1', address: 'kafka://a:9092' };
      await catalog.setBus(bus, null);
      expect(await (await open()).identity()).toEqual({ ...identity, busId: bus.id, busAddress: bus.address });
    });

    it('has another bus only if its bus is still the expected one', async () => {
      const { catalog, open } = await setUp();
      const busIn = async () => (await (await open()).identity()).busId;
      const bus = (id: string) => ({ id, address: `kafka://${id}:9092` });
      await catalog.setBus(bus('a'), 'b');
      expect(await busIn()).toBeNull();
      await catalog.setBus(bus('a'), null);
      await catalog.setBus(bus('b'), null);
      await catalog.setBus(bus('b'), 'c');
      expect(await busIn()).toBe('a');
      await catalog.setBus(bus('b'), 'a');
      expect(await catalog.identity()).toMatchObject({ busId: 'b', busAddress: 'kafka://b:9092' });
      await catalog.setBus({ ...bus('b'), address: 'kafka://elsewhere:9092' }, 'b');
      expect(await catalog.identity()).toMatchObject({ busId: 'b', busAddress: 'kafka://elsewhere:9092' });
    });

    it('has a threshold for each technique', async () => {
      const { catalog } = await setUp();
      await catalog.setThreshold(L2, levels(1));
      await catalog.setThreshold('mse@1', { value: 2.5, unit: '%' });
      await catalog.setThreshold(L2, levels(3));
      expect(await catalog.thresholds()).toEqual(
        new Map([
          [L2, levels(3)],
          ['mse@1', { value: 2.5, unit: '%' }],
        ]),
      );
    });

    it('finds the first open image of a range', async () => {
      const { catalog } = await setUp();
      await addImages(catalog, 4);
      const firstOpen = (from: number, to: number) =>
        catalog.firstOpen(L2, { stream: 'default', first: from, last: to });
      expect(await firstOpen(1, 4)).toBe(1);
      await catalog.addOutcomes([
        newOutcome(id(1), 'first'),
        newOutcome(id(2), 'changed'),
        newOutcome(id(3), 'changed'),
        newOutcome(id(4), 'dead'),
      ]);
      expect(await firstOpen(1, 4)).toBe(2);
      expect(await firstOpen(4, 4)).toBeUndefined();
      await makeEventsReady(catalog, [1, 2]);
      await catalog.addAlerts([newAlert(1)]);
      expect(await firstOpen(1, 4)).toBe(2);
      await catalog.markAlertsReady([1]);
      expect(await firstOpen(1, 4)).toBe(3);
      await catalog.addDeadLetters([deadLetter({ stage: 'alert', event: 2 })]);
      expect(await firstOpen(1, 4)).toBeUndefined();
      expect(await catalog.firstOpen('mse@1', { stream: 'default', first: 1, last: 4 })).toBe(1);
    });

    it('counts the results of a range of images', async () => {
      const { catalog } = await setUp();
      await addImages(catalog, 5);
      await catalog.addOutcomes([
        newOutcome(id(1), 'first'),
        newOutcome(id(2), 'changed'),
        newOutcome(id(3), 'size_changed'),
        newOutcome(id(4), 'dead'),
        newOutcome(id(5), 'changed'),
      ]);
      await makeEventsReady(catalog, [1, 2]);
      await catalog.addAlerts([newAlert(1), newAlert(2)]);
      await catalog.markAlertsReady([1]);
      await catalog.addDeadLetters([deadLetter({ stage: 'alert', event: 2 })]);
      expect(await catalog.tally(L2, { stream: 'default', first: 1, last: 4 })).toEqual({
        events: 2,
        alerts: 1,
        deadLetters: 2,
      });
      expect(await catalog.tally(L2, { stream: 'default', first: 5, last: 5 })).toEqual({
        events: 1,
        alerts: 0,
        deadLetters: 0,
      });
      expect(await catalog.tally(L2, { stream: 'sky', first: 1, last: 5 })).toEqual({
        events: 0,
        alerts: 0,
        deadLetters: 0,
      });
    });

    it('has no rows and a new id after a clean, and keeps the former ids', async () => {
      const { catalog } = await setUp();
      const ids: string[] = [];
      for (let round = 0; round < 2; round += 1) {
        await closedPipeline(catalog);
        await catalog.addDeadLetters([deadLetter({ position: positionAt(9) })]);
        await catalog.setBus({ id: 'embedded', address: 'embedded' }, null);
        ids.push((await catalog.identity()).pipelineId);
        const token = await fencedPipeline(catalog);
        await catalog.beginClean(token);
        expect((await catalog.identity()).cleaning).toBe(true);
        await catalog.endClean(token);
      }
      const after = await catalog.identity();
      expect(after).toEqual({
        pipelineId: expect.any(String),
        formerIds: ids,
        busId: null,
        busAddress: null,
        cleaning: false,
        transfer: null,
      });
      expect(ids).not.toContain(after.pipelineId);
      expect(await catalog.thresholds()).toEqual(new Map());
      const empty = { images: 0, analyzed: 0, events: 0, alerts: 0, deadLetters: 0, streams: [], faults: [] };
      expect(await auditOf(catalog, L2)).toMatchObject(empty);
      await addImages(catalog, 1);
      const [written] = await catalog.addOutcomes([newOutcome(id(1), 'changed')]);
      expect(written?.event?.number).toBe(1);
      await catalog.addDeadLetters([deadLetter()]);
      expect((await catalog.deadLetterHeads(undefined, 9)).map((letter) => letter.id)).toEqual([1]);
    });
  });
}
