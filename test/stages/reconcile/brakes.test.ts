import { describe, expect, it, vi } from 'vitest';
import { TOPICS } from '../../../src/domain/messages.ts';
import { isDue } from '../../../src/stages/reconcile/brakes.ts';
import { holderOf } from '../../contracts/catalog/setup.ts';
import { png } from '../../support/pictures.ts';
import { newImage } from '../../support/samples.ts';
import { type MemoryTestPipeline, type TestPipeline, testPipeline } from '../../support/test-pipeline.ts';

const GREY = png([100, 100, 100]);
const OTHER = png([100, 100, 101]);

async function published(
  pipeline: TestPipeline,
  topic: string = TOPICS.imageAnalysis,
): Promise<(string | undefined)[]> {
  return (await pipeline.messages(topic)).map(({ headers }) => headers['ce_id']);
}

async function round(pipeline: TestPipeline, over: Parameters<TestPipeline['reconciler']>[0] = {}): Promise<number> {
  return (await pipeline.reconciler(over)).round();
}

/** A thousand images or more, ready, without bytes: enough for a message. */
async function manyImages({ catalog }: TestPipeline, count: number): Promise<void> {
  const holder = await holderOf(catalog);
  const rows = await catalog.writeImages(holder, { added: Array.from({ length: count }, () => newImage()) });
  await catalog.writeImages(holder, { ready: rows.map(({ number }) => number) });
}

describe('the number of messages', () => {
  it('of 2,000 images behind an analyzer that is down is 2,000, however many rounds run', async () => {
    const pipeline = await testPipeline();
    await manyImages(pipeline, 2000);
    const rounds: number[] = [];
    for (let each = 0; each < 6; each += 1) rounds.push(await round(pipeline));
    expect(rounds).toEqual([1000, 1000, 0, 0, 0, 0]);
    expect(await published(pipeline)).toEqual(Array.from({ length: 2000 }, (_, index) => `default/${index + 1}`));
  });

  it('of images that were received and wait for an analyzer is one for each', async () => {
    const pipeline = await testPipeline();
    await pipeline.receive(Array.from({ length: 200 }, () => GREY));
    for (let each = 0; each < 6; each += 1) expect(await round(pipeline)).toBe(0);
    expect(await published(pipeline)).toHaveLength(200);
  });

  it.each([0, 3, 1000])(
    'of images on a new log is one for each, though the group has committed offset %i',
    async (next) => {
      const pipeline = await testPipeline();
      await pipeline.receive([GREY, OTHER, GREY]);
      const { group } = await pipeline.analyzeStage();
      pipeline.bus.faults.replaceCluster(pipeline.bus.id);
      pipeline.bus.faults.resetOffset(TOPICS.imageAnalysis, group, next);
      expect(await round(pipeline)).toBe(3);
      const rounds = [await round(pipeline), await round(pipeline)];
      // Offset 3 is the end of the new log, too: the group is past it, and the images are published again.
      expect(rounds).toEqual(next === 3 ? [3, 0] : [0, 0]);
      await pipeline.drain();
      expect(await pipeline.firstOpen(3)).toBeUndefined();
      expect(await round(pipeline)).toBe(0);
    },
  );

  it('is one for a lost image and one for a lost event, if six stages look for them at the same time', async () => {
    const pipeline = await testPipeline();
    await pipeline.receive([GREY, OTHER, GREY]);
    await pipeline.work(await pipeline.analyzeStage());
    await pipeline.receive([OTHER]);
    for (const topic of [TOPICS.imageAnalysis, TOPICS.imageEventAlert]) pipeline.bus.faults.loseMessages(topic);
    const six = await Promise.all(
      Array.from({ length: 6 }, (_, index) => pipeline.reconciler({ as: `stage ${index + 1}` })),
    );
    for (let each = 0; each < 3; each += 1) await Promise.all(six.map((reconciler) => reconciler.round()));
    expect(await published(pipeline)).toEqual(['default/4']);
    expect(await published(pipeline, TOPICS.imageEventAlert)).toHaveLength(2);
  });

  it('is at most 1,000 for each stream and round', async () => {
    const pipeline = await testPipeline();
    await manyImages(pipeline, 1001);
    await pipeline.receive([GREY, GREY], 'sky');
    pipeline.bus.faults.loseMessages(TOPICS.imageAnalysis);
    expect(await round(pipeline)).toBe(1002);
    expect(await round(pipeline)).toBe(1);
  });
});

describe('an image without an outcome', () => {
  it('is published again by the clock of the catalog', () => {
    const open = { publications: 3, publishedAt: '2020-01-01T00:00:00.000Z' };
    expect(isDue(open, '2020-01-01T00:00:09.999Z')).toBe(false);
    expect(isDue(open, '2020-01-01T00:00:10.000Z')).toBe(true);
  });

  const SECOND = 1000;

  /** Runs a round after which the analyzers' group skips everything, as if they lost each message. */
  async function lostRound(pipeline: MemoryTestPipeline, reconciler: { round(): Promise<number> }): Promise<number> {
    const count = await reconciler.round();
    const { group } = await pipeline.analyzeStage();
    const end = (await pipeline.bus.logs(TOPICS.imageAnalysis))[0]?.end ?? 0;
    pipeline.bus.faults.resetOffset(TOPICS.imageAnalysis, group, end);
    return count;
  }

  it('is named once after three publications, and then published with pauses that grow to ten minutes', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      const pipeline = await testPipeline();
      await pipeline.receive([GREY]);
      const reconciler = await pipeline.reconciler();
      const publishedAt: number[] = [];
      const start = Date.now();
      await lostRound(pipeline, reconciler);
      for (let second = 0; second < 3600; second += 1) {
        if ((await lostRound(pipeline, reconciler)) > 0) publishedAt.push((Date.now() - start) / SECOND);
        vi.setSystemTime(Date.now() + SECOND);
      }
      // The receiver published it first.
      expect(publishedAt.slice(0, 3)).toEqual([0, 1, 11]);
      const pauses = publishedAt.slice(1).map((at, index) => at - (publishedAt[index] ?? 0));
      expect(pauses).toEqual([1, 10, 20, 40, 80, 160, 320, 600, 600, 600, 600]);
      expect(pipeline.reported('no_outcome')).toEqual([
        { kind: 'no_outcome', image: { stream: 'default', number: 1 }, publications: 3 },
      ]);
      await reconciler.round();
      vi.setSystemTime(Date.now() + 600 * SECOND);
      await reconciler.round();
      await pipeline.drain();
      expect(await pipeline.firstOpen(1)).toBeUndefined();
    } finally {
      vi.useRealTimers();
    }
  });

  it('is owed nothing by a technique that has been idle for a day, until it starts again', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      const pipeline = await testPipeline();
      await pipeline.catalog.keepActive('l2@2');
      await pipeline.receive([GREY]);
      pipeline.bus.faults.loseMessages(TOPICS.imageAnalysis);
      vi.setSystemTime(Date.now() + 25 * 3600 * SECOND);
      for (let each = 0; each < 3; each += 1) expect(await round(pipeline)).toBe(0);
      expect(pipeline.reported('technique_idle')).toEqual([{ kind: 'technique_idle', technique: 'l2@2' }]);
      expect(await published(pipeline)).toEqual([]);
      const images = { technique: 'l2@2' };
      expect(await round(pipeline, { stage: 'analyze', images, analyzes: 'l2@2' })).toBe(1);
      await pipeline.drain();
      expect(await pipeline.firstOpen(1)).toBeUndefined();
    } finally {
      vi.useRealTimers();
    }
  });
});
