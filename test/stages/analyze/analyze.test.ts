import { describe, expect, it } from 'vitest';
import { sha256Of } from '../../../src/base/digest.ts';
import { ImgpipeError, Stopped } from '../../../src/domain/errors.ts';
import { imageReceivedMessage, TOPICS } from '../../../src/domain/messages.ts';
import { imageKey } from '../../../src/domain/object-keys.ts';
import type { Report, Step } from '../../../src/domain/reports.ts';
import type { Comparator } from '../../../src/ports/comparator.ts';
import type { ReceivedMessage } from '../../../src/ports/event-bus.ts';
import type { HandlerContext, Stage } from '../../../src/stages/consume/consume.ts';
import { auditOf } from '../../support/audit.ts';
import { cleanCatalog } from '../../support/clean-catalog.ts';
import { openSqlite } from '../../support/open-sqlite.ts';
import { cutPng, png } from '../../support/pictures.ts';
import { pair } from '../../support/samples.ts';
import { type MemoryTestPipeline, type TestPipeline, testPipeline } from '../../support/test-pipeline.ts';

const GREY = png([100, 100, 100]);
/** Differs from GREY by 3, 4 and 0 in one pixel: the norm is 5. */
const OTHER = png([100, 100, 100], { first: [103, 96, 100] });
const CUT = cutPng();

/** Kind, reference and measurement of the first outcomes. */
async function outcomesOf(pipeline: TestPipeline, count: number) {
  const found = await pipeline.outcomes(...Array.from({ length: count }, (_, index) => index + 1));
  return found.map((outcome) => outcome && [outcome.kind, outcome.reference, outcome.measurement]);
}

async function analyzed(pipeline: TestPipeline, pictures: readonly Uint8Array[]) {
  await pipeline.receive(pictures);
  await pipeline.work(await pipeline.analyzeStage());
  return outcomesOf(pipeline, pictures.length);
}

function reasons(pipeline: TestPipeline): string[] {
  return pipeline.reported('dead_letter').map(({ letter }) => letter.reason);
}

function keyOf(number: number): string {
  return imageKey({ stream: 'default', number, format: 'png', attempt: 1 });
}

/** The messages of the images' topic. The stage's group has not consumed them. */
function messagesOf(pipeline: TestPipeline): Promise<ReceivedMessage[]> {
  return pipeline.messages(TOPICS.imageAnalysis);
}

function context(over: Partial<HandlerContext> = {}): HandlerContext {
  return { stage: 'analyze', signal: new AbortController().signal, isCurrent: () => true, ...over };
}

/** Runs a stage and interrupts it at a step, as a kill would. */
async function stoppedAt(pipeline: TestPipeline, at: Step, make: (onStep: (step: Step) => void) => Promise<Stage>) {
  const stop = new AbortController();
  const onStep = (step: Step) => {
    if (step !== at) return;
    stop.abort();
    throw new Stopped();
  };
  await pipeline.work(await make(onStep), { signal: stop.signal, onStep });
  expect(stop.signal.aborted).toBe(true);
}

describe('an image', () => {
  it('is compared with the image before it, if there is one', async () => {
    expect(await analyzed(await testPipeline(), [GREY, OTHER, OTHER, GREY])).toEqual([
      ['first', null, null],
      ['changed', 1, 5],
      ['unchanged', 2, 0],
      ['changed', 3, 5],
    ]);
  });

  it('of another size is a change without a measurement', async () => {
    expect(await analyzed(await testPipeline(), [GREY, png([100, 100, 100], { width: 5 })])).toEqual([
      ['first', null, null],
      ['size_changed', 1, null],
    ]);
  });

  it('is compared within its own stream', async () => {
    const pipeline = await testPipeline();
    await pipeline.receive([GREY]);
    await pipeline.receive([OTHER, OTHER], 'sky');
    await pipeline.work(await pipeline.analyzeStage());
    const sky = await pipeline.catalog.outcomes(
      'l2@2',
      [1, 2].map((number) => ({ stream: 'sky', number })),
    );
    expect(sky.map((outcome) => outcome?.kind)).toEqual(['first', 'unchanged']);
  });

  it('that has changed becomes an event with its files and a message', async () => {
    const pipeline = await testPipeline();
    await analyzed(pipeline, [GREY, OTHER]);
    const [event] = await pipeline.catalog.events([1]);
    expect(event).toMatchObject({ state: 'ready', position: { topic: TOPICS.imageEventAlert, offset: 0 } });
    const difference = await pipeline.store.get('image_event_database/image_event_001.jpg');
    expect(event?.differenceSha256).toBe(sha256Of(difference ?? Buffer.of()));
    const text = Buffer.from((await pipeline.store.get('image_event_database/image_event_001.txt')) ?? '').toString();
    expect(text.split('\n').slice(0, 5)).toEqual([
      'Image event #: 1',
      'Image event: picture has changed',
      `${pipeline.store.address}/image_database/00002.png`,
      `${pipeline.store.address}/image_database/00001.png`,
      `${pipeline.store.address}/image_event_database/image_event_001.jpg`,
    ]);
  });
});

describe('a difference image', () => {
  it('is computed once', async () => {
    const pipeline = await testPipeline();
    const comparator: Comparator = {
      ...pipeline.comparator,
      difference: () => Promise.reject(new Error('computed a second time')),
    };
    await pipeline.receive([GREY, OTHER, GREY]);
    await pipeline.work(await pipeline.analyzeStage({ comparator }));
    expect((await pipeline.catalog.events([1, 2])).map((event) => event?.state)).toEqual(['ready', 'ready']);
    expect(pipeline.reported('dead_letter')).toEqual([]);
  });

  it('of a stranger under its key stays, and the event gets its files under the next keys', async () => {
    const pipeline = await testPipeline();
    const strangers = Buffer.from('a difference image of another pipeline');
    await pipeline.store.put([{ key: 'image_event_database/image_event_001.jpg', bytes: strangers }]);
    await analyzed(pipeline, [GREY, OTHER, GREY]);
    const [event, next] = await pipeline.catalog.events([1, 2]);
    const difference = await pipeline.store.get('image_event_database/image_event_001.2.jpg');
    expect(event).toMatchObject({ state: 'ready', attempt: 2, differenceSha256: sha256Of(difference ?? Buffer.of()) });
    expect(next).toMatchObject({ state: 'ready', attempt: 1 });
    expect(await pipeline.store.get('image_event_database/image_event_001.jpg')).toEqual(new Uint8Array(strangers));
    const text = Buffer.from((await pipeline.store.get('image_event_database/image_event_001.2.txt')) ?? '').toString();
    expect(text).toContain(`${pipeline.store.address}/image_event_database/image_event_001.2.jpg\n`);
  });

  it('has the next key even if only the text file of its event is a stranger’s', async () => {
    const pipeline = await testPipeline();
    await pipeline.store.put([{ key: 'image_event_database/image_event_001.txt', bytes: Buffer.from('not ours') }]);
    await analyzed(pipeline, [GREY, OTHER]);
    expect((await pipeline.catalog.events([1]))[0]).toMatchObject({ state: 'ready', attempt: 2 });
    expect((await pipeline.store.list('image_event_database')).sort()).toEqual([
      'image_event_database/image_event_001.2.jpg',
      'image_event_database/image_event_001.2.txt',
      'image_event_database/image_event_001.jpg',
      'image_event_database/image_event_001.txt',
    ]);
  });

  it('that an interrupted analyzer has put is used', async () => {
    const pipeline = await testPipeline();
    await pipeline.receive([GREY, OTHER]);
    await stoppedAt(pipeline, 'analyze:files', (onStep) => pipeline.analyzeStage({ onStep }));
    await pipeline.work(await pipeline.analyzeStage());
    expect((await pipeline.catalog.events([1]))[0]).toMatchObject({ state: 'ready', attempt: 1 });
    expect(await pipeline.store.list('image_event_database')).toHaveLength(2);
  });

  it('that another encoder would write differently is put under the next key, with its digest', async () => {
    const pipeline = await testPipeline();
    await pipeline.receive([GREY, OTHER]);
    await stoppedAt(pipeline, 'analyze:entered', (onStep) => pipeline.analyzeStage({ onStep }));
    const otherEncoders = Buffer.from('the same difference, encoded by another version');
    const comparator: Comparator = { ...pipeline.comparator, difference: async () => otherEncoders };
    await pipeline.work(await pipeline.analyzeStage({ comparator }));
    expect((await pipeline.catalog.events([1]))[0]).toMatchObject({
      state: 'ready',
      attempt: 2,
      differenceSha256: sha256Of(otherEncoders),
    });
    expect(await pipeline.store.get('image_event_database/image_event_001.2.jpg')).toEqual(
      new Uint8Array(otherEncoders),
    );
  });
});

describe('a picture that does not decode', () => {
  it('is dead and is not used as a reference', async () => {
    const pipeline = await testPipeline();
    expect(await analyzed(pipeline, [GREY, CUT, cutPng([9, 9, 9]), OTHER])).toEqual([
      ['first', null, null],
      ['dead', null, null],
      ['dead', null, null],
      ['changed', 1, 5],
    ]);
    expect(reasons(pipeline)).toEqual(['undecodable', 'undecodable']);
    expect(pipeline.reported('dead_letter').map(({ letter, origin }) => [letter.image?.number, origin])).toEqual([
      [2, '/from/2'],
      [3, '/from/3'],
    ]);
  });

  it('is not used as a reference in the batch that finds it, either', async () => {
    const pipeline = await testPipeline();
    await pipeline.receive([GREY, CUT, cutPng([9, 9, 9]), OTHER]);
    const { handledCount } = await (await pipeline.analyzeStage()).handle(await messagesOf(pipeline), context());
    expect(handledCount).toBe(4);
    expect((await outcomesOf(pipeline, 4))[3]).toEqual(['changed', 1, 5]);
  });

  it('may be the first: then the next one that decodes counts as the first', async () => {
    expect(await analyzed(await testPipeline(), [CUT, GREY, OTHER])).toEqual([
      ['dead', null, null],
      ['first', null, null],
      ['changed', 2, 5],
    ]);
  });

  it('is dead even if the previous picture has the same bytes', async () => {
    const pipeline = await testPipeline();
    expect(await analyzed(pipeline, [CUT, CUT, GREY])).toEqual([
      ['dead', null, null],
      ['dead', null, null],
      ['first', null, null],
    ]);
    const rows = await pipeline.catalog.images([1, 2, 3].map((number) => ({ stream: 'default', number })));
    expect(rows.map((row) => row?.fact?.verdict)).toEqual(['undecodable', 'undecodable', 'decodes']);
  });

  it('has a dead letter with its message, and a copy in the dead letter topic', async () => {
    const pipeline = await testPipeline();
    await analyzed(pipeline, [GREY, CUT]);
    const [, received] = await messagesOf(pipeline);
    if (received === undefined) throw new Error('the message is missing');
    const { position, ...message } = received;
    const [letter] = await pipeline.catalog.deadLetters([1]);
    expect(letter).toMatchObject({ reason: 'undecodable', image: { number: 2 }, position, message });
    expect((await pipeline.messages(TOPICS.imageAnalysisDead)).map(({ value }) => JSON.parse(value))).toEqual([
      expect.objectContaining({ reason: 'undecodable', image_num: 2, offset: 1, value: message.value }),
    ]);
  });

  it('has the copy even if the stage was interrupted before it was published', async () => {
    const pipeline = await testPipeline();
    await pipeline.receive([CUT]);
    await stoppedAt(pipeline, 'analyze:entered', (onStep) => pipeline.analyzeStage({ onStep }));
    expect(await pipeline.messages(TOPICS.imageAnalysisDead)).toEqual([]);
    await pipeline.work(await pipeline.analyzeStage());
    expect(await pipeline.messages(TOPICS.imageAnalysisDead)).toHaveLength(1);
    expect(await pipeline.deadLetterCount()).toBe(1);
  });

  it('is recognized when another batch has found it', async () => {
    const pipeline = await testPipeline();
    for (const picture of [GREY, CUT, OTHER]) {
      await pipeline.receive([picture]);
      await pipeline.work(await pipeline.analyzeStage());
    }
    expect(await outcomesOf(pipeline, 3)).toEqual([
      ['first', null, null],
      ['dead', null, null],
      ['changed', 1, 5],
    ]);
  });

  it('is dead as too large if it exceeds the limit', async () => {
    const pipeline = await testPipeline();
    await analyzed(pipeline, [GREY, png([1, 2, 3], { width: 200, height: 51 }), OTHER]);
    expect(reasons(pipeline)).toEqual(['too_large']);
    expect((await outcomesOf(pipeline, 3))[2]).toEqual(['changed', 1, 5]);
  });
});

describe('a stored picture', () => {
  it('that is missing is waited for, which is reported once', async () => {
    const pipeline = await testPipeline();
    await pipeline.receive([GREY]);
    pipeline.store.faults.lose(keyOf(1));
    const reports: Report[] = [];
    const onReport = (report: Report) => {
      reports.push(report);
      if (report.kind === 'waiting') pipeline.store.faults.corrupt(keyOf(1), GREY);
    };
    await pipeline.work(await pipeline.analyzeStage({ objectWaitMs: 60_000, onReport }), { onReport });
    expect(reports.map(({ kind }) => kind)).toEqual(['working', 'waiting', 'outcome']);
    expect(reports[1]).toMatchObject({
      error: { code: 'object_missing', message: expect.stringContaining(pipeline.store.locate(keyOf(1))) },
    });
    expect(await outcomesOf(pipeline, 1)).toEqual([['first', null, null]]);
  });

  it('that is missing is waited for while the consumer group is kept alive', async () => {
    const pipeline = await testPipeline();
    await pipeline.receive([GREY]);
    pipeline.store.faults.lose(keyOf(1));
    let keepAlives = 0;
    const keepAlive = async () => {
      keepAlives += 1;
      if (keepAlives === 2) pipeline.store.faults.corrupt(keyOf(1), GREY);
    };
    const waits: Report[] = [];
    const stage = await pipeline.analyzeStage({ objectWaitMs: 60_000 });
    await stage.handle(await messagesOf(pipeline), context({ keepAlive, onReport: (report) => waits.push(report) }));
    expect([keepAlives, waits.length]).toEqual([2, 1]);
    expect(await outcomesOf(pipeline, 1)).toEqual([['first', null, null]]);
  });

  it('that stays missing is dead, and its dead letter names it', async () => {
    const pipeline = await testPipeline();
    await pipeline.receive([GREY]);
    pipeline.store.faults.lose(keyOf(1));
    await pipeline.work(await pipeline.analyzeStage());
    expect(await outcomesOf(pipeline, 1)).toEqual([['dead', null, null]]);
    expect(
      pipeline.reported('dead_letter').map(({ letter }) => [letter.reason, letter.detail, letter.attempts]),
    ).toEqual([['object_missing', expect.stringContaining(pipeline.store.locate(keyOf(1))), 1]]);
  });

  it('that is missing is not recorded as undecodable', async () => {
    const pipeline = await testPipeline();
    await pipeline.receive([GREY]);
    pipeline.store.faults.lose(keyOf(1));
    await pipeline.work(await pipeline.analyzeStage());
    expect((await pipeline.catalog.images([{ stream: 'default', number: 1 }]))[0]?.fact).toBeNull();
  });

  it('is left uncommitted if the wait for it is interrupted', async () => {
    const pipeline = await testPipeline();
    await pipeline.receive([GREY]);
    pipeline.store.faults.lose(keyOf(1));
    const stop = new AbortController();
    const onReport = ({ kind }: Report) => {
      if (kind === 'waiting') stop.abort();
    };
    const stage = await pipeline.analyzeStage({ objectWaitMs: 60_000 });
    await pipeline.work(stage, { signal: stop.signal, onReport });
    expect(await pipeline.committed(stage)).toBe(0);
    expect(await outcomesOf(pipeline, 1)).toEqual([undefined]);
  });

  it('that differs from what was received is dead as damaged, not as undecodable', async () => {
    const pipeline = await testPipeline();
    await pipeline.receive([GREY, OTHER]);
    pipeline.store.faults.corrupt(keyOf(2), CUT);
    await pipeline.work(await pipeline.analyzeStage());
    expect(await outcomesOf(pipeline, 2)).toEqual([
      ['first', null, null],
      ['dead', null, null],
    ]);
    expect(reasons(pipeline)).toEqual(['object_damaged']);
    expect((await pipeline.catalog.images([{ stream: 'default', number: 2 }]))[0]?.fact).toBeNull();
  });
});

describe('a repetition', () => {
  it('by two concurrent analyzers gives one event with one difference image', async () => {
    const pipeline = await testPipeline({ durable: true });
    await pipeline.receive([GREY, OTHER]);
    const messages = await messagesOf(pipeline);
    const other = await openSqlite(pipeline.folder);
    let compared = 0;
    let open: () => void = () => {};
    const both = new Promise<void>((resolve) => {
      open = resolve;
    });
    const onStep = async (step: Step) => {
      if (step !== 'analyze:compared') return;
      compared += 1;
      if (compared === 2) open();
      await both;
    };
    const stages = [
      await pipeline.analyzeStage({ onStep }),
      await pipeline.analyzeStage({ onStep, catalog: other.catalog }),
    ];
    const handled = await Promise.all(stages.map((stage) => stage.handle(messages, context())));
    expect(compared).toBe(2);
    for (const each of handled)
      await each.recordPositions(await pipeline.bus.publish(TOPICS.imageEventAlert, each.publish));
    expect(await pipeline.eventNumbers()).toEqual([1]);
    const [event] = await pipeline.catalog.events([1]);
    const difference = await pipeline.store.get('image_event_database/image_event_001.jpg');
    expect(event).toMatchObject({ state: 'ready', differenceSha256: sha256Of(difference ?? Buffer.of()) });
    // Each analyzer has published it; the later position stays.
    expect(event?.position?.offset).toBe(1);
    expect(await pipeline.store.list('image_event_database')).toHaveLength(2);
    await pipeline.work(await pipeline.alertStage());
    expect(await pipeline.catalog.alertRange()).toMatchObject({ first: 1, last: 1 });
    expect(pipeline.reported('alert')).toHaveLength(1);
  });

  it.each([
    'analyze:compared',
    'analyze:entered',
    'analyze:files',
    'analyze:ready',
    'analyze:published',
    'analyze:recorded',
  ] as const)('after an interruption at %s completes one event and one alert', async (step) => {
    const pipeline = await testPipeline({ durable: true });
    await pipeline.receive([GREY, OTHER]);
    await stoppedAt(pipeline, step, (onStep) => pipeline.analyzeStage({ onStep }));
    expect(await pipeline.committed(await pipeline.analyzeStage())).toBe(0);
    await pipeline.drain();
    expect(await outcomesOf(pipeline, 2)).toEqual([
      ['first', null, null],
      ['changed', 1, 5],
    ]);
    const [event] = await pipeline.catalog.events([1]);
    const difference = await pipeline.store.get('image_event_database/image_event_001.jpg');
    expect(event).toMatchObject({ state: 'ready', differenceSha256: sha256Of(difference ?? Buffer.of()) });
    expect(event?.position).not.toBeNull();
    expect(await auditOf(pipeline.catalog, 'l2@2')).toMatchObject({ events: 1, alerts: 1, openEvents: [], faults: [] });
    expect(pipeline.reported('outcome').map(({ outcome }) => outcome.image.number)).toEqual([1, 2]);
  });

  it('uses the reference of the existing outcome, even if another would be found now', async () => {
    const pipeline = await testPipeline();
    await pipeline.receive([GREY, png([0, 0, 0]), OTHER]);
    // Another analyzer has found image 2 undecodable.
    const { addOutcomes } = pipeline.catalog;
    const catalog: MemoryTestPipeline['catalog'] = {
      ...pipeline.catalog,
      addOutcomes: (outcomes) =>
        addOutcomes(
          outcomes.map((each) => (each.image.number === 3 ? { ...each, reference: 1, measurement: 5 } : each)),
        ),
    };
    await stoppedAt(pipeline, 'analyze:entered', (onStep) => pipeline.analyzeStage({ onStep, catalog }));
    await pipeline.work(await pipeline.analyzeStage());
    const picture = (bytes: Uint8Array) =>
      ({ sha256: sha256Of(bytes), format: 'png', read: async () => bytes }) as const;
    const expected = await pipeline.comparator.difference(pair(picture(GREY), picture(OTHER)));
    const stored = await pipeline.store.get('image_event_database/image_event_002.jpg');
    expect(Buffer.from(stored ?? '').equals(expected)).toBe(true);
  });

  it('within one chunk is compared once', async () => {
    const pipeline = await testPipeline();
    await pipeline.receive([GREY, OTHER]);
    const messages = await messagesOf(pipeline);
    const { handledCount, publish } = await (await pipeline.analyzeStage()).handle(
      [...messages, ...messages],
      context(),
    );
    expect([handledCount, publish.length]).toEqual([4, 1]);
    expect(await pipeline.eventNumbers()).toEqual([1]);
  });

  it('leaves a dead image dead', async () => {
    const pipeline = await testPipeline();
    await pipeline.receive([GREY]);
    pipeline.store.faults.lose(keyOf(1));
    const messages = await messagesOf(pipeline);
    const stage = await pipeline.analyzeStage();
    await stage.handle(messages, context());
    pipeline.store.faults.corrupt(keyOf(1), GREY);
    await stage.handle(messages, context());
    expect(await outcomesOf(pipeline, 1)).toEqual([['dead', null, null]]);
    expect(await pipeline.deadLetterCount()).toBe(1);
  });
});

describe('a lost answer to a transaction', () => {
  it.each(['addOutcomes', 'nextEventAttempt', 'markEventsReady', 'markEventsPublished'] as const)(
    'of %s leaves one outcome and one event for each image',
    async (method) => {
      const pipeline = await testPipeline();
      if (method === 'nextEventAttempt') {
        await pipeline.store.put([{ key: 'image_event_database/image_event_001.jpg', bytes: GREY }]);
      }
      await pipeline.receive([GREY, OTHER, GREY]);
      const original: (...args: never[]) => Promise<unknown> = pipeline.catalog[method];
      let lost = false;
      const losing = async (...args: never[]) => {
        const answer = await original(...args);
        if (lost) return answer;
        lost = true;
        throw new ImgpipeError('catalog_unavailable', 'the connection was lost before the answer');
      };
      await pipeline.work(await pipeline.analyzeStage({ catalog: { ...pipeline.catalog, [method]: losing } }));
      expect(lost).toBe(true);
      expect(await outcomesOf(pipeline, 3)).toEqual([
        ['first', null, null],
        ['changed', 1, 5],
        ['changed', 2, 5],
      ]);
      await pipeline.work(await pipeline.alertStage());
      expect(await auditOf(pipeline.catalog, 'l2@2')).toMatchObject({
        events: 2,
        alerts: 2,
        openEvents: [],
        faults: [],
      });
      expect(pipeline.reported('waiting')).toHaveLength(1);
      expect(await pipeline.deadLetterCount()).toBe(0);
    },
  );
});

describe('a message', () => {
  const ID = '01234567-89ab-cdef-0123-456789abcdef';

  async function imageOf({ catalog }: TestPipeline, number: number) {
    const [image] = await catalog.images([{ stream: 'default', number }]);
    if (image === undefined) throw new Error(`image ${number} does not exist`);
    return image;
  }

  it('of another pipeline stops the stage without a commit, and the error names both pipelines', async () => {
    const pipeline = await testPipeline();
    await pipeline.receive([GREY]);
    await pipeline.publish(TOPICS.imageAnalysis, imageReceivedMessage(ID, await imageOf(pipeline, 1)));
    const stage = await pipeline.analyzeStage();
    const { pipelineId } = await pipeline.catalog.identity();
    const error = await pipeline.work(stage).catch((thrown) => thrown);
    expect(error).toMatchObject({ code: 'foreign_message' });
    expect(error.message).toContain(ID);
    expect(error.message).toContain(pipelineId);
    expect(await pipeline.committed(stage)).toBe(0);
    expect(reasons(pipeline)).toEqual([]);
  });

  it('from before the last clean is skipped, which is reported', async () => {
    const pipeline = await testPipeline();
    await pipeline.receive([GREY, OTHER]);
    await cleanCatalog(pipeline.catalog);
    const stage = await pipeline.analyzeStage();
    await pipeline.work(stage);
    expect(pipeline.reported('skipped_former')).toHaveLength(2);
    expect(await pipeline.committed(stage)).toBe(2);
    expect(await pipeline.catalog.newestImages([{ stream: 'default' }])).toEqual([undefined]);
    expect(await pipeline.deadLetterCount()).toBe(0);
  });

  type Change = (data: Record<string, unknown>) => Record<string, unknown>;

  /** Analyzes three images, with another message about the second between them. */
  async function analyzedWith(change: Change): Promise<TestPipeline> {
    const pipeline = await testPipeline();
    await pipeline.receive([GREY, OTHER]);
    const good = imageReceivedMessage((await pipeline.catalog.identity()).pipelineId, await imageOf(pipeline, 2));
    await pipeline.publish(TOPICS.imageAnalysis, { ...good, value: JSON.stringify(change(JSON.parse(good.value))) });
    await pipeline.receive([OTHER]);
    const stage = await pipeline.analyzeStage();
    await pipeline.work(stage);
    expect((await outcomesOf(pipeline, 3)).map((outcome) => outcome?.[0])).toEqual(['first', 'changed', 'unchanged']);
    expect(await pipeline.committed(stage)).toBe(4);
    return pipeline;
  }

  it.each<[string, Change]>([
    ['has another path', (data) => ({ ...data, image_db_path: '/etc/passwd' })],
    ['has another previous image', (data) => ({ ...data, previous_image_num: 7 })],
    ['lacks its number', ({ image_num: _, ...data }) => data],
  ])('that %s becomes a dead letter about no image, and the others are handled', async (_, change) => {
    const pipeline = await analyzedWith(change);
    expect(reasons(pipeline)).toEqual(['bad_message']);
    expect(await pipeline.catalog.deadLetters([1])).toMatchObject([{ image: null, technique: null, attempts: 1 }]);
    expect(await pipeline.messages(TOPICS.imageAnalysisDead)).toHaveLength(1);
  });

  it.each<[string, Change]>([
    ['has another digest', (data) => ({ ...data, sha256: 'f'.repeat(64) })],
    ['names an image that does not exist', (data) => ({ ...data, image_num: 9 })],
    ['names a stream that does not exist', (data) => ({ ...data, stream: '../x' })],
  ])('that %s is skipped, and the others are handled', async (_, change) => {
    const pipeline = await analyzedWith(change);
    expect(pipeline.reported('skipped_stale')).toEqual([{ kind: 'skipped_stale', stage: 'analyze' }]);
    expect(await pipeline.deadLetterCount()).toBe(0);
  });

  it('that is about another picture leaves the image with its number open, even if it triggers a bug', async () => {
    const pipeline = await testPipeline();
    await pipeline.receive([GREY]);
    const [good] = await messagesOf(pipeline);
    if (good === undefined) throw new Error('the message is missing');
    const stale = { ...good, value: JSON.stringify({ ...JSON.parse(good.value), sha256: 'f'.repeat(64) }) };
    const stage = await pipeline.analyzeStage();
    await stage.deadLetter(stale, new ImgpipeError('internal', 'x is undefined'), 3);
    expect(await outcomesOf(pipeline, 1)).toEqual([undefined]);
    expect(await pipeline.catalog.deadLetters([1])).toMatchObject([{ reason: 'internal', image: null }]);
    await pipeline.work(stage);
    expect(await outcomesOf(pipeline, 1)).toEqual([['first', null, null]]);
  });

  it('that cannot be parsed is set aside together with its like, beside those that can', async () => {
    const pipeline = await testPipeline();
    await pipeline.receive([GREY, OTHER]);
    const poison = { key: 'k', headers: {}, value: 'x' };
    await pipeline.bus.publish(TOPICS.imageAnalysis, Array(30).fill(poison));
    await pipeline.receive([OTHER]);
    const stage = await pipeline.analyzeStage();
    let handled = 0;
    await pipeline.work({
      ...stage,
      handle: async (messages, context) => {
        handled += 1;
        return stage.handle(messages, context);
      },
    });
    expect(handled).toBe(1);
    expect(await outcomesOf(pipeline, 3)).not.toContain(undefined);
    expect(reasons(pipeline)).toEqual(Array(30).fill('bad_message'));
    expect(await pipeline.deadLetterCount()).toBe(30);
    expect(await pipeline.messages(TOPICS.imageAnalysisDead)).toHaveLength(30);
  });

  it('that triggers a bug is dead, and its dead letter has the stack', async () => {
    const pipeline = await testPipeline();
    await pipeline.receive([GREY, OTHER]);
    const comparator: Comparator = {
      ...pipeline.comparator,
      compare: () => Promise.reject(new TypeError('x is undefined')),
    };
    await pipeline.work(await pipeline.analyzeStage({ comparator }));
    expect(await outcomesOf(pipeline, 2)).toEqual([
      ['first', null, null],
      ['dead', null, null],
    ]);
    expect(pipeline.reported('dead_letter').map(({ letter }) => letter)).toEqual([
      expect.objectContaining({
        reason: 'internal',
        attempts: 3,
        detail: 'x is undefined',
        stack: expect.stringContaining('TypeError: x is undefined\n    at '),
      }),
    ]);
    expect(await pipeline.eventNumbers()).toEqual([]);
  });
});

describe('the size of a batch', () => {
  const LARGE = Buffer.alloc(3 * 1024 * 1024);

  /** Reports every image as changed, with a large difference image. */
  function withLargeDifferences(comparator: Comparator): Comparator {
    return {
      ...comparator,
      compare: async () => ({ kind: 'changed', measurement: 1, regions: null, difference: LARGE }),
      difference: async () => LARGE,
    };
  }

  async function handledBy(pipeline: TestPipeline, stage: Stage, over: Partial<HandlerContext> = {}) {
    const { handledCount } = await stage.handle(await messagesOf(pipeline), context(over));
    return handledCount;
  }

  it('is limited by the memory of its difference images', async () => {
    const pipeline = await testPipeline();
    await pipeline.receive([GREY, OTHER, GREY, OTHER, GREY, OTHER]);
    const comparator = withLargeDifferences(pipeline.comparator);
    expect(await handledBy(pipeline, await pipeline.analyzeStage({ comparator }))).toBe(4);
    expect(await pipeline.eventNumbers()).toEqual([1, 2, 3]);
    await pipeline.work(await pipeline.analyzeStage({ comparator }));
    expect((await pipeline.outcomes(1, 2, 3, 4, 5, 6)).includes(undefined)).toBe(false);
    expect(await pipeline.eventNumbers()).toEqual([1, 2, 3, 4, 5]);
  });

  it('is compared with the comparator’s concurrency, and its outcomes keep their order', async () => {
    const pipeline = await testPipeline();
    await pipeline.receive([GREY, OTHER, GREY, OTHER, GREY, OTHER, GREY]);
    const [waiting, most] = [new Set<() => void>(), { atOnce: 0 }];
    const comparator: Comparator = {
      ...pipeline.comparator,
      atOnce: 3,
      async compare(two, measure) {
        // The last comparison to start ends first.
        await new Promise<void>((resolve) => {
          waiting.add(resolve);
          most.atOnce = Math.max(most.atOnce, waiting.size);
          setTimeout(() => {
            const last = [...waiting].at(-1);
            if (last !== undefined) waiting.delete(last);
            last?.();
          }, 5);
        });
        return pipeline.comparator.compare(two, measure);
      },
    };
    await pipeline.work(await pipeline.analyzeStage({ comparator }));
    expect(most.atOnce).toBe(3);
    const events = await pipeline.catalog.events([1, 2, 3, 4, 5, 6]);
    expect(events.map((event) => event?.image.number)).toEqual([2, 3, 4, 5, 6, 7]);
    expect((await outcomesOf(pipeline, 7)).map((outcome) => outcome?.[1])).toEqual([null, 1, 2, 3, 4, 5, 6]);
  });

  it('leaves no comparison running if one fails', async () => {
    const pipeline = await testPipeline();
    await pipeline.receive([GREY, OTHER, GREY]);
    let running = 0;
    const comparator: Comparator = {
      ...pipeline.comparator,
      atOnce: 3,
      async compare(two, measure) {
        running += 1;
        await new Promise((resolve) => setTimeout(resolve, two.image.sha256 === sha256Of(OTHER) ? 1 : 30));
        running -= 1;
        if (two.image.sha256 === sha256Of(OTHER)) throw new ImgpipeError('store_unavailable', 'away');
        return pipeline.comparator.compare(two, measure);
      },
    };
    const stage = await pipeline.analyzeStage({ comparator });
    await expect(stage.handle(await messagesOf(pipeline), context())).rejects.toMatchObject({
      code: 'store_unavailable',
    });
    expect(running).toBe(0);
    expect(await outcomesOf(pipeline, 3)).toEqual([undefined, undefined, undefined]);
  });

  it('is limited by the number of images', async () => {
    const pipeline = await testPipeline();
    await pipeline.receive(Array.from({ length: 70 }, () => GREY));
    expect(await handledBy(pipeline, await pipeline.analyzeStage())).toBe(64);
  });

  it('is the number of images started before another consumer took over, and never zero', async () => {
    const pipeline = await testPipeline();
    await pipeline.receive([GREY, OTHER, GREY]);
    expect(await handledBy(pipeline, await pipeline.analyzeStage(), { isCurrent: () => false })).toBe(1);
    expect(await handledBy(pipeline, await pipeline.analyzeStage(), { signal: AbortSignal.abort() })).toBe(2);
    expect((await outcomesOf(pipeline, 3)).map((outcome) => outcome?.[0])).toEqual(['first', 'changed', undefined]);
  });
});
