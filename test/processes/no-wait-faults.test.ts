import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished, test } from 'vitest';
import type { Running } from '../support/imgpipe.ts';
import { startKafka } from '../support/kafka/kafka-cluster.ts';
import { sharedKafka } from '../support/kafka/shared-kafka.ts';
import { kafkaBus, type Site } from '../support/rounds/site.ts';
import { statusOf } from '../support/rounds/site-checks.ts';
import { testSite } from '../support/rounds/test-site.ts';

const kafka = await sharedKafka();

/** Starts an analyzer by a name: a group gives its only partition to the member whose name comes first. */
function analyzer(site: Site, name: string, ...options: string[]): Running {
  const config = path.join(path.dirname(site.data), `${name}.json`);
  writeFileSync(config, JSON.stringify({ kafka_client_id: name }));
  return site.start('analyze', '--quiet', '--config', config, ...options);
}

describe.skipIf(kafka.whyNone !== undefined)(`--no-wait on Kafka${kafka.whyNone ? ` (${kafka.whyNone})` : ''}`, () => {
  test.each([
    ['that joins', 'last'],
    ['that another one displaces', 'first'],
  ] as const)('ends an analyzer without partitions with exit 1: one %s', async (_, started) => {
    const site = testSite(kafkaBus(kafka.address ?? '', { IMGPIPE_KAFKA_PARTITIONS: '1' }));
    const start = {
      served: () => analyzer(site, 'a'),
      refused: () => analyzer(site, 'b', '--no-wait'),
    };
    expect((await site.start('receive', '--count', '4').ended).status).toBe(0);
    const first = started === 'last' ? start.served() : start.refused();
    await first.until(/^event 1/m);
    const second = started === 'last' ? start.refused() : start.served();
    const [served, refused] = started === 'last' ? [first, second] : [second, first];
    expect(await refused.ended).toMatchObject({
      stderr:
        'imgpipe: analyze would have to stand by, because another member of its group is at work: run it without --no-wait to take over when that ends\n',
      status: 1,
    });
    expect((await site.start('receive', '--count', '4').ended).status).toBe(0);
    await served.until(/^event 2/m);
    served.child.kill('SIGTERM');
    expect((await served.ended).status).toBe(0);
  });

  test.each(['kill', 'freeze'] as const)('ends each stage with exit 4 when the broker fails: %s', async (how) => {
    const own = await startKafka();
    onTestFinished(() => own.close());
    const site = testSite(kafkaBus(own.address, { IMGPIPE_KAFKA_REQUEST_TIMEOUT: '2s' }));
    const alert = site.start('alert', '--no-wait', '--quiet');
    const analyze = site.start('analyze', '--no-wait', '--quiet');
    const receive = site.start('receive', '--no-wait', '--quiet', '--count', '2000', '--interval', '50ms');
    const run = site.start('run', '--no-wait', '--quiet', '--stream', 'b', '--count', '2000', '--interval', '50ms');
    await alert.until(/^alert 2/m);
    await run.until(/^image b\/2/m);
    await own.nodes[0]?.[how]();
    for (const [name, stage] of Object.entries({ receive, analyze, alert, run })) {
      const { status, stderr } = await stage.ended;
      expect(stderr, name).toMatch(/^imgpipe: broker kafka:\S+ is unavailable \(.+\): start one with .+\n$/m);
      expect(stderr, name).not.toContain('resumed');
      expect(status).toBe(4);
    }
    if (how === 'kill') await own.nodes[0]?.start();
    else own.nodes[0]?.thaw();
    expect((await statusOf(site.data, site.bus)).faults).toEqual([]);
  });

  it('ends a stage that joins its group with exit 4 when the broker freezes', async () => {
    const own = await startKafka();
    onTestFinished(() => own.close());
    const times = { IMGPIPE_KAFKA_REQUEST_TIMEOUT: '2s', IMGPIPE_KAFKA_SESSION_TIMEOUT: '60s' };
    const site = testSite(kafkaBus(own.address, times));
    expect((await site.start('receive', '--count', '4').ended).status).toBe(0);
    const suspended = site.start('analyze', '--quiet');
    await suspended.until(/^event 1/m);
    suspended.child.kill('SIGSTOP');
    const joining = site.start('analyze', '--no-wait');
    await joining.until(/waiting for partitions/);
    own.nodes[0]?.freeze();
    const { status, stderr } = await joining.ended;
    expect(stderr).toMatch(/^imgpipe: broker kafka:\S+ is unavailable \(.+\): start one with .+\n$/m);
    expect(status).toBe(4);
  });
});
