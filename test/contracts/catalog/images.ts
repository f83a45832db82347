import { describe, expect, it } from 'vitest';
import { CAPTURE, newImage, newOutcome, positionAt } from '../../support/samples.ts';
import { addImages, addPictures, holderOf, id, makeReady, publishAt, type SetUpCatalog } from './setup.ts';

const DECODES = { verdict: 'decodes', width: 4, height: 3 } as const;
const FILE = { host: 'here', modifiedAt: '2026-01-01T00:00:00.000Z' } as const;
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
      const picture = newImage({ format: 'png', origin: "/a b/'\n☃.png", bytes: 7, capture: CAPTURE, file: FILE });
      const more = { attempt: 1, state: 'pending', movedTo: null, fact: null, position: null };
      const expected = { ...picture, number: 1, ...more };
      expect(await addPictures(catalog, [picture])).toEqual([expected]);
      expect(await (await open()).images([id(1)])).toEqual([expected]);
    });

    it('list their masks, each once', async () => {
      const { catalog } = await setUp();
      await addPictures(
        catalog,
        ['bb', null, 'aa', 'bb'].map((mask) => newImage({ mask })),
      );
      expect((await catalog.images([id(1), id(2)])).map((image) => image?.mask)).toEqual(['bb', null]);
      expect(await catalog.snapshot((pages) => pages.masks())).toEqual(['aa', 'bb']);
    });

    it('that exist are returned as they are and take no number, also within one batch', async () => {
      const { catalog } = await setUp();
      const [a, b, c] = [newImage(), newImage(), newImage()];
      await addPictures(catalog, [a]);
      await makeReady(catalog, [id(1)]);
      const written = await addPictures(catalog, [b, a, b, c]);
      expect(written.map((row) => [row.receiptId, row.number, row.state])).toEqual([
        [b.receiptId, 2, 'pending'],
        [a.receiptId, 1, 'ready'],
        [b.receiptId, 2, 'pending'],
        [c.receiptId, 3, 'pending'],
      ]);
    });

    it('are returned in the order of the request, undefined if there is none', async () => {
      const { catalog } = await setUp();
      await addImages(catalog, 2);
      const rows = await catalog.images([id(2), id(9), id(1), id(1, 'sky')]);
      expect(rows.map((row) => row?.number)).toEqual([2, undefined, 1, undefined]);
    });

    it('have the position of their latest message', async () => {
      const { catalog } = await setUp();
      await addImages(catalog, 2);
      await publishAt(catalog, [{ ...id(1), position: positionAt(5) }]);
      await publishAt(catalog, [{ ...id(1), position: positionAt(6, { bus: 'kafka', partition: 3 }) }]);
      const positions = (await catalog.images([id(1), id(2)])).map((image) => image?.position);
      expect(positions).toEqual([positionAt(6, { bus: 'kafka', partition: 3 }), null]);
    });

    it('are pending, and listed by stream and number, until they are ready', async () => {
      const { catalog } = await setUp();
      const added = await addImages(catalog, 3);
      await addImages(catalog, 1, 'sky');
      expect(await catalog.pendingImages('default')).toEqual(added);
      expect(await catalog.pendingStreams()).toEqual(['default', 'sky']);
      await makeReady(catalog, [id(1), id(2), id(9)]);
      expect(await catalog.pendingImages('default')).toEqual(added.slice(2));
      await makeReady(catalog, [id(3)]);
      expect(await catalog.pendingImages('default')).toEqual([]);
      expect(await catalog.pendingStreams()).toEqual(['sky']);
      expect((await catalog.images([id(1), id(3)])).map((image) => image?.state)).toEqual(['ready', 'ready']);
    });

    it('have as reference the nearest earlier ready one of their stream that may decode', async () => {
      const { catalog } = await setUp();
      await makeReady(catalog, await addImages(catalog, 6));
      await makeReady(catalog, await addImages(catalog, 2, 'sky'));
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

    it('are no reference while they are pending', async () => {
      const { catalog } = await setUp();
      await addImages(catalog, 4);
      await makeReady(catalog, [id(1)]);
      const reference = async () => (await catalog.references([id(4)]))[0]?.number;
      expect(await reference()).toBe(1);
      await makeReady(catalog, [id(3)]);
      expect(await reference()).toBe(3);
    });

    it('are found as the newest of their stream, and of their origin', async () => {
      const { catalog } = await setUp();
      expect(await catalog.newestImages([{ stream: 'default' }])).toEqual([undefined]);
      await addPictures(
        catalog,
        ['/a', '/b', '/a', '/c'].map((origin) => newImage({ origin })),
      );
      await addPictures(catalog, [newImage({ stream: 'sky', origin: '/a' })]);
      const newest = await catalog.newestImages([
        { stream: 'default' },
        { stream: 'default', path: '/a' },
        { stream: 'default', path: '/d' },
        { stream: 'sky', path: '/a' },
      ]);
      expect(newest.map((row) => row && `${row.stream}/${row.number}`)).toEqual([
        'default/4',
        'default/3',
        undefined,
        'sky/1',
      ]);
    });

    it('are found at the path to which their file was moved, and not where it was', async () => {
      const { catalog, open } = await setUp();
      await addPictures(
        catalog,
        ['/a', '/a', '/b'].map((origin) => newImage({ origin, file: FILE })),
      );
      const holder = await holderOf(catalog);
      const newest = async () => {
        const paths = ['/a', '/b', '/c'];
        const found = await (await open()).newestImages(paths.map((path) => ({ stream: 'default', path })));
        return found.map((row) => row?.number);
      };
      await catalog.writeImages(holder, { moved: [{ number: 2, path: '/c' }] });
      expect(await newest()).toEqual([1, 3, 2]);
      expect(await catalog.images([id(2)])).toMatchObject([{ origin: '/a', movedTo: '/c' }]);
      await catalog.writeImages(holder, { moved: [{ number: 1, path: '/b' }] });
      expect(await newest()).toEqual([undefined, 3, 2]);
      // Back where it was received.
      await catalog.writeImages(holder, { moved: [{ number: 2, path: '/a' }] });
      expect(await newest()).toEqual([2, 3, undefined]);
      expect(await catalog.images([id(2)])).toMatchObject([{ origin: '/a', movedTo: null }]);
    });

    it('are found by the content and the facts of their file, a page at a time', async () => {
      const { catalog } = await setUp();
      const same = { sha256: `${'a'.repeat(63)}b`, file: FILE };
      await addPictures(catalog, [
        newImage({ ...same, origin: '/a' }),
        newImage({ ...same, sha256: 'a'.repeat(64) }),
        newImage({ ...same, file: null }),
        newImage({ ...same, file: { ...FILE, host: 'elsewhere' } }),
        newImage({ ...same, file: { ...FILE, modifiedAt: '2026-01-01T00:00:00.001Z' } }),
        newImage({ ...same, origin: '/b' }),
        newImage({ ...same, origin: '/c' }),
      ]);
      await addPictures(catalog, [newImage({ ...same, stream: 'sky' })]);
      const query = { ...same, stream: 'default' };
      const found = await catalog.imagesOfFiles([
        { ...query, after: 0, limit: 2 },
        { ...query, after: 6, limit: 2 },
        { ...query, after: 7, limit: 2 },
        { ...query, stream: 'sky', after: 0, limit: 2 },
      ]);
      expect(found.map((rows) => rows.map(({ number }) => number))).toEqual([[1, 6], [7], [], [1]]);
    });

    it('that are withdrawn are found no more', async () => {
      const { catalog } = await setUp();
      await addPictures(catalog, [newImage({ file: FILE }), newImage({ file: FILE })]);
      await catalog.withdrawImages(await holderOf(catalog), 2);
      const query = { stream: 'default', sha256: newImage().sha256, file: FILE, after: 0, limit: 9 };
      expect(await catalog.imagesOfFiles([query])).toMatchObject([[{ number: 1 }]]);
    });
  });
}
