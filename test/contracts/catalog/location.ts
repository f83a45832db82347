import { describe, expect, it } from 'vitest';
import { auditOf } from '../../support/audit.ts';
import { fencedPipeline } from '../../support/clean-catalog.ts';
import { newAlert, newOutcome, positionAt } from '../../support/samples.ts';
import {
  addImages,
  closedPipeline,
  id,
  L2,
  makeEventsReady,
  makeReady,
  publishAt,
  type SetUpCatalog,
} from './setup.ts';

/** Where a catalog is, and what a copy becomes. How a copy is recognized is each adapter's own. */
export function locationContract(setUp: SetUpCatalog): void {
  describe('the location of a catalog', () => {
    it('is the same once it is recorded', async () => {
      const { catalog, open } = await setUp();
      await catalog.recordLocation();
      expect(await catalog.location()).toEqual({ kind: 'same' });
      expect(await (await open()).location()).toEqual({ kind: 'same' });
    });
  });

  describe('a copy that is separated', () => {
    it('has a new id, to which the messages of the original are a stranger’s, and no bus', async () => {
      const { catalog } = await setUp();
      await catalog.setBus({ id: 'kafka:cluster-1', address: 'kafka://a:9092' }, null);
      const before = await catalog.identity();
      await catalog.separateCopy(await fencedPipeline(catalog));
      const after = await catalog.identity();
      expect(after).toEqual({ ...before, pipelineId: after.pipelineId, busId: null, busAddress: null });
      expect(after.pipelineId).not.toBe(before.pipelineId);
    });

    it('keeps its rows and numbers, and has no position of what is open', async () => {
      const { catalog } = await setUp();
      await closedPipeline(catalog);
      const [fourth, fifth] = await addImages(catalog, 2);
      const both = [fourth, fifth].flatMap((image) => image ?? []);
      await makeReady(catalog, both);
      await publishAt(
        catalog,
        both.map(({ stream, number }) => ({ stream, number, position: positionAt(number - 1) })),
      );
      await catalog.addOutcomes([newOutcome(id(4), 'changed', { reference: 3 })]);
      await makeEventsReady(catalog, [2]);
      await catalog.markEventsPublished([{ number: 2, position: positionAt(1, { topic: 'image_event_alert' }) }]);
      await catalog.separateCopy(await fencedPipeline(catalog));
      const images = await catalog.images([1, 2, 3, 4, 5].map((number) => id(number)));
      expect(images.map((image) => image?.position?.offset ?? null)).toEqual([0, 1, 2, 3, null]);
      const events = await catalog.events([1, 2]);
      expect(events.map((event) => event?.position?.offset ?? null)).toEqual([0, null]);
      expect(await auditOf(catalog, L2)).toMatchObject({ images: 5, events: 2, alerts: 1, faults: [] });
      await catalog.addAlerts([newAlert(2)]);
      expect(await addImages(catalog, 1)).toMatchObject([{ number: 6 }]);
    });
  });
}
