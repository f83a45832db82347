import { describe, expect, it } from 'vitest';
import { createMemoryCatalog, newMemoryCatalogState } from '../../../src/adapters/memory/catalog.ts';
import { catalogContract } from '../../contracts/catalog.ts';

describe('the catalog in memory', () => {
  catalogContract(async () => {
    const state = newMemoryCatalogState();
    const catalog = createMemoryCatalog(state);
    return { catalog, open: async () => createMemoryCatalog(state), faults: catalog.faults };
  });

  it('shares its rows with catalogs of the same state, and with no others', async () => {
    const state = newMemoryCatalogState();
    const { pipelineId } = await createMemoryCatalog(state).identity();
    expect((await createMemoryCatalog(state).identity()).pipelineId).toBe(pipelineId);
    expect((await createMemoryCatalog().identity()).pipelineId).not.toBe(pipelineId);
  });

  it('loses a lock on demand: its signal fires, and another process can acquire it', async () => {
    const state = newMemoryCatalogState();
    const [one, two] = [createMemoryCatalog(state), createMemoryCatalog(state)];
    const [lost, kept] = [await one.lock('stream-a', 'one'), await one.lock('stream-b', 'one')];
    if (!('lock' in lost && 'lock' in kept)) throw new Error('a lock is held by another process');
    one.loseLocks('stream-a');
    expect([lost.lock.lost.aborted, kept.lock.lost.aborted]).toEqual([true, false]);
    expect(await two.lock('stream-a', 'two')).toHaveProperty('lock');
    await lost.lock.release();
    expect(await one.lock('stream-a', 'one')).toEqual({ holder: 'two' });
  });
});
