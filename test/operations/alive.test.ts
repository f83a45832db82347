import { describe, expect, it } from 'vitest';
import { liveness } from '../../src/operations/alive.ts';
import type { HeartbeatCatalog } from '../../src/ports/catalog/heartbeats.ts';

const OF = { stage: 'analyze', host: 'here' } as const;

/** A catalog with one heartbeat of each process 1, 2, …, at these ages in seconds. */
function catalogOf(...secondsAgo: number[]): Pick<HeartbeatCatalog, 'heartbeats'> {
  const at = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();
  return {
    heartbeats: async (stage, host) =>
      secondsAgo.map((seconds, index) => ({ stage, host, process: index + 1, at: at(seconds) })),
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
    expect(answer).toMatchObject({ ...OF, alive });
    expect(answer.heartbeats.map(({ process }) => process)).toEqual(secondsAgo.map((_, index) => index + 1));
  });

  it('has the age of each of its heartbeats', async () => {
    const { heartbeats } = await liveness(catalogOf(10, 20), OF);
    expect(heartbeats.map(({ ageMs }) => Math.round(ageMs / 10_000))).toEqual([1, 2]);
  });
});
