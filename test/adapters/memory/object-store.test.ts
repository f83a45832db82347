import { describe, expect, it } from 'vitest';
import { createMemoryObjectStore, newMemoryStoreState } from '../../../src/adapters/memory/object-store.ts';
import { objectStoreContract } from '../../contracts/object-store.ts';

const KEY = 'image_database/00001.jpg';

describe('the object store in memory', () => {
  objectStoreContract(async () => ({ store: createMemoryObjectStore() }));

  it('shares its objects with stores of the same state, and with no others', async () => {
    const state = newMemoryStoreState();
    await createMemoryObjectStore(state).put([{ key: KEY, bytes: Uint8Array.of(1) }]);
    expect(await createMemoryObjectStore(state).size(KEY)).toBe(1);
    expect(await createMemoryObjectStore().size(KEY)).toBeUndefined();
  });

  it('copies the bytes of an object when they are put and when they are read', async () => {
    const store = createMemoryObjectStore();
    const bytes = Buffer.from('abc');
    await store.put([{ key: KEY, bytes }]);
    bytes[0] = 0;
    const read = await store.get(KEY);
    read?.fill(0);
    expect(Buffer.from((await store.get(KEY)) ?? '').toString()).toBe('abc');
  });

  it('loses and corrupts objects on demand', async () => {
    const store = createMemoryObjectStore();
    await store.put([{ key: KEY, bytes: Buffer.from('abc') }]);
    const opened = await store.open(KEY);
    store.faults.corrupt(KEY, Buffer.from('ab'));
    await expect(opened?.bytes.getReader().read()).rejects.toMatchObject({ code: 'object_damaged' });
    expect(await store.size(KEY)).toBe(2);
    store.faults.lose(KEY);
    expect(await store.get(KEY)).toBeUndefined();
  });
});
