import { describe, expect, it } from 'vitest';
import { levels, newImage, newOutcome, positionAt } from '../../support/samples.ts';
import { addImages, id, L2, type SetUpCatalog } from './setup.ts';

const DECODES = { verdict: 'decodes', width: 4, height: 3 } as const;
const UNDECODABLE = { verdict: 'undecodable', detail: 'cut short' } as const;

/** The rows of images. */
export function imagesContract(setUp: SetUpCatalog): void {
  describe('images', () => {
    it('are numbered from 1 in each stream, without holes', async () => {
      const { catalog } = await setUp();
      expect((await addImages(catalog, 3)).map(({ number }) => number)).toEqual([1, 2, 3]);
      expect((await addImages(catalog, 1, 'sky')).map(({ number }) => number)).toEqual([1]);
      expect((await addImages(catalog, 2)).map(({ number }) => number)).toEqual([4, 5]);
    });

    it('have the fields that they were added with: pending, without a decode fact or a position', async () => {
      const { catalog, open } = await setUp();
      const picture = newImage({ format: 'png', origin: "/a b/'\n☃.png", bytes: 7 });
      const expected = { ...picture, number: 1, state: 'pending', fact: null, position: null };
      expect(await addPictures(catalog, [picture])).toEqual([expected]);
      expect(await (await open()).images([id(1)])).toEqual([expected]);
    });

    it('list their masks, each once', async () => {
      const { catalog } = await setUp();
      await addPictures(catalog, ['bb', null, 'aa', 'bb'].map((mask) => newImage({ mask })));
      expect((await catalog.images([id(1), id(2)])).map((image) => image?.mask)).toEqual(['bb', null]);
      expect(await catalog.snapshot((pages) => pages.masks())).toEqual(['aa', 'bb']);
    });

    it('that exist are returned as they are and take no number, also within one batch', async () => {
      const { catalog } = await setUp();
      const [a, b, c] = [newImage(), newImage(), newImage()];
      await addPictures(catalog, [a]);
      await makeReady(catalog, [id(1)]);
      const written = await addPictures(catalog, [b, a, b, c]);
      expect(written.map((row) => [row.incoming, row.number, row.state])).toEqual([
        [b.incoming, 2, 'pending'],
        [a.incoming, 1, 'ready'],
        [b.incoming, 2, 'pending'],
        [c.incoming, 3, 'pending'],
      ]);
    });

    it('are returned in the order of the request, undefined if there is none', async () => {
      const { catalog } = await setUp();
      await addImages(catalog, 2);
      const rows = await catalog.images([id(2), id(9), id(1), id(1, 'sky')]);
      expect(rows.map((row) => row?.number)).toEqual([2, undefined, 1, undefined]);
    });

    it('keep their first position until it is cleared', async () => {
      const { catalog } = await setUp();
      await addImages(catalog, 1);
      await publishAt(catalog, [{ ...id(1), position: positionAt(5) }]);
      await publishAt(catalog, [{ ...id(1), position: positionAt(6) }]);
      expect((await catalog.images([id(1)]))[0]?.position).toEqual(positionAt(5));
      await catalog.clearPublished([id(1)]);
      expect((await catalog.images([id(1)]))[0]?.position).toBeNull();
      await publishAt(catalog, [{ ...id(1), position: positionAt(6) }]);
      expect((await catalog.images([id(1)]))[0]?.position).toEqual(positionAt(6));
    });

    it('are unpublished while they are pending or have no position, by number', async () => {
      const { catalog } = await setUp();
      await addImages(catalog, 4);
      await addImages(catalog, 1, 'sky');
      await makeReady(catalog, [id(1), id(2)]);
      await publishAt(catalog, [
        { ...id(1), position: positionAt(0) },
        { ...id(3), position: positionAt(1) },
      ]);
      const numbers = async (limit: number) =>
        (await catalog.unpublishedImages('default', limit)).map(({ number }) => number);
      expect(await numbers(10)).toEqual([2, 3, 4]);
      expect(await numbers(2)).toEqual([2, 3]);
      expect(await catalog.unpublishedStreams()).toEqual(['default', 'sky']);
      await makeReady(catalog, [id(1, 'sky')]);
      await publishAt(catalog, [{ ...id(1, 'sky'), position: positionAt(2) }]);
      expect(await catalog.unpublishedStreams()).toEqual(['default']);
    });

    it('have as reference the nearest earlier one of their stream that may decode', async () => {
      const { catalog } = await setUp();
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

    it('are in flight while they have a position and lack an outcome of a technique in use', async () => {
      const { catalog } = await setUp();
      await addImages(catalog, 3);
      await publishAt(catalog, [
        { ...id(1), position: positionAt(0) },
        { ...id(2), position: positionAt(1) },
      ]);
      const inFlight = async (after = 0, limit = 10) =>
        (await catalog.imagesInFlight('default', after, limit)).map(({ number }) => number);
      expect(await catalog.imagesInFlight('default', 0, 10)).toEqual([
        { ...id(1), position: positionAt(0) },
        { ...id(2), position: positionAt(1) },
      ]);
      await catalog.setThreshold(L2, levels(0));
      await catalog.addOutcomes([newOutcome(id(1), 'first')]);
      expect(await inFlight()).toEqual([2]);
      await catalog.setThreshold('mse@1', levels(0));
      expect(await inFlight()).toEqual([1, 2]);
      expect([await inFlight(0, 1), await inFlight(1), await inFlight(2)]).toEqual([[1], [2], []]);
      expect(await catalog.imagesInFlight('sky', 0, 10)).toEqual([]);
    });

    it('are found as the newest of their stream, and of their origin', async () => {
      const { catalog } = await setUp();
      expect(await catalog.newestImages([{ stream: 'default' }])).toEqual([undefined]);
      await addPictures(catalog, ['/a', '/b', '/a', '/c'].map((origin) => newImage({ origin })));
      await addPictures(catalog, [newImage({ stream: 'sky', origin: '/a' })]);
      const newest = await catalog.newestImages([
        { stream: 'default' },
        { stream: 'default', origin: '/a' },
        { stream: 'default', origin: '/d' },
        { stream: 'sky', origin: '/a' },
      ]);
      expect(newest.map((row) => row && `${row.stream}/${row.number}`)).toEqual([
        'default/4',
        'default/3',
        undefined,
        'sky/1',
      ]);
    });
  });
}
