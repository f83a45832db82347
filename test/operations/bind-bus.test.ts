import { describe, expect, it } from 'vitest';
import { LockLost } from '../../src/domain/errors.ts';
import { bindBus, createBusCheck } from '../../src/operations/bind-bus.ts';
import { fencedPipeline } from '../support/clean-catalog.ts';
import { png } from '../support/pictures.ts';
import { type DurableTestPipeline, testPipeline } from '../support/test-pipeline.ts';

const PICTURES = [png([1, 1, 1]), png([2, 2, 2])];
const KAFKA = 'kafka://broker:9092';

function busWith(id: string, address = KAFKA, prefix = '') {
  return { id, address: id === 'embedded' ? id : address, nameOf: (name: string) => prefix + name };
}

function bindTo(
  { catalog, reports }: DurableTestPipeline,
  bus: ReturnType<typeof busWith>,
  options: { rebind?: boolean } = {},
): Promise<void> {
  return bindBus({ catalog, onReport: (report) => void reports.push(report) }, bus, options);
}

/** A pipeline without a bus. */
async function unbound(): Promise<DurableTestPipeline> {
  const pipeline = await testPipeline({ durable: true });
  await pipeline.tamper('UPDATE pipeline SET bus_id = NULL, bus_address = NULL');
  return pipeline;
}

/** A pipeline on a cluster, with two images that wait there. */
async function onCluster(bus = busWith('cluster-1')): Promise<DurableTestPipeline> {
  const pipeline = await unbound();
  await bindTo(pipeline, bus);
  await pipeline.receive(PICTURES);
  return pipeline;
}

describe('a pipeline and its bus', () => {
  it('are bound with the token of the exclusive lock, or not at all', async () => {
    const { catalog } = await onCluster();
    const tokens = [await fencedPipeline(catalog), await fencedPipeline(catalog)];
    const rebind = (token?: string) => bindBus({ catalog, token }, busWith('cluster-2'), { rebind: true });
    await expect(rebind(tokens[0])).rejects.toBeInstanceOf(LockLost);
    expect((await catalog.identity()).busId).toBe('cluster-1');
    await rebind(tokens[1]);
    expect((await catalog.identity()).busId).toBe('cluster-2');
  });

  it('are bound by the first stage, and stay bound', async () => {
    const pipeline = await unbound();
    await bindTo(pipeline, busWith('embedded'));
    await bindTo(pipeline, busWith('embedded'));
    expect(await pipeline.catalog.identity()).toMatchObject({ busId: 'embedded', busAddress: 'embedded' });
    expect(pipeline.reports).toEqual([]);
  });

  it.each([
    ['images wait', async () => {}, 2],
    ['events wait', async (pipeline: DurableTestPipeline) => pipeline.work(await pipeline.analyzeStage()), 1],
  ])('stay bound while %s: another bus is refused, and the error names both', async (_, prepare, open) => {
    const pipeline = await testPipeline({ durable: true });
    await pipeline.receive(PICTURES);
    await prepare(pipeline);
    await expect(bindTo(pipeline, busWith('cluster-1'))).rejects.toMatchObject({
      code: 'bus_differs',
      exit: 2,
      message: `broker: this pipeline's messages are on embedded, not on cluster-1 (${KAFKA}), and ${open} still wait there: give --broker and --topic-prefix as before and finish them, or start a stage with --rebind, which publishes them on this broker and forgets the other one`,
    });
    expect((await pipeline.catalog.identity()).busId).toBe('embedded');
    await bindTo(pipeline, busWith('embedded'));
  });

  it('can be separated when nothing waits: the pipeline moves to the other bus', async () => {
    const pipeline = await testPipeline({ durable: true });
    await pipeline.receive(PICTURES);
    await pipeline.drain();
    await bindTo(pipeline, busWith('cluster-1'));
    expect((await pipeline.catalog.identity()).busId).toBe('cluster-1');
  });

  it('can be separated while images wait if the caller says so', async () => {
    const pipeline = await testPipeline({ durable: true });
    await pipeline.receive(PICTURES);
    await bindTo(pipeline, busWith('cluster-1'), { rebind: true });
    expect(await pipeline.catalog.identity()).toMatchObject({ busId: 'cluster-1', busAddress: KAFKA });
    expect(pipeline.reported('bus_changed')).toEqual([
      { kind: 'bus_changed', address: KAFKA, id: 'cluster-1', before: 'embedded' },
    ]);
  });
});

describe('another cluster at the address of the bus', () => {
  it('is taken over while images wait, and reported once', async () => {
    const pipeline = await onCluster();
    await bindTo(pipeline, busWith('cluster-2'));
    await bindTo(pipeline, busWith('cluster-2'));
    expect((await pipeline.catalog.identity()).busId).toBe('cluster-2');
    expect(pipeline.reported('bus_changed')).toEqual([
      { kind: 'bus_changed', address: KAFKA, id: 'cluster-2', before: 'cluster-1' },
    ]);
  });

  it.each([
    ['at another address', busWith('cluster-2', 'kafka://other:9092')],
    ['with another topic prefix', busWith('cluster-2', KAFKA, 'test.')],
  ])('is refused %s', async (_, other) => {
    const pipeline = await onCluster();
    await expect(bindTo(pipeline, other)).rejects.toMatchObject({ code: 'bus_differs' });
    expect((await pipeline.catalog.identity()).busId).toBe('cluster-1');
  });

  it('is refused if the catalog does not know the address of its bus', async () => {
    const pipeline = await onCluster();
    await pipeline.tamper('UPDATE pipeline SET bus_address = NULL');
    await expect(bindTo(pipeline, busWith('cluster-2'))).rejects.toMatchObject({ code: 'bus_differs' });
  });

  it('under another name is the same cluster, whose address is stored', async () => {
    const pipeline = await onCluster();
    await bindTo(pipeline, busWith('cluster-1', 'kafka://renamed:9092'));
    expect((await pipeline.catalog.identity()).busAddress).toBe('kafka://renamed:9092');
    expect(pipeline.reports.filter(({ kind }) => kind === 'bus_changed')).toEqual([]);
  });
});

describe('the check of a running stage', () => {
  /** A bus whose id changes when it is renewed, as if another cluster had its address. */
  function renewable(id: string) {
    const bus = {
      ...busWith(id),
      next: id,
      renew: async () => void Object.assign(bus, { id: bus.next }),
      newest: async () => [],
    };
    return bus;
  }

  it('takes over another cluster at its address, once for all stages', async () => {
    const pipeline = await onCluster();
    const { catalog, reports } = pipeline;
    const buses = [renewable('cluster-1'), renewable('cluster-1')];
    const checks = buses.map((bus) => createBusCheck({ catalog, onReport: (each) => void reports.push(each) }, bus));
    for (const check of checks) await check();
    expect(pipeline.reported('bus_changed')).toEqual([]);
    for (const bus of buses) bus.next = 'cluster-2';
    for (const check of [...checks, ...checks]) await check();
    expect((await catalog.identity()).busId).toBe('cluster-2');
    expect(pipeline.reported('bus_changed')).toHaveLength(1);
  });

  it('fails if another process has bound the pipeline to another bus', async () => {
    const pipeline = await onCluster();
    const check = createBusCheck(pipeline, renewable('cluster-1'));
    await bindTo(pipeline, busWith('cluster-2', 'kafka://other:9092'), { rebind: true });
    await expect(check()).rejects.toMatchObject({
      code: 'bus_differs',
      exit: 2,
      message: expect.stringContaining('bound to cluster-2, so cluster-1'),
    });
  });
});
