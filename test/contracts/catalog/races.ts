import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Catalog } from '../../../src/ports/catalog/catalog.ts';
import { levels, newAlert, newImage, newOutcome } from '../../support/samples.ts';
import { addReadyImages, holderOf, id, L2, makeEventsReady, type SetUpCatalog } from './setup.ts';

const COUNT = 48;
const BATCH = 6;
const NUMBERS = Array.from({ length: COUNT }, (_, at) => at + 1);

/** The numbers in batches, in their order. */
function batchesOf(numbers: readonly number[]): number[][] {
  return Array.from({ length: COUNT / BATCH }, (_, at) => numbers.slice(at * BATCH, (at + 1) * BATCH));
}

/** What two processes write at the same time: the same rows, in different orders. */
export function racesContract(setUp: SetUpCatalog): void {
  describe('two processes that write at once', () => {
    /** Does work for each batch as two processes, and again and again as a third one, which watches. */
    async function race<T>(
      catalogs: readonly [Catalog, Catalog],
      work: (catalog: Catalog, batch: readonly number[]) => Promise<T[]>,
      watch: () => Promise<void>,
    ): Promise<[T[], T[]]> {
      let isDone = false;
      const inTurn = async (catalog: Catalog, numbers: readonly number[]) => {
        const results: T[] = [];
        for (const batch of batchesOf(numbers)) results.push(...(await work(catalog, batch)));
        return results;
      };
      const watching = (async () => {
        while (!isDone) {
          await watch();
          // Lets the writers have their turn, also where nothing is waited for.
          await setImmediate();
        }
      })();
      try {
        return await Promise.all([inTurn(catalogs[0], NUMBERS), inTurn(catalogs[1], NUMBERS.toReversed())]);
      } finally {
        isDone = true;
        await watching;
      }
    }

    it('give events numbers without holes, visible in their order, one for each image', async () => {
      const { catalog, open } = await setUp();
      const [other, third] = [await open(), await open()];
      await catalog.setThreshold(L2, levels(0));
      await addReadyImages(catalog, COUNT);
      const [ours, theirs] = await race(
        [catalog, other],
        (each, batch) => each.addOutcomes(batch.map((number) => newOutcome(id(number), 'changed'))),
        async () => {
          const [events, last] = await third.snapshot(async (pages) => [
            await pages.eventPage(0, COUNT + 1),
            await pages.lastEvent(),
          ]);
          expect(events.map(({ number }) => number)).toEqual(NUMBERS.slice(0, last));
        },
      );
      const byImage = (rows: typeof ours) => rows.map(({ image, event }) => `${image.number}: ${event?.number}`).sort();
      expect(byImage(theirs)).toEqual(byImage(ours));
      expect(ours.map(({ event }) => event?.number).sort((a = 0, b = 0) => a - b)).toEqual(NUMBERS);
    });

    it('give images numbers without holes, visible in their order, one for each receipt', async () => {
      const { catalog, open } = await setUp();
      const [other, third] = [await open(), await open()];
      const holder = await holderOf(catalog);
      const pictures = NUMBERS.map(() => newImage());
      const [ours, theirs] = await race(
        [catalog, other],
        (each, batch) => each.writeImages(holder, { added: batch.flatMap((number) => pictures[number - 1] ?? []) }),
        async () => {
          const images = await third.snapshot((pages) => pages.imagePage(undefined, COUNT + 1));
          expect(images.map(({ number }) => number)).toEqual(NUMBERS.slice(0, images.length));
        },
      );
      const byReceipt = (rows: typeof ours) => rows.map(({ number, receiptId }) => `${receiptId}: ${number}`).sort();
      expect(byReceipt(theirs)).toEqual(byReceipt(ours));
      expect(ours.map(({ number }) => number).sort((a, b) => a - b)).toEqual(NUMBERS);
    });

    it('list each alert once', async () => {
      const { catalog, open } = await setUp();
      const other = await open();
      await catalog.setThreshold(L2, levels(0));
      await addReadyImages(catalog, COUNT);
      await catalog.addOutcomes(NUMBERS.map((number) => newOutcome(id(number), 'changed')));
      await makeEventsReady(catalog, NUMBERS);
      await race(
        [catalog, other],
        async (each, batch) => {
          await each.addAlerts(batch.map(newAlert));
          await each.markAlertsReady(batch);
          return [];
        },
        async () => {},
      );
      const { alerts } = await catalog.counts();
      expect(alerts).toBe(COUNT);
    });
  });
}
