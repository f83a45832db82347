import { spawnSync } from 'node:child_process';
import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { processTable, tableName } from '../../src/base/process-table.ts';
import { liveness } from '../../src/operations/alive.ts';
import type { CatalogClock } from '../../src/ports/catalog/clock.ts';
import type { HeartbeatCatalog } from '../../src/ports/catalog/heartbeats.ts';

const OF = { stage: 'analyze' } as const;
const now = async () => new Date().toISOString();

/** A catalog with heartbeats of this process at these ages in seconds. */
function catalogOf(...secondsAgo: number[]): CatalogClock & Pick<HeartbeatCatalog, 'heartbeats'> {
  const at = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();
  return {
    now,
    heartbeats: async (stage, host) =>
      secondsAgo.map((seconds) => ({ stage, host, process: process.pid, at: at(seconds) })),
  };
}

describe('a stage', () => {
  it.each([
    ['with a heartbeat from the last 30 seconds is alive', [29, 40], true],
    ['whose last heartbeat is older is not alive', [31, 500], false],
    ['without a heartbeat is not alive', [], false],
    ['whose heartbeat is far in the future is not alive: the clock was set back since', [-3600], false],
    ['whose clock is slightly ahead is alive', [-2], true],
  ])('%s', async (_, secondsAgo, alive) => {
    const answer = await liveness(catalogOf(...secondsAgo), OF);
    expect(answer).toMatchObject({ ...OF, host: hostname(), alive });
    expect(answer.heartbeats).toHaveLength(secondsAgo.length);
  });

  it('is asked for in the process table of this process', async () => {
    const asked: string[] = [];
    const heartbeats = async (_: string, host: string) => {
      asked.push(host);
      return [];
    };
    await liveness({ now, heartbeats }, OF);
    expect(asked).toEqual([tableName(processTable())]);
  });

  it('whose process is gone is not alive, however fresh its heartbeat', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    const at = new Date().toISOString();
    const catalog = { now, heartbeats: async () => [{ ...OF, host: 'here', process: pid, at }] };
    expect(await liveness(catalog, OF)).toMatchObject({ alive: false });
  });

  it('has the age of each of its heartbeats', async () => {
    const { heartbeats } = await liveness(catalogOf(10, 20), OF);
    expect(heartbeats.map(({ ageMs }) => Math.round(ageMs / 10_000))).toEqual([1, 2]);
  });
});
