import { describe, expect, it } from 'vitest';
import type { AlertPage, Below, TimeRange } from '../../../src/ports/catalog/browsing.ts';
import type { Catalog } from '../../../src/ports/catalog/catalog.ts';
import { CAPTURE, newAlert, newImage, newOutcome } from '../../support/samples.ts';
import { minute, numbers } from './browsing.ts';
import { addPictures, id, L2, makeEventsReady, makeReady, type SetUpCatalog } from './setup.ts';

/** Lists of images, events and alerts in the order of time. */
export function listsByTimeContract(setUp: SetUpCatalog): void {
  describe('a list that selects by time', () => {
    /** Images 1 to 5, captured in the minutes 0, 5, 4, 4 and 2; the last four have the events and alerts 1 to 4. */
    async function captured(catalog: Catalog): Promise<void> {
      const pictures = [0, 5, 4, 4, 2].map((at) => newImage({ capture: { ...CAPTURE, at: minute(at) } }));
      await makeReady(catalog, await addPictures(catalog, pictures));
      await catalog.addOutcomes([
        newOutcome(id(1), 'first'),
        ...[2, 3, 4, 5].map((number) => newOutcome(id(number), 'changed', { measurement: number })),
      ]);
      await makeEventsReady(catalog, [1, 2, 3, 4]);
      await catalog.addAlerts([1, 2, 3, 4].map(newAlert));
      await catalog.markAlertsReady([1, 2, 3, 4]);
    }

    /** By the numbers of images; events and alerts have one less. */
    it.each<[TimeRange, Below, number[]]>([
      [{ from: minute(1) }, { limit: 9 }, [2, 4, 3, 5]],
      [{ from: minute(1) }, { limit: 2 }, [2, 4]],
      [{ from: minute(1), to: minute(5) }, { limit: 9 }, [4, 3, 5]],
      [{ from: minute(1) }, { before: 4, limit: 9 }, [3, 5]],
      [{ from: minute(1) }, { before: 5, limit: 9 }, []],
      [{ from: minute(3) }, { before: 4, limit: 9 }, [3]],
      // One that is not selected, and none.
      [{ from: minute(1), to: minute(5) }, { before: 2, limit: 9 }, [4, 3, 5]],
      [{ from: minute(1) }, { before: 99, limit: 9 }, [2, 4, 3, 5]],
    ])('has the latest first, and of equal times the highest number: %j %j', async (range, page, expected) => {
      const { catalog } = await setUp();
      await captured(catalog);
      const images = await catalog.imagesBelow('default', range, page);
      expect(images.map(({ number }) => number)).toEqual(expected);
      const below = page.before === undefined ? page : { ...page, before: page.before - 1 };
      const events = await catalog.eventsBelow(range, below);
      expect(events.map(({ image }) => image.number)).toEqual(expected);
      for (const filter of [range, { ...range, stream: 'default' }, { ...range, technique: L2 }]) {
        expect(await numbers(catalog, filter, below)).toEqual(expected.map((image) => image - 1));
      }
    });

    it('continues from an alert that a filter leaves out', async () => {
      const { catalog } = await setUp();
      await captured(catalog);
      const filter = { from: minute(0), minMeasurement: 4 };
      expect(await numbers(catalog, filter)).toEqual([3, 4]);
      expect(await numbers(catalog, filter, { before: 2, limit: 9 })).toEqual([4]);
    });

    it.each<[AlertPage, number[]]>([
      [{ after: 4, limit: 9 }, [1, 3, 2]],
      [{ after: 4, limit: 2 }, [3, 2]],
      [{ after: 2, limit: 1 }, [3]],
      [{ after: 4, before: 1, limit: 9 }, [3, 2]],
      [{ after: 1, limit: 9 }, []],
    ])('goes upwards from %j', async (page, expected) => {
      const { catalog } = await setUp();
      await captured(catalog);
      expect(await numbers(catalog, { from: minute(0) }, page)).toEqual(expected);
      expect(await numbers(catalog, { from: minute(0), minMeasurement: 0 }, page)).toEqual(expected);
    });
  });
}
