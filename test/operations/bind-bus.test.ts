import { describe, expect, it } from 'vitest';
import { bindBus } from '../../src/operations/bind-bus.ts';
import { png } from '../support/pictures.ts';
import { type DurableTestPipeline, testPipeline } from '../support/test-pipeline.ts';

const PICTURES = [png([1, 1, 1]), png([2, 2, 2])];

function bindTo({ catalog, bus }: DurableTestPipeline, id: string): Promise<void> {
  return bindBus(catalog, { id, address: bus.address === id ? id : 'kafka://there:9092' });
}

describe('a pipeline and its bus', () => {
  it('are bound by the first stage, and stay so', async () => {
    const shop = await testPipeline({ durable: true });
    await shop.tamper('UPDATE pipeline SET bus_id = NULL');
    await bindTo(shop, 'embedded');
    await bindTo(shop, 'embedded');
    expect((await shop.catalog.identity()).busId).toBe('embedded');
  });

  it.each([
    ['images wait', async () => {}, 2],
    ['events wait', async (shop: DurableTestPipeline) => shop.work(await shop.analyzeStage()), 1],
  ])('stay together while %s: another bus is refused, naming both', async (_, prepare, open) => {
    const shop = await testPipeline({ durable: true });
    await shop.receive(PICTURES);
    await prepare(shop);
    await expect(bindTo(shop, 'kafka cluster-1')).rejects.toMatchObject({
      code: 'bus_differs',
      exit: 2,
      message: `broker: this pipeline's messages are on embedded, not on kafka cluster-1 (kafka://there:9092), and ${open} still wait there: give --broker and --topic-prefix as before and finish them, or start over with 'imgpipe clean'`,
    });
    expect((await shop.catalog.identity()).busId).toBe('embedded');
    await bindTo(shop, 'embedded');
  });

  it('part where nothing waits: the pipeline moves', async () => {
    const shop = await testPipeline({ durable: true });
    await shop.receive(PICTURES);
    await shop.drain();
    await bindTo(shop, 'kafka cluster-1');
    expect((await shop.catalog.identity()).busId).toBe('kafka cluster-1');
  });
});
