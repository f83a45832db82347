import { describe, expect, it, vi } from 'vitest';
import type { Catalog } from '../../../src/ports/catalog/catalog.ts';
import { auditOf } from '../../support/audit.ts';
import { levels, newOutcome, positionAt } from '../../support/samples.ts';
import { addReadyImages, id, L2, makeEventsReady, publishAt, type SetUpCatalog } from './setup.ts';

const MSE = 'mse@1';
const NEVER = '2020-01-01T00:00:00.000Z';
const AT = '2026-02-03T04:05:06.789Z';

/** A time after everything that happened so far. */
function now(): string {
  return new Date(Date.now() + 1000).toISOString();
}

/** The images that are open for a technique. */
async function openFor(catalog: Catalog, technique: string): Promise<number[]> {
  const nothing = { bus: 'embedded', ranges: [] };
  const open = await catalog.undeliverableImages(technique, nothing, 'default', 0, 99);
  return open.map(({ image }) => image.number);
}

/** Techniques that have had no analyzers for long. */
export function idleTechniquesContract(setUp: SetUpCatalog): void {
  describe('a technique', () => {
    it('is active from when its threshold is set until it has had no analyzers since a time', async () => {
      const { catalog, open } = await setUp();
      for (const technique of [MSE, L2]) await catalog.setThreshold(technique, levels(0));
      expect(await catalog.activeTechniques()).toEqual([L2, MSE]);
      expect(await catalog.retireIdle(NEVER)).toEqual([]);
      expect((await catalog.retireIdle(now())).sort()).toEqual([L2, MSE]);
      expect(await catalog.retireIdle(now())).toEqual([]);
      expect(await catalog.activeTechniques()).toEqual([]);
      await catalog.keepActive(MSE);
      expect(await (await open()).activeTechniques()).toEqual([MSE]);
      expect([...(await catalog.thresholds()).keys()].sort()).toEqual([L2, MSE]);
      await catalog.setThreshold(L2, levels(1));
      expect(await catalog.activeTechniques()).toEqual([L2, MSE]);
    });

    it('is kept active by the clock of the catalog', async () => {
      const { catalog } = await setUp();
      await catalog.setThreshold(L2, levels(0));
      // This process' clock is two hours slow.
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 7_200_000 });
      try {
        await catalog.keepActive(L2);
        const anHourAgo = new Date(Date.parse(await catalog.now()) - 3_600_000).toISOString();
        expect(await catalog.retireIdle(anHourAgo)).toEqual([]);
      } finally {
        vi.useRealTimers();
      }
    });

    it('is not in use because it is kept active', async () => {
      const { catalog } = await setUp();
      await catalog.keepActive(L2);
      expect(await catalog.activeTechniques()).toEqual([]);
      expect(await catalog.thresholds()).toEqual(new Map());
    });

    it('is owed nothing while it is idle, and then all that it has no complete outcome for', async () => {
      const { catalog } = await setUp();
      for (const technique of [L2, MSE]) await catalog.setThreshold(technique, levels(0));
      await addReadyImages(catalog, 4);
      await publishAt(catalog, [{ ...id(4), position: positionAt(7) }]);
      await catalog.addOutcomes([
        newOutcome(id(1), 'first'),
        newOutcome(id(2), 'changed'),
        newOutcome(id(3), 'changed'),
        ...[1, 2, 3].map((number) => newOutcome(id(number), 'unchanged', { technique: MSE })),
      ]);
      await makeEventsReady(catalog, [2]);
      expect([await openFor(catalog, L2), await openFor(catalog, MSE)]).toEqual([[2, 4], [4]]);
      await catalog.retireIdle(now());
      await catalog.keepActive(MSE);
      await addReadyImages(catalog, 1);
      expect([await openFor(catalog, L2), await openFor(catalog, MSE)]).toEqual([[], [4, 5]]);
      expect(await catalog.counts()).toMatchObject({
        openImages: 2,
        techniques: [
          { technique: L2, idle: true, open: 0 },
          { technique: MSE, idle: false, open: 2 },
        ],
      });
      await catalog.keepActive(L2);
      expect(await openFor(catalog, L2)).toEqual([2, 4, 5]);
      const [, published] = await catalog.undeliverableImages(L2, { bus: 'embedded', ranges: [] }, 'default', 0, 9);
      expect(published?.position).toEqual(positionAt(7));
      expect((await auditOf(catalog, L2)).openImages).toHaveLength(3 + 2);
    });

    it('is listed as active or idle, or as not in use if it has only outcomes', async () => {
      const { catalog } = await setUp();
      for (const technique of [L2, MSE]) await catalog.setThreshold(technique, levels(0));
      await addReadyImages(catalog, 1);
      for (const technique of [L2, 'changed@2']) {
        await catalog.addOutcomes([newOutcome(id(1), 'first', { technique })]);
      }
      await catalog.retireIdle(now());
      await catalog.keepActive(MSE);
      expect(await catalog.snapshot((pages) => pages.techniques())).toEqual([
        { technique: 'changed@2', use: 'none' },
        { technique: L2, use: 'idle' },
        { technique: MSE, use: 'active' },
      ]);
    });

    it('that is idle has its dead letters replayed: their images are owed to it once it is active again', async () => {
      const { catalog } = await setUp();
      await catalog.setThreshold(L2, levels(0));
      await addReadyImages(catalog, 1);
      const fact = { verdict: 'too_large', detail: '900 megapixels' } as const;
      await catalog.addOutcomes([newOutcome(id(1), 'dead', { facts: [{ ...id(1), fact }] })]);
      await catalog.retireIdle(now());
      await catalog.replayImages([1], AT);
      expect(await catalog.deadLetters([1])).toMatchObject([{ replayedAt: AT }]);
      expect(await catalog.images([id(1)])).toMatchObject([{ fact: null, position: null }]);
      expect(await openFor(catalog, L2)).toEqual([]);
      await catalog.keepActive(L2);
      expect(await openFor(catalog, L2)).toEqual([1]);
    });
  });
}
