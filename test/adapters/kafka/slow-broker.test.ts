import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freePorts } from '../../../kafka/ports.ts';
import { createPipeline } from '../../../src/index.ts';
import { startKafka } from '../../support/kafka/kafka-cluster.ts';
import { whyNoKafka } from '../../support/kafka/shared-kafka.ts';
import { type SlowProxy, startSlowProxy } from '../../support/slow-proxy.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const whyNone = await whyNoKafka();

/** A pipeline with events on a broker that is reached through a proxy. */
async function farPipeline(): Promise<{ proxy: SlowProxy; settings: { data: string; broker: string } }> {
  const [port = 0] = await freePorts(1);
  let target = 0;
  const proxy = await startSlowProxy({ port, target: () => target, delayMs: 0 });
  const kafka = await startKafka({ advertised: `127.0.0.1:${port}` });
  onTestFinished(() => kafka.close());
  target = Number(kafka.address.split(':').at(-1));
  const settings = { data: path.join(temporaryFolder(), 'data'), broker: `kafka://127.0.0.1:${port}` };
  const pipeline = await createPipeline({ ...settings, count: 8 });
  await pipeline.run();
  await pipeline.close();
  return { proxy, settings };
}

async function statusOf(settings: { data: string; broker: string; brokerTimeout?: string }, check = false) {
  const pipeline = await createPipeline(settings);
  try {
    return await pipeline.status({ check });
  } finally {
    await pipeline.close();
  }
}

describe.skipIf(whyNone !== undefined)(`a slow broker${whyNone ? ` (skipped: ${whyNone})` : ''}`, () => {
  it.each([30, 300])('is reachable for status, however long the chain of requests: %i ms each way', async (delay) => {
    const { proxy, settings } = await farPipeline();
    proxy.setDelay(delay);
    const began = performance.now();
    const status = await statusOf({ ...settings, brokerTimeout: '1500ms' }, true);
    expect(status).toMatchObject({
      broker: { reachable: true },
      lost: 0,
      waiting: { analysis: 0, alert: 0 },
      alerts: 2,
    });
    expect(status.groups.map(({ lag }) => lag)).toEqual([0, 0]);
    if (delay === 300) expect(performance.now() - began).toBeGreaterThan(3000);
  });

  it('that is silent for the configured time is unreachable, and status has the counts of the catalog', async () => {
    const { proxy, settings } = await farPipeline();
    proxy.setDelay(Number.POSITIVE_INFINITY);
    const began = performance.now();
    const status = await statusOf({ ...settings, brokerTimeout: '1s' });
    expect(performance.now() - began).toBeLessThan(3000);
    expect(status).toMatchObject({ images: 8, alerts: 2, waiting: null, lost: null, broker: { reachable: false } });
  });
});

describe.skipIf(whyNone !== undefined)(`a broker that advertises an unknown host name`, () => {
  it('is refused at the start, with that name and advertised.listeners', async () => {
    const kafka = await startKafka({ advertised: 'no-such-host.invalid:9092' });
    onTestFinished(() => kafka.close());
    const pipeline = await createPipeline({ data: path.join(temporaryFolder(), 'data'), broker: kafka.address });
    onTestFinished(() => pipeline.close());
    await expect(pipeline.receive()).rejects.toMatchObject({
      code: 'broker_refused',
      exit: 2,
      message: expect.stringMatching(/advertises no-such-host\.invalid:9092, .*\(ENOTFOUND: .*advertised\.listeners/),
    });
  });
});
