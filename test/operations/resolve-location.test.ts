import { describe, expect, it } from 'vitest';
import { createMemoryLocks, type LockTable } from '../../src/adapters/memory/locks.ts';
import type { Report } from '../../src/domain/reports.ts';
import { type LocationParts, resolveLocation } from '../../src/operations/resolve-location.ts';
import type { CatalogLocation } from '../../src/ports/catalog/location.ts';

const MOVED = { kind: 'moved', from: '/was', to: '/is' } as const;
const COPIED = { kind: 'copied', from: '/was', to: '/is' } as const;

/** A catalog at this location. Its calls are recorded. */
function catalogAt(...locations: CatalogLocation[]) {
  const calls: string[] = [];
  const table: LockTable = new Map();
  const catalog: LocationParts['catalog'] = {
    ...createMemoryLocks(table),
    location: async () => (locations.length > 1 ? locations.shift() : locations[0]) ?? { kind: 'same' },
    identity: async () => ({
      pipelineId: 'p',
      formerIds: [],
      busId: 'kafka:c',
      busAddress: null,
      cleaning: false,
      transfer: null,
    }),
    fencePipeline: async () => {},
    recordLocation: async () => void calls.push('recorded'),
    separateCopy: async () => void calls.push('separated'),
  };
  const reports: Report[] = [];
  const settle = (asCopy: boolean) =>
    resolveLocation({ catalog, as: 'a test', asCopy, onReport: (report) => reports.push(report) });
  return { catalog, calls, reports, settle, table };
}

describe('where the catalog is', () => {
  it.each([false, true])(
    'is not recorded again, and not reported, where it is the same (as copy: %s)',
    async (asCopy) => {
      const { settle, calls, reports } = catalogAt({ kind: 'same' });
      await settle(asCopy);
      expect([calls, reports]).toEqual([[], []]);
    },
  );

  it('is recorded without a report the first time', async () => {
    const { settle, calls, reports } = catalogAt({ kind: 'unrecorded' });
    await settle(true);
    expect([calls, reports]).toEqual([['recorded'], []]);
  });

  it('is recorded with a report once it was moved', async () => {
    const { settle, calls, reports } = catalogAt(MOVED);
    await settle(false);
    expect([calls, reports]).toEqual([['recorded'], [{ kind: 'moved', from: '/was', to: '/is', asCopy: false }]]);
  });

  it('is refused if it is that of a copy', async () => {
    const { settle, calls } = catalogAt(COPIED);
    await expect(settle(false)).rejects.toMatchObject({
      code: 'catalog_copied',
      exit: 2,
      message: expect.stringMatching(/^data: \/is is a copy of the pipeline in \/was, .*--as-copy/),
    });
    expect(calls).toEqual([]);
  });

  it.each([COPIED, MOVED])('makes a pipeline of its own of a copy, if that is allowed: $kind', async (location) => {
    const { settle, calls, reports, table } = catalogAt(location);
    await settle(true);
    expect([calls, reports]).toEqual([['separated'], [{ kind: 'moved', from: '/was', to: '/is', asCopy: true }]]);
    expect([...(table.get('folder') ?? [])]).toEqual([]);
  });

  it('cannot be that of a copy on the bus of the original', async () => {
    const { catalog, calls } = catalogAt(COPIED);
    const settle = (bus: string) =>
      resolveLocation({ catalog, as: 'a test', asCopy: true, sharedBus: async () => bus });
    await expect(settle('kafka:c')).rejects.toMatchObject({
      code: 'catalog_copied',
      message: expect.stringMatching(/^topic_prefix: .*\/was.*--topic-prefix of its own/),
    });
    expect(calls).toEqual([]);
    await settle('kafka:c/copy-');
    expect(calls).toEqual(['separated']);
  });

  it('is left alone if another process has separated the copy meanwhile', async () => {
    const { settle, calls, reports } = catalogAt(COPIED, { kind: 'same' });
    await settle(true);
    expect([calls, reports]).toEqual([[], []]);
  });

  it('cannot be that of a pipeline of its own while another process uses it', async () => {
    const { settle, catalog, calls } = catalogAt(COPIED);
    await catalog.lock('folder', 'imgpipe receive (process 7)', 'shared');
    await expect(settle(true)).rejects.toMatchObject({
      code: 'in_use',
      message: expect.stringContaining('imgpipe receive (process 7)'),
    });
    expect(calls).toEqual([]);
  });
});
