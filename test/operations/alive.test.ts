import { describe, expect, it } from 'vitest';
import { liveness } from '../../src/operations/alive.ts';
import type { HeartbeatCatalog } from '../../src/ports/catalog/heartbeats.ts';

const OF = { stage: 'analyze', host: 'here' } as const;

/** A catalog with the heartbeats of processes 1, 2, … so many seconds ago, the latest first. */
function catalogOf(...secondsAgo: number[]): Pick<HeartbeatCatalog, 'heartbeats'> {
  const at = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();
  return {
    heartbeats: async (stage, host) =>
      secondsAgo.map((seconds, index) => ({ stage, host, process: index + 1, at: at(seconds) })),
  };
}

describe('a stage', () => {
  it.each([
    ['that has left a heartbeat less than half a minute ago is alive', [29, 40], true],
    ['of which the last heartbeat is older is not', [31, 500], false],
    ['that has left none is not', [], false],
    ['whose heartbeat is of a time that has not come is not: the clock was set back since', [-3600], false],
    ['whose clock is a little ahead is', [-2], true],
  ])('%s', async (_, secondsAgo, alive) => {
    const answer = await liveness(catalogOf(...secondsAgo), OF);
    expect(answer).toMatchObject({ ...OF, alive });
    expect(answer.heartbeats.map(({ process }) => process)).toEqual(secondsAgo.map((_, index) => index + 1));
  });

  it('is told with the age of each of its heartbeats', async () => {
    const { heartbeats } = await liveness(catalogOf(10, 20), OF);
    expect(heartbeats.map(({ ageMs }) => Math.round(ageMs / 10_000))).toEqual([1, 2]);
  });
});
