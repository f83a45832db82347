import { describe, expect, it } from 'vitest';
import { sha256Of } from '../../src/base/digest.ts';
import type { ObjectStore } from '../../src/ports/object-store.ts';

export interface ObjectStoreSetup {
  /** An empty store. */
  readonly store: ObjectStore;
}

const KEY = 'image_database/00001.jpg';

function bytes(text: string): Uint8Array {
  return Buffer.from(text);
}

async function text(store: ObjectStore, key: string): Promise<string | undefined> {
  const found = await store.get(key);
  return found && Buffer.from(found).toString();
}

/** The pieces of an existing object. */
async function pieces(store: ObjectStore, key: string): Promise<Uint8Array[]> {
  const all: Uint8Array[] = [];
  for await (const piece of (await store.open(key))?.bytes ?? []) all.push(piece);
  return all;
}

/** The contract of every object store. */
export function objectStoreContract(setUp: () => Promise<ObjectStoreSetup>): void {
  describe('objects', () => {
    it('are read as they were put; only a missing one is undefined', async () => {
      const { store } = await setUp();
      const all = Uint8Array.from({ length: 256 }, (_, value) => value);
      expect(await store.get(KEY)).toBeUndefined();
      const results = await store.put([
        { key: KEY, bytes: all },
        { key: 'image_database/sky/00001.png', bytes: new Uint8Array() },
      ]);
      expect(results).toEqual(['added', 'added']);
      expect(Buffer.from((await store.get(KEY)) ?? '')).toEqual(Buffer.from(all));
      expect(await text(store, 'image_database/sky/00001.png')).toBe('');
      expect(await store.get('image_database/sky/00002.png')).toBeUndefined();
    });

    it('are read as a stream of pieces, whole and in order', async () => {
      const { store } = await setUp();
      const large = Uint8Array.from({ length: 1_000_003 }, (_, index) => index % 251);
      const empty = 'image_database/00002.jpg';
      await store.put([
        { key: KEY, bytes: large },
        { key: empty, bytes: new Uint8Array() },
      ]);
      const read = await pieces(store, KEY);
      expect(Buffer.concat(read).equals(large)).toBe(true);
      expect(Math.max(...read.map(({ length }) => length))).toBeLessThan(large.length / 2);
      expect(await pieces(store, empty)).toEqual([]);
    });

    it('have a size, also when opened; only that of a missing one is undefined', async () => {
      const { store } = await setUp();
      const empty = 'image_database/00002.jpg';
      await store.put([
        { key: KEY, bytes: bytes('seven b') },
        { key: empty, bytes: new Uint8Array() },
      ]);
      expect([await store.size(KEY), await store.size(empty)]).toEqual([7, 0]);
      expect([(await store.open(KEY))?.size, (await store.open(empty))?.size]).toEqual([7, 0]);
      expect(await store.size('image_database/00003.jpg')).toBeUndefined();
      expect(await store.open('image_database/00003.jpg')).toBeUndefined();
      expect(await store.size('image_database/sky/00001.jpg')).toBeUndefined();
    });

    it('have a digest and a size; only those of a missing one are undefined', async () => {
      const { store } = await setUp();
      const contents = [0, 1, 1_500_001].map((length) => Uint8Array.from({ length }, (_, index) => index % 251));
      const objects = contents.map((content, index) => ({
        key: `image_database/0000${index + 1}.jpg`,
        bytes: content,
      }));
      await store.put(objects);
      for (const object of objects) {
        const expected = { sha256: sha256Of(object.bytes), size: object.bytes.length };
        expect(await store.digest(object.key)).toEqual(expected);
        expect(await store.digest(object.key, { deep: true })).toEqual(expected);
      }
      expect(await store.digest('image_database/00004.jpg')).toBeUndefined();
      expect(await store.digest('image_database/00004.jpg', { deep: true })).toBeUndefined();
      expect(await store.digest('image_database/sky/00001.jpg')).toBeUndefined();
    });

    it('can be the body of a response when opened', async () => {
      const { store } = await setUp();
      await store.put([{ key: KEY, bytes: bytes('a picture') }]);
      const opened = await store.open(KEY);
      expect(await new Response(opened?.bytes ?? null).text()).toBe('a picture');
    });

    it('that are removed before they are read fail with object_missing', async () => {
      const { store } = await setUp();
      await store.put([{ key: KEY, bytes: bytes('a') }]);
      const opened = await store.open(KEY);
      await store.remove([KEY]);
      await expect(opened?.bytes.getReader().read()).rejects.toMatchObject({ code: 'object_missing' });
    });

    it('are put once: an existing one stays, and the results are in the order of the objects', async () => {
      const { store } = await setUp();
      await store.put([{ key: KEY, bytes: bytes('first') }]);
      const results = await store.put([
        { key: 'image_database/00002.jpg', bytes: bytes('new') },
        { key: KEY, bytes: bytes('second') },
      ]);
      expect(results).toEqual(['added', 'exists']);
      expect(await text(store, KEY)).toBe('first');
    });

    it('are put in one call by the hundred, with the results in their order', async () => {
      const { store } = await setUp();
      const keys = Array.from(
        { length: 100 },
        (_, index) => `image_database/${String(index + 1).padStart(5, '0')}.jpg`,
      );
      await store.put(keys.filter((_, index) => index % 3 === 0).map((key) => ({ key, bytes: bytes('first') })));
      const results = await store.put(keys.map((key) => ({ key, bytes: bytes(key) })));
      expect(results).toEqual(keys.map((_, index) => (index % 3 === 0 ? 'exists' : 'added')));
      expect((await store.list('image_database')).sort()).toEqual(keys);
      expect(await text(store, keys[1] ?? '')).toBe(keys[1]);
    });

    it('put concurrently under one key are added exactly once, whole', async () => {
      const { store } = await setUp();
      const contents = Array.from({ length: 20 }, (_, index) => String.fromCharCode(97 + index).repeat(50_000));
      const results = await Promise.all(contents.map((content) => store.put([{ key: KEY, bytes: bytes(content) }])));
      const added = results.flat().indexOf('added');
      expect(results.flat().filter((how) => how === 'added')).toHaveLength(1);
      expect(await text(store, KEY)).toBe(contents[added]);
    });

    it('are listed by folder, without the rest of the store', async () => {
      const { store } = await setUp();
      const keys = [KEY, 'image_database/sky/00001.jpg', 'image_event_database/image_event_001.txt'];
      await store.put(keys.map((key) => ({ key, bytes: bytes(key) })));
      expect((await store.list('image_database')).sort()).toEqual(keys.slice(0, 2));
      expect(await store.list('image_database/sky')).toEqual([keys[1]]);
      expect(await store.list('image_event_alerts')).toEqual([]);
    });

    it('are in a folder that exists once one was put', async () => {
      const { store } = await setUp();
      expect(await store.exists('image_database')).toBe(false);
      await store.put([{ key: KEY, bytes: bytes('a') }]);
      expect(await store.exists('image_database')).toBe(true);
      expect(await store.exists('image_event_database')).toBe(false);
      expect(await store.exists('image')).toBe(false);
    });

    it('are removed; missing ones are ignored', async () => {
      const { store } = await setUp();
      const keys = ['image_database/sky/00001.jpg', 'image_database/sky/00002.jpg'];
      await store.put(keys.map((key) => ({ key, bytes: bytes(key) })));
      await store.remove([...keys, 'image_database/sea/00001.jpg']);
      await store.remove(keys);
      expect(await store.list('image_database')).toEqual([]);
      expect(await store.put([{ key: 'image_database/sky/00001.jpg', bytes: bytes('again') }])).toEqual(['added']);
    });

    it('have an address that starts with that of the store', async () => {
      const { store } = await setUp();
      expect(store.locate(KEY)).toBe(`${store.address}/${KEY}`);
    });
  });
}
