import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createMemoryCatalog } from '../../src/adapters/memory/catalog.ts';
import { ImgpipeError } from '../../src/domain/errors.ts';
import { type HeartbeatParts, withHeartbeat } from '../../src/stages/heartbeat.ts';

const LOCAL = { host: 'here', process: 7 };
const ANALYZE = { stage: 'analyze', ...LOCAL } as const;

describe('a running stage', () => {
  it('writes a heartbeat at its start, others while it runs, and removes them at its end', async () => {
    const catalog = createMemoryCatalog();
    const latest = async () => (await catalog.heartbeats('analyze', 'here'))[0]?.at ?? '';
    const answer = await withHeartbeat({ catalog, stages: [ANALYZE], everyMs: 1 }, async () => {
      await expect.poll(latest).not.toBe('');
      const first = await latest();
      await expect.poll(async () => (await latest()) > first).toBe(true);
      return 'done';
    });
    expect(answer).toBe('done');
    expect(await latest()).toBe('');
  });

  it('writes a heartbeat for each stage of its process', async () => {
    const catalog = createMemoryCatalog();
    const stages = (['receive', 'analyze', 'alert'] as const).map((stage) => ({ stage, ...LOCAL }));
    await withHeartbeat({ catalog, stages }, async () => {
      for (const { stage } of stages) {
        await expect.poll(() => catalog.heartbeats(stage, 'here')).toMatchObject([{ stage, ...LOCAL }]);
      }
    });
  });

  it('ends even if the catalog does not answer', async () => {
    const never = () => new Promise<never>(() => {});
    const catalog = { now: never, recordHeartbeats: never, removeHeartbeats: never };
    expect(await withHeartbeat({ catalog, stages: [ANALYZE] }, async () => 'done')).toBe('done');
  });

  it('that fails leaves no heartbeat and throws its error', async () => {
    const catalog = createMemoryCatalog();
    const broken = new Error('broken');
    await expect(withHeartbeat({ catalog, stages: [ANALYZE] }, () => Promise.reject(broken))).rejects.toBe(broken);
    expect(await catalog.heartbeats('analyze', 'here')).toEqual([]);
  });

  it('that ends while a heartbeat is written waits for it, and leaves none', async () => {
    const catalog = createMemoryCatalog();
    let written = () => {};
    const slow: HeartbeatParts['catalog'] = {
      now: catalog.now,
      removeHeartbeats: catalog.removeHeartbeats,
      recordHeartbeats: async (beats, oldest) => {
        await new Promise<void>((resolve) => {
          written = resolve;
        });
        await catalog.recordHeartbeats(beats, oldest);
      },
    };
    const working = withHeartbeat({ catalog: slow, stages: [ANALYZE] }, async () => {});
    for (let turn = 0; turn < 20; turn += 1) await nextTurn();
    written();
    await working;
    expect(await catalog.heartbeats('analyze', 'here')).toEqual([]);
  });

  it('deletes heartbeats of processes that have been dead for a day', async () => {
    const catalog = createMemoryCatalog();
    const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
    const dead = [23, 25].map((hours) => ({ ...ANALYZE, process: hours, at: hoursAgo(hours) }));
    await catalog.recordHeartbeats(dead, '2000-01-01');
    await withHeartbeat({ catalog, stages: [ANALYZE] }, async () => {
      await expect
        .poll(async () => (await catalog.heartbeats('analyze', 'here')).map((each) => each.process))
        .toEqual([7, 23]);
    });
  });

  it('continues if heartbeats cannot be written, and writes them as soon as they can', async () => {
    const catalog = createMemoryCatalog();
    let failures = 0;
    const full: HeartbeatParts['catalog'] = {
      now: catalog.now,
      recordHeartbeats: async (beats, oldest) => {
        failures += 1;
        if (failures < 3) throw new ImgpipeError('disk_full', 'the disk is full');
        await catalog.recordHeartbeats(beats, oldest);
      },
      removeHeartbeats: () => Promise.reject(new ImgpipeError('disk_full', 'the disk is full')),
    };
    const answer = await withHeartbeat({ catalog: full, stages: [ANALYZE], everyMs: 1 }, async () => {
      await expect.poll(() => catalog.heartbeats('analyze', 'here')).toHaveLength(1);
      return 'done';
    });
    expect(answer).toBe('done');
  });
});
