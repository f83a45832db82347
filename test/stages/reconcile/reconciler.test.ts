import { describe, expect, it } from 'vitest';
import { sha256Of } from '../../../src/base/digest.ts';
import { ImgpipeError } from '../../../src/domain/errors.ts';
import { imageReceivedMessage, TOPICS } from '../../../src/domain/messages.ts';
import { imageKey } from '../../../src/domain/object-keys.ts';
import { EVENTS_LOCK, streamLockName } from '../../../src/stages/locks/acquire-lock.ts';
import { addPictures, holderOf } from '../../contracts/catalog/setup.ts';
import { png } from '../../support/pictures.ts';
import { newImage, positionAt } from '../../support/samples.ts';
import { type TestPipeline, testPipeline } from '../../support/test-pipeline.ts';

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

/** Pending images with their bytes, as a receiver leaves them that was killed before it made them ready. */
async function interrupted({ catalog, store }: TestPipeline, stream: string): Promise<void> {
  const rows = await addPictures(catalog, [newImage({ stream, format: 'png', sha256: sha256Of(GREY) })]);
  await store.put(rows.map((row) => ({ key: imageKey(row), bytes: GREY })));
}

describe('a round', () => {
  it('publishes images that have no message in the log, by number, and records it', async () => {
    const pipeline = await testPipeline();
    await pipeline.receive([GREY, GREY, GREY]);
    await pipeline.work(await pipeline.analyzeStage());
    await pipeline.receive([GREY, GREY, GREY]);
    pipeline.bus.faults.loseMessages(TOPICS.imageAnalysis, [0, 3, 5]);
    expect(await round(pipeline)).toBe(1);
    // The hole at offset 3 shows once later messages are handled.
    await pipeline.work(await pipeline.analyzeStage());
    expect(await round(pipeline)).toBe(1);
    expect(await round(pipeline)).toBe(0);
    expect(await published(pipeline)).toEqual(['default/2', 'default/3', 'default/5', 'default/6', 'default/4']);
    expect(pipeline.reported('recovered')).toEqual([
      { kind: 'recovered', stream: 'default', images: 1 },
      { kind: 'recovered', stream: 'default', images: 1 },
    ]);
    await pipeline.drain();
    expect(await pipeline.firstOpen(6)).toBeUndefined();
  });

  it('publishes events that have no message in the log, by number, and records it', async () => {
    const pipeline = await testPipeline();
    await pipeline.receive([GREY, OTHER, GREY, OTHER]);
    await pipeline.work(await pipeline.analyzeStage());
    pipeline.bus.faults.loseMessages(TOPICS.imageEventAlert);
    expect(await round(pipeline)).toBe(3);
    expect(await round(pipeline)).toBe(0);
    expect(await published(pipeline, TOPICS.imageEventAlert)).toHaveLength(3);
    expect(pipeline.reported('recovered_events')).toEqual([{ kind: 'recovered_events', events: 3 }]);
    await pipeline.work(await pipeline.alertStage());
    expect(pipeline.reported('alert').map(({ alert }) => alert.number)).toEqual([1, 2, 3]);
  });

  it('publishes nothing that is in the log, in flight or handled', async () => {
    const pipeline = await testPipeline();
    await pipeline.receive([GREY, OTHER]);
    expect(await round(pipeline)).toBe(0);
    await pipeline.work(await pipeline.analyzeStage(), {
      onStep: async () => {
        expect(await round(pipeline)).toBe(0);
      },
    });
    await pipeline.drain();
    expect(await round(pipeline)).toBe(0);
    expect(await published(pipeline)).toHaveLength(2);
  });

  it('leaves an event alone whose message its analyzer has not published yet', async () => {
    const pipeline = await testPipeline();
    await pipeline.receive([GREY, OTHER]);
    const rounds: number[] = [];
    await pipeline.work(await pipeline.analyzeStage(), {
      onStep: async (step) => {
        if (step === 'analyze:published') rounds.push(await round(pipeline));
      },
    });
    expect(rounds).toEqual([0]);
    expect(await published(pipeline, TOPICS.imageEventAlert)).toHaveLength(1);
  });

  it('publishes images whose positions are on another bus', async () => {
    const pipeline = await testPipeline();
    await pipeline.receive([GREY]);
    await pipeline.catalog.writeImages(await holderOf(pipeline.catalog), {
      published: [{ number: 1, position: positionAt(0, { bus: 'cluster-1' }) }],
    });
    expect(await round(pipeline)).toBe(1);
    expect(await published(pipeline)).toEqual(['default/1', 'default/1']);
  });

  it('makes ready and publishes what interrupted receivers left in streams that nobody holds', async () => {
    const pipeline = await testPipeline();
    for (const stream of ['held', 'orphaned']) await interrupted(pipeline, stream);
    const held = await pipeline.catalog.lock(streamLockName('held'), 'another receiver');
    expect(await round(pipeline)).toBe(1);
    expect(await published(pipeline)).toEqual(['orphaned/1']);
    expect(await pipeline.catalog.pendingStreams()).toEqual(['held']);
    expect(await pipeline.catalog.lock(streamLockName('orphaned'), 'the next')).toHaveProperty('lock');
    if ('lock' in held) await held.lock.release();
    expect(await round(pipeline)).toBe(1);
    expect(await published(pipeline)).toEqual(['orphaned/1', 'held/1']);
  });

  it('publishes the images owed to one technique, if it works for that one', async () => {
    const pipeline = await testPipeline();
    await pipeline.catalog.setThreshold('changed@2', { value: 0, unit: 'px' });
    await pipeline.receive([GREY, GREY]);
    await pipeline.work(await pipeline.analyzeStage());
    pipeline.bus.faults.loseMessages(TOPICS.imageAnalysis);
    const owed = { stage: 'analyze', events: true } as const;
    expect(await round(pipeline, { ...owed, images: { technique: 'l2@2' } })).toBe(0);
    expect(await round(pipeline, { ...owed, images: { technique: 'changed@2' } })).toBe(2);
  });

  it('publishes nothing whose position its own stream’s receiver records while the round looks', async () => {
    const pipeline = await testPipeline();
    const { catalog } = pipeline;
    const holder = await holderOf(catalog);
    const [row] = await catalog.writeImages(holder, { added: [newImage()] });
    if (row === undefined) throw new Error('no image was added');
    await catalog.writeImages(holder, { ready: [row.number] });
    const { pipelineId } = await catalog.identity();
    const [position] = await pipeline.bus.publish(TOPICS.imageAnalysis, [imageReceivedMessage(pipelineId, row)]);
    if (position === undefined) throw new Error('the image was not published');
    const publishing = new Set([1]);
    const undeliverableImages: typeof catalog.undeliverableImages = async (...query) => {
      const page = await catalog.undeliverableImages(...query);
      expect(page).toHaveLength(1);
      await catalog.writeImages(holder, { published: [{ number: 1, position }] });
      publishing.delete(1);
      return page;
    };
    const reconciler = await pipeline.reconciler({ catalog: { ...catalog, undeliverableImages } });
    reconciler.own({ holder, lost: new AbortController().signal, isPublishing: (number) => publishing.has(number) });
    expect(await reconciler.round()).toBe(0);
    expect(publishing.size).toBe(0);
    expect(await published(pipeline)).toEqual(['default/1']);
  });

  it('publishes events only, or images only, if it works for those', async () => {
    const pipeline = await testPipeline();
    await pipeline.receive([GREY, OTHER]);
    await pipeline.work(await pipeline.analyzeStage());
    await pipeline.receive([GREY]);
    for (const topic of [TOPICS.imageAnalysis, TOPICS.imageEventAlert]) pipeline.bus.faults.loseMessages(topic);
    expect(await round(pipeline, { stage: 'alert', images: 'none' })).toBe(1);
    expect([await published(pipeline), await published(pipeline, TOPICS.imageEventAlert)]).toEqual([
      [],
      [expect.anything()],
    ]);
    expect(await round(pipeline, { events: false })).toBe(1);
    expect(await published(pipeline)).toEqual(['default/3']);
  });

  it('whose bus or catalog is out of reach publishes nothing, and the next one does', async () => {
    const pipeline = await testPipeline();
    await pipeline.receive([GREY]);
    pipeline.bus.faults.loseMessages(TOPICS.imageAnalysis);
    const away = new ImgpipeError('broker_unavailable', 'ECONNREFUSED');
    const bus = { ...pipeline.bus, publish: () => Promise.reject(away) };
    expect(await round(pipeline, { bus })).toBe(0);
    expect(await round(pipeline, { bus: { ...pipeline.bus, logs: () => Promise.reject(away) } })).toBe(0);
    expect(await pipeline.catalog.lock(streamLockName('default'), 'the next')).toHaveProperty('lock');
  });

  it('that is refused for good throws the error, and releases its locks', async () => {
    const pipeline = await testPipeline();
    await pipeline.receive([GREY, OTHER]);
    await pipeline.work(await pipeline.analyzeStage());
    await pipeline.receive([GREY]);
    for (const topic of [TOPICS.imageAnalysis, TOPICS.imageEventAlert]) pipeline.bus.faults.loseMessages(topic);
    const refused = new ImgpipeError('broker_refused', 'TOPIC_AUTHORIZATION_FAILED');
    const bus = { ...pipeline.bus, publish: () => Promise.reject(refused) };
    await expect(round(pipeline, { bus })).rejects.toBe(refused);
    await expect(round(pipeline, { bus, images: 'none' })).rejects.toBe(refused);
    for (const name of [streamLockName('default'), EVENTS_LOCK]) {
      expect(await pipeline.catalog.lock(name, 'the next')).toHaveProperty('lock');
    }
  });

  it.each([
    ['a stream', streamLockName('default')],
    ['the events', EVENTS_LOCK],
  ])('that loses the lock of %s records nothing, and the next one publishes', async (_, name) => {
    const pipeline = await testPipeline();
    await pipeline.receive([GREY, OTHER]);
    await pipeline.work(await pipeline.analyzeStage());
    await pipeline.receive([GREY]);
    for (const topic of [TOPICS.imageAnalysis, TOPICS.imageEventAlert]) pipeline.bus.faults.loseMessages(topic);
    const method = name === EVENTS_LOCK ? 'events' : 'images';
    const original: (...args: never[]) => Promise<unknown> = pipeline.catalog[method];
    let lost = false;
    const losing = async (...args: never[]) => {
      const rows = await original(...args);
      if (!lost) pipeline.catalog.loseLocks(name);
      lost = true;
      return rows;
    };
    await round(pipeline, { catalog: { ...pipeline.catalog, [method]: losing } });
    expect(lost).toBe(true);
    expect(pipeline.reported(name === EVENTS_LOCK ? 'recovered_events' : 'recovered')).toEqual([]);
    await round(pipeline);
    await pipeline.drain();
    expect(await pipeline.firstOpen(3)).toBeUndefined();
    expect(await pipeline.catalog.alertRange()).toMatchObject({ first: 1, last: 2 });
  });

  it('whose lock of the events another has by now does not replace the positions that the other has written', async () => {
    const pipeline = await testPipeline();
    const { catalog } = pipeline;
    await pipeline.receive([GREY, OTHER]);
    await pipeline.work(await pipeline.analyzeStage());
    pipeline.bus.faults.loseMessages(TOPICS.imageEventAlert);
    const position = positionAt(77, { topic: TOPICS.imageEventAlert });
    const onStep = async () => {
      await catalog.fenceEvents('the other');
      await catalog.markEventsPublished([{ number: 1, position }], 'the other');
    };
    expect(await round(pipeline, { images: 'none', onStep })).toBe(0);
    expect((await catalog.events([1]))[0]?.position).toEqual(position);
    expect(pipeline.reported('recovered_events')).toEqual([]);
  });
});

describe('rounds beside the work of a stage', () => {
  it('go on until the work ends', async () => {
    const pipeline = await testPipeline();
    const reconciler = await pipeline.reconciler({ everyMs: 1 });
    await pipeline.receive([GREY]);
    const result = await reconciler.during(async () => {
      for (const count of [1, 2]) {
        pipeline.bus.faults.loseMessages(TOPICS.imageAnalysis);
        await expect.poll(() => pipeline.reported('recovered')).toHaveLength(count);
      }
      return 'done';
    });
    expect(result).toBe('done');
  });

  it('that fail end the work, and its error is thrown', async () => {
    const pipeline = await testPipeline();
    const differs = new ImgpipeError('bus_differs', 'another process has bound the pipeline to another bus');
    let rounds = 0;
    const checkBus = async () => {
      rounds += 1;
      if (rounds > 1) throw differs;
    };
    const reconciler = await pipeline.reconciler({ everyMs: 1, checkBus });
    const work = reconciler.during(async (signal) => {
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
    });
    await expect(work).rejects.toBe(differs);
  });

  it('end with the work that fails, and its error is thrown', async () => {
    const pipeline = await testPipeline();
    const reconciler = await pipeline.reconciler({ everyMs: 1 });
    await expect(reconciler.during(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  });

  it('end when the pipeline’s lock is lost', async () => {
    const pipeline = await testPipeline();
    const lost = new AbortController();
    const reconciler = await pipeline.reconciler({ everyMs: 1, lost: lost.signal });
    await pipeline.receive([GREY]);
    lost.abort();
    pipeline.bus.faults.loseMessages(TOPICS.imageAnalysis);
    expect(await reconciler.round()).toBe(0);
    expect(await published(pipeline)).toEqual([]);
  });
});
