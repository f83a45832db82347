import { describe, expect, it } from 'vitest';
import { LockLost } from '../../../src/domain/errors.ts';
import type { Catalog } from '../../../src/ports/catalog/catalog.ts';
import type { StreamHolder } from '../../../src/ports/catalog/images.ts';
import { newImage, positionAt } from '../../support/samples.ts';
import { addImages, addPictures, holderOf, id, makeReady, type SetUpCatalog } from './setup.ts';

/** Everything that the catalog has about images. */
async function everything(catalog: Catalog): Promise<unknown> {
  return catalog.snapshot(async (pages) => [await pages.imagePage(undefined, 99), await pages.counts()]);
}

/** What the holder of a stream's lock writes. */
export function imageWritesContract(setUp: SetUpCatalog): void {
  describe('the writes of a stream’s holder', () => {
    it.each<[string, (catalog: Catalog, holder: StreamHolder) => Promise<unknown>]>([
      ['adds pictures', (catalog, holder) => catalog.writeImages(holder, { added: [newImage()] })],
      ['makes images ready', (catalog, holder) => catalog.writeImages(holder, { ready: [2] })],
      [
        'records positions',
        (catalog, holder) => catalog.writeImages(holder, { published: [{ number: 1, position: positionAt(7) }] }),
      ],
      ['writes nothing', (catalog, holder) => catalog.writeImages(holder, {})],
      ['enters attempts', (catalog, holder) => catalog.nextImageAttempt(holder, [2])],
      ['withdraws images', (catalog, holder) => catalog.withdrawImages(holder, 1)],
    ])('fail with LockLost and change nothing once another has fenced it: %s', async (_, write) => {
      const { catalog, open } = await setUp();
      await addImages(catalog, 2);
      await makeReady(catalog, [id(1)]);
      const old = await holderOf(catalog);
      const current = await holderOf(await open());
      const before = await everything(catalog);
      await expect(write(catalog, old)).rejects.toBeInstanceOf(LockLost);
      expect(await everything(catalog)).toEqual(before);
      await write(catalog, current);
    });

    it('fail with LockLost for a stream that was never fenced', async () => {
      const { catalog } = await setUp();
      const holder = { stream: 'sky', token: 'a token' };
      await expect(catalog.writeImages(holder, { added: [newImage({ stream: 'sky' })] })).rejects.toBeInstanceOf(
        LockLost,
      );
      expect(await catalog.snapshot((pages) => pages.streams())).toEqual([]);
    });

    it('do not depend on the holders of other streams, nor on a fence repeated with the same token', async () => {
      const { catalog } = await setUp();
      const holder = await holderOf(catalog);
      await holderOf(catalog, 'sky');
      await catalog.fenceStream(holder);
      const [added] = await catalog.writeImages(holder, { added: [newImage()] });
      expect(added).toMatchObject({ ...id(1), state: 'pending' });
    });

    it('can add pictures, make images ready and record positions at once', async () => {
      const { catalog } = await setUp();
      await addImages(catalog, 3);
      await makeReady(catalog, [id(1)]);
      const added = newImage();
      const rows = await catalog.writeImages(await holderOf(catalog), {
        published: [{ number: 1, position: positionAt(5) }],
        ready: [2, 3],
        added: [added],
      });
      const more = { attempt: 1, state: 'pending', movedTo: null, fact: null, position: null };
      expect(rows).toEqual([{ ...added, number: 4, ...more }]);
      const images = await catalog.images([1, 2, 3, 4].map((number) => id(number)));
      expect(images.map((image) => [image?.state, image?.position])).toEqual([
        ['ready', positionAt(5)],
        ['ready', null],
        ['ready', null],
        ['pending', null],
      ]);
    });

    it('return the same rows if they are repeated, and take no new numbers', async () => {
      const { catalog } = await setUp();
      const holder = await holderOf(catalog);
      const writes = { added: [newImage(), newImage({ origin: '/b' })] };
      const first = await catalog.writeImages(holder, writes);
      const before = await everything(catalog);
      expect(await catalog.writeImages(holder, writes)).toEqual(first);
      expect(await everything(catalog)).toEqual(before);
      const [next] = await catalog.writeImages(holder, { added: [newImage()] });
      expect(next?.number).toBe(3);
    });
  });

  describe('the next attempt of an image', () => {
    it('is entered while the image is pending', async () => {
      const { catalog } = await setUp();
      const [, second, third] = await addImages(catalog, 3);
      await makeReady(catalog, [id(1)]);
      const holder = await holderOf(catalog);
      expect(await catalog.nextImageAttempt(holder, [3, 1, 9])).toEqual([{ ...third, attempt: 2 }]);
      expect((await catalog.nextImageAttempt(holder, [3]))[0]?.attempt).toBe(3);
      await makeReady(catalog, [id(3)]);
      const images = await catalog.images([id(1), id(2), id(3)]);
      expect(images.map((image) => image?.attempt)).toEqual([1, second?.attempt, 3]);
      expect(images.map((image) => image?.state)).toEqual(['ready', 'pending', 'ready']);
    });

    it('is entered only in its stream', async () => {
      const { catalog } = await setUp();
      await addImages(catalog, 1, 'sky');
      await addImages(catalog, 1);
      await catalog.nextImageAttempt(await holderOf(catalog), [1]);
      const images = await catalog.images([id(1), id(1, 'sky')]);
      expect(images.map((image) => image?.attempt)).toEqual([2, 1]);
    });
  });

  describe('images that are withdrawn', () => {
    it('are deleted from a number on, and their numbers are given again', async () => {
      const { catalog } = await setUp();
      await addImages(catalog, 5);
      await makeReady(catalog, [id(1), id(2)]);
      await catalog.withdrawImages(await holderOf(catalog), 4);
      expect((await catalog.pendingImages('default')).map(({ number }) => number)).toEqual([3]);
      expect((await catalog.counts()).streams).toMatchObject([{ images: 2, lastNumber: 3 }]);
      expect((await addImages(catalog, 2)).map(({ number }) => number)).toEqual([4, 5]);
    });

    it('are only pending ones, however low the number is', async () => {
      const { catalog } = await setUp();
      await addImages(catalog, 3);
      await makeReady(catalog, [id(1), id(2)]);
      const holder = await holderOf(catalog);
      await catalog.withdrawImages(holder, 1);
      await catalog.withdrawImages(holder, 1);
      expect((await catalog.images([id(1), id(2), id(3)])).map((image) => image?.state)).toEqual([
        'ready',
        'ready',
        undefined,
      ]);
      expect((await addImages(catalog, 1)).map(({ number }) => number)).toEqual([3]);
    });

    it('are those of one stream', async () => {
      const { catalog } = await setUp();
      for (const stream of ['default', 'sky', 'sea']) await addImages(catalog, 2, stream);
      await catalog.withdrawImages(await holderOf(catalog, 'sky'), 1);
      expect(await catalog.pendingStreams()).toEqual(['default', 'sea']);
      const numbers = async (stream: string) => (await addImages(catalog, 1, stream)).map(({ number }) => number);
      expect([await numbers('default'), await numbers('sky'), await numbers('sea')]).toEqual([[3], [1], [3]]);
    });

    it('leave nothing behind: their pictures can be added again, and are no longer the newest', async () => {
      const { catalog } = await setUp();
      const [kept, withdrawn] = [newImage({ origin: '/a' }), newImage({ origin: '/b' })];
      const paths = [{ stream: 'default' }, ...['/a', '/b'].map((path) => ({ stream: 'default', path }))];
      const newest = async () => (await catalog.newestImages(paths)).map((image) => image?.number);
      await addPictures(catalog, [kept, newImage({ origin: '/a' }), withdrawn]);
      expect(await newest()).toEqual([3, 2, 3]);
      await catalog.withdrawImages(await holderOf(catalog), 2);
      expect(await newest()).toEqual([1, 1, undefined]);
      await addPictures(catalog, [newImage({ origin: '/a' }), newImage({ origin: '/a' })]);
      expect(await newest()).toEqual([3, 3, undefined]);
      expect(await addPictures(catalog, [withdrawn])).toMatchObject([{ number: 4, receiptId: withdrawn.receiptId }]);
      expect(await newest()).toEqual([4, 3, 4]);
    });
  });
}
