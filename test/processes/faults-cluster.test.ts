import { describe, expect, it } from 'vitest';
import { clockAheadBy } from '../support/clock.ts';
import { newCluster, POSTGRES_PORT, whyNoCluster } from '../support/rounds/cluster-settings.ts';
import { killAtEachStep, loseSessionsAtStep } from '../support/rounds/fault-rounds.ts';
import { threeStreams } from '../support/rounds/host-rounds.ts';
import { testSite } from '../support/rounds/test-site.ts';

const skipped = whyNoCluster === undefined ? '' : ` (skipped: ${whyNoCluster})`;

describe.skipIf(whyNoCluster !== undefined)(`on Kafka, PostgreSQL and S3${skipped}`, () => {
  it('stages that are killed at each step lose nothing', { timeout: 240_000 }, async () => {
    expect(await killAtEachStep(testSite(await newCluster()))).toEqual([]);
  });

  it.each(['receive:stored', 'analyze:files', 'reconcile:published'] as const)(
    'a stage that is suspended at %s past the end of its sessions writes nothing late, and takes part again',
    async (step) => {
      expect(await loseSessionsAtStep(testSite(await newCluster()), step, POSTGRES_PORT)).toEqual([]);
    },
  );

  it('clocks that are off by hours cause no trouble', async () => {
    // The least that would make a technique idle by the wrong clock.
    const settings = { ...(await newCluster()), IMGPIPE_TECHNIQUE_IDLE: '1h' };
    const host = (hours: number) => testSite({ ...settings, ...clockAheadBy(hours) });
    const hosts = { camera: host(2), analyzer: host(-2), alerts: host(0), check: testSite(settings) };
    expect(await threeStreams(hosts)).toEqual([]);
  });
});
