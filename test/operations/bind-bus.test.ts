import { describe, expect, it } from 'vitest';
import { bindBus } from '../../src/operations/bind-bus.ts';
import { png } from '../support/pictures.ts';
import { type DurableTestPipeline, testPipeline } from '../support/test-pipeline.ts';

const PICTURES = [png([1, 1, 1]), png([2, 2, 2])];

function bindTo({ catalog, bus }: DurableTestPipeline, id: string): Promise<void> {
  return bindBus(catalog, { id, address: bus.address === id ? id : 'kafka://broker:9092' });
}

describe('a pipeline and its bus', () => {
  it('are bound by the first stage, and stay bound', async () => {
    const pipeline = await testPipeline({ durable: true });
    await pipeline.tamper('UPDATE pipeline SET bus_id = NULL');
    await bindTo(pipeline, 'embedded');
    await bindTo(pipeline, 'embedded');
    expect((await pipeline.catalog.identity()).busId).toBe('embedded');
  });

  it.each([
    ['images wait', async () => {}, 2],
    ['events wait', async (pipeline: DurableTestPipeline) => pipeline.work(await pipeline.analyzeStage()), 1],
  ])('stay bound while %s: another bus is refused, and the error names both', async (_, prepare, open) => {
    const pipeline = await testPipeline({ durable: true });
    await pipeline.receive(PICTURES);
    await prepare(pipeline);
    await expect(bindTo(pipeline, 'kafka cluster-1')).rejects.toMatchObject({
      code: 'bus_differs',
      exit: 2,
      message: `broker: this pipeline's messages are on embedded, not on kafka cluster-1 (kafka://broker:9092), and ${open} still wait there: give --broker and --topic-prefix as before and finish them, or start over with 'imgpipe clean'`,
    });
    expect((await pipeline.catalog.identity()).busId).toBe('embedded');
    await bindTo(pipeline, 'embedded');
  });

  it('can be separated when nothing waits: the pipeline moves to the other bus', async () => {
    const pipeline = await testPipeline({ durable: true });
    await pipeline.receive(PICTURES);
    await pipeline.drain();
    await bindTo(pipeline, 'kafka cluster-1');
    expect((await pipeline.catalog.identity()).busId).toBe('kafka cluster-1');
  });
});
