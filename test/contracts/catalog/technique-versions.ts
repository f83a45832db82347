import { describe, expect, it } from 'vitest';
import type { Catalog } from '../../../src/ports/catalog/catalog.ts';
import { auditOf } from '../../support/audit.ts';
import { levels, newAlert, newOutcome, positionAt } from '../../support/samples.ts';
import { addReadyImages, id, makeEventsReady, type SetUpCatalog } from './setup.ts';

const [OLD, NEW] = ['l2@1', 'l2@2'];
const AT = '2026-02-03T04:05:06.789Z';
const NOTHING = { bus: 'embedded', ranges: [] };

async function openFor(catalog: Catalog, technique: string): Promise<number[]> {
  const open = await catalog.undeliverableImages(technique, NOTHING, 'default', 0, 99);
  return open.map(({ image }) => image.number);
}

/** A newer version of a technique takes over under its name. */
export function techniqueVersionsContract(setUp: SetUpCatalog): void {
  describe('a newer version of a technique', () => {
    /** Five images, of which the old version has judged three: 2 is changed and alerted, 3 is dead. */
    async function judged(): Promise<{ readonly catalog: Catalog; readonly other: Catalog }> {
      const { catalog, open } = await setUp();
      await catalog.setThreshold(OLD, levels(3));
      await addReadyImages(catalog, 5);
      const by = { technique: OLD, threshold: levels(3) };
      await catalog.addOutcomes([
        newOutcome(id(1), 'first', by),
        newOutcome(id(2), 'changed', by),
        newOutcome(id(3), 'dead', { ...by, deadLetter: letterOf(3, OLD) }),
      ]);
      await makeEventsReady(catalog, [1]);
      await catalog.addAlerts([newAlert(1)]);
      await catalog.markAlertsReady([1]);
      return { catalog, other: await open() };
    }

    it('is owed only what the version before has not judged', async () => {
      const { catalog, other } = await judged();
      await catalog.setThreshold(NEW, levels(3));
      expect(await openFor(catalog, NEW)).toEqual([4, 5]);
      expect(await openFor(other, OLD)).toEqual([4, 5]);
      expect(await catalog.undeliverableStreams(NEW, NOTHING)).toEqual(['default']);
      expect(await catalog.activeTechniques()).toEqual([NEW]);
      expect(await catalog.thresholds()).toEqual(new Map([[NEW, levels(3)]]));
      expect(await catalog.firstOpen(NEW, { stream: 'default', first: 1, last: 5 })).toBe(4);
      expect(await catalog.tally(NEW, { stream: 'default', first: 1, last: 5 })).toEqual({
        events: 1,
        alerts: 1,
        deadLetters: 1,
      });
    });

    it('leaves outcomes and events as they were judged', async () => {
      const { catalog } = await judged();
      await catalog.setThreshold(NEW, levels(3));
      const known = await catalog.addOutcomes([newOutcome(id(2), 'unchanged', { technique: NEW })]);
      expect(known).toMatchObject([{ technique: OLD, kind: 'changed', event: { number: 1, technique: OLD } }]);
      expect(await catalog.outcomes(NEW, [id(1), id(2), id(4)])).toMatchObject([
        { technique: OLD, kind: 'first', threshold: levels(3) },
        { technique: OLD, kind: 'changed' },
        undefined as never,
      ]);
      expect(await catalog.counts()).toMatchObject({ events: 1 });
    });

    it('and the one before judge each image once, while both are at work', async () => {
      const { catalog, other } = await judged();
      await catalog.setThreshold(NEW, levels(3));
      const [four] = await other.addOutcomes([newOutcome(id(4), 'changed', { technique: OLD })]);
      const [again] = await catalog.addOutcomes([newOutcome(id(4), 'changed', { technique: NEW })]);
      const [five] = await catalog.addOutcomes([newOutcome(id(5), 'changed', { technique: NEW })]);
      const [after] = await other.addOutcomes([newOutcome(id(5), 'unchanged', { technique: OLD })]);
      expect([four?.technique, again?.technique, five?.technique, after?.technique]).toEqual([OLD, OLD, NEW, NEW]);
      expect([four, again, five, after].map((outcome) => outcome?.event?.number)).toEqual([2, 2, 3, 3]);
      expect((await catalog.events([2, 3])).map((event) => event?.technique)).toEqual([OLD, NEW]);
      await makeEventsReady(catalog, [2, 3]);
      expect(await openFor(catalog, NEW)).toEqual([]);
      expect(await auditOf(catalog, NEW)).toMatchObject({ images: 5, events: 3, faults: [] });
    });

    it('stays in force when the one before starts again', async () => {
      const { catalog, other } = await judged();
      await catalog.setThreshold(NEW, levels(3));
      await other.keepActive(OLD);
      await other.setThreshold(OLD, levels(4));
      expect(await catalog.thresholds()).toEqual(new Map([[NEW, levels(4)]]));
      expect(await catalog.retireIdle(new Date(Date.now() + 1000).toISOString())).toEqual([NEW]);
      expect(await openFor(catalog, NEW)).toEqual([]);
      await catalog.keepActive(NEW);
      expect(await openFor(catalog, NEW)).toEqual([4, 5]);
    });

    it('is one technique with the one before in counts, each outcome by the version that judged it', async () => {
      const { catalog } = await judged();
      await catalog.setThreshold(NEW, levels(3));
      await catalog.addOutcomes([newOutcome(id(4), 'unchanged', { technique: NEW, threshold: levels(3) })]);
      const { techniques, openImages } = await catalog.counts();
      expect(openImages).toBe(1);
      expect(techniques).toMatchObject([
        {
          technique: NEW,
          open: 1,
          outcomes: { first: 1, unchanged: 1, changed: 1, dead: 1 },
          judged: [
            { technique: OLD, threshold: levels(3), outcomes: { first: 1, changed: 1, dead: 1 } },
            { technique: NEW, threshold: levels(3), outcomes: { unchanged: 1 } },
          ],
        },
      ]);
      expect(await catalog.snapshot((pages) => pages.techniques())).toEqual([{ technique: NEW, use: 'active' }]);
    });

    it('is found with the one before in lists and timelines', async () => {
      const { catalog } = await judged();
      await catalog.setThreshold(NEW, levels(3));
      await catalog.addOutcomes([newOutcome(id(4), 'unchanged', { technique: NEW })]);
      expect((await catalog.choices()).techniques).toEqual([NEW]);
      for (const technique of [OLD, NEW]) {
        const measured = await catalog.measured('default', technique, { limit: 9 });
        expect(measured.map(({ number, alert }) => [number, alert])).toEqual([
          [4, null],
          [3, null],
          [2, 1],
          [1, null],
        ]);
        const alerts = await catalog.alertPage({ technique }, { limit: 9 });
        expect(alerts.map(({ event }) => [event.number, event.technique])).toEqual([[1, OLD]]);
      }
    });

    it('has the dead letters of the one before replayed, and judges their images', async () => {
      const { catalog } = await judged();
      await catalog.setThreshold(NEW, levels(3));
      expect(await catalog.deadLettersOf(NEW, [id(3)])).toMatchObject([{ technique: OLD }]);
      await catalog.replayImages([1], AT);
      expect(await openFor(catalog, NEW)).toEqual([3, 4, 5]);
      await catalog.addOutcomes([newOutcome(id(3), 'dead', { technique: NEW, deadLetter: letterOf(3, NEW) })]);
      expect(await catalog.deadLetterHeads(undefined, 9)).toMatchObject([{ technique: NEW, replayedAt: null }]);
      expect(await openFor(catalog, NEW)).toEqual([4, 5]);
      expect(await auditOf(catalog, NEW)).toMatchObject({ faults: [] });
    });

    it('is not one of another name', async () => {
      const { catalog } = await judged();
      await catalog.setThreshold('l2-masked@2', levels(0));
      await catalog.setThreshold('l@2', levels(0));
      expect(await catalog.activeTechniques()).toEqual(['l2-masked@2', OLD, 'l@2']);
      expect(await openFor(catalog, 'l@2')).toEqual([1, 2, 3, 4, 5]);
      expect(await openFor(catalog, OLD)).toEqual([4, 5]);
    });
  });
}

function letterOf(number: number, technique: string) {
  return {
    stage: 'analyze',
    reason: 'undecodable',
    detail: 'it is cut short',
    stack: null,
    attempts: 1,
    at: AT,
    position: positionAt(number),
    image: id(number),
    technique,
    event: null,
    message: null,
  } as const;
}
