import { rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sha256Of } from '../../src/base/digest.ts';
import { ImgpipeError, Stopped } from '../../src/domain/errors.ts';
import { imageReceivedMessage, type Message, TOPICS } from '../../src/domain/messages.ts';
import { imageKey } from '../../src/domain/object-keys.ts';
import type { Report, Step } from '../../src/domain/reports.ts';
import type { Comparator } from '../../src/ports/comparator.ts';
import type { ReceivedMessage } from '../../src/ports/event-bus.ts';
import type { HandlerContext, Stage } from '../../src/stages/consume.ts';
import { openSqlite } from '../support/open-sqlite.ts';
import { cutPng, png } from '../support/pictures.ts';
import { pair } from '../support/samples.ts';
import { type TestPipeline, testPipeline } from '../support/test-pipeline.ts';

const GREY = png([100, 100, 100]);
/** Differs from GREY by 3, 4 and 0 in one pixel: the norm is 5. */
const OTHER = png([100, 100, 100], { first: [103, 96, 100] });
const CUT = cutPng();

/** Kind, reference and measurement of the first outcomes. */
async function outcomesOf(shop: TestPipeline, count: number) {
  const found = await shop.outcomes(...Array.from({ length: count }, (_, index) => index + 1));
  return found.map((outcome) => outcome && [outcome.kind, outcome.reference, outcome.measurement]);
}

async function analyzed(shop: TestPipeline, pictures: readonly Uint8Array[]) {
  await shop.receive(pictures);
  await shop.work(await shop.analyzeStage());
  return outcomesOf(shop, pictures.length);
}

function reasons(shop: TestPipeline): string[] {
  return shop.reported('dead_letter').map(({ letter }) => letter.reason);
}

function fileOf(shop: TestPipeline, number: number): string {
  return shop.store.locate(imageKey({ stream: 'default', number, format: 'png' }));
}

/** What the images' topic holds, untouched for the stage. */
function messagesOf(shop: TestPipeline): Promise<ReceivedMessage[]> {
  return shop.messages(TOPICS.imageAnalysis);
}

function context(over: Partial<HandlerContext> = {}): HandlerContext {
  return { stage: 'analyze', signal: new AbortController().signal, isCurrent: () => true, ...over };
}

/** Lets a stage work and stops it as a kill would: at this step nothing more is done. */
async function stoppedAt(shop: TestPipeline, at: Step, make: (onStep: (step: Step) => void) => Promise<Stage>) {
  const stop = new AbortController();
  const onStep = (step: Step) => {
    if (step !== at) return;
    stop.abort();
    throw new Stopped();
  };
  await shop.work(await make(onStep), { signal: stop.signal, onStep });
  expect(stop.signal.aborted).toBe(true);
}

describe('an image', () => {
  it('is compared with the one before: the first with none', async () => {
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
    const shop = await testPipeline();
    await shop.receive([GREY]);
    await shop.receive([OTHER, OTHER], 'sky');
    await shop.work(await shop.analyzeStage());
    const sky = await shop.catalog.outcomes(
      'l2@1',
      [1, 2].map((number) => ({ stream: 'sky', number })),
    );
    expect(sky.map((outcome) => outcome?.kind)).toEqual(['first', 'unchanged']);
  });

  it('leaves an event with its files, and its message in the next topic', async () => {
    const shop = await testPipeline();
    await analyzed(shop, [GREY, OTHER]);
    const [event] = await shop.catalog.events([1]);
    expect(event).toMatchObject({ state: 'ready', position: { topic: TOPICS.imageEventAlert, offset: 0 } });
    const difference = await shop.store.get('image_event_database/image_event_001.jpg');
    expect(event?.differenceSha256).toBe(sha256Of(difference ?? Buffer.of()));
    const text = Buffer.from((await shop.store.get('image_event_database/image_event_001.txt')) ?? '').toString();
    expect(text.split('\n').slice(0, 5)).toEqual([
      'Image event #: 1',
      'Image event: picture has changed',
      `${shop.folder}/image_database/00002.png`,
      `${shop.folder}/image_database/00001.png`,
      `${shop.folder}/image_event_database/image_event_001.jpg`,
    ]);
  });
});

describe('a difference image', () => {
  it('is drawn once', async () => {
    const shop = await testPipeline();
    const comparator: Comparator = { ...shop.comparator, difference: () => Promise.reject(new Error('a second time')) };
    await shop.receive([GREY, OTHER, GREY]);
    await shop.work(await shop.analyzeStage({ comparator }));
    expect(await shop.catalog.readyEvents(0, 9)).toHaveLength(2);
    expect(shop.reported('dead_letter')).toEqual([]);
  });

  it('that lies in the store already stays, and its digest is the one that is entered', async () => {
    const shop = await testPipeline();
    const earlier = Buffer.from('from an earlier version of the program');
    await shop.store.put([{ key: 'image_event_database/image_event_001.jpg', bytes: earlier }]);
    await analyzed(shop, [GREY, OTHER]);
    const [event] = await shop.catalog.events([1]);
    expect(event).toMatchObject({ state: 'ready', differenceSha256: sha256Of(earlier) });
  });
});

describe('a picture that does not decode', () => {
  it('is dead, and no reference: the next one is compared with the last one before it', async () => {
    const shop = await testPipeline();
    expect(await analyzed(shop, [GREY, CUT, cutPng([9, 9, 9]), OTHER])).toEqual([
      ['first', null, null],
      ['dead', null, null],
      ['dead', null, null],
      ['changed', 1, 5],
    ]);
    expect(reasons(shop)).toEqual(['undecodable', 'undecodable']);
    expect(shop.reported('dead_letter').map(({ letter, origin }) => [letter.image?.number, origin])).toEqual([
      [2, '/from/2'],
      [3, '/from/3'],
    ]);
  });

  it('is no reference within the run that finds it out, either', async () => {
    const shop = await testPipeline();
    await shop.receive([GREY, CUT, cutPng([9, 9, 9]), OTHER]);
    const { handledCount } = await (await shop.analyzeStage()).handle(await messagesOf(shop), context());
    expect(handledCount).toBe(4);
    expect((await outcomesOf(shop, 4))[3]).toEqual(['changed', 1, 5]);
  });

  it('may be the first: the next one that decodes is the first then', async () => {
    expect(await analyzed(await testPipeline(), [CUT, GREY, OTHER])).toEqual([
      ['dead', null, null],
      ['first', null, null],
      ['changed', 2, 5],
    ]);
  });

  it('is dead also where the one before has the same bytes', async () => {
    const shop = await testPipeline();
    expect(await analyzed(shop, [CUT, CUT, GREY])).toEqual([
      ['dead', null, null],
      ['dead', null, null],
      ['first', null, null],
    ]);
    const rows = await shop.catalog.images([1, 2, 3].map((number) => ({ stream: 'default', number })));
    expect(rows.map((row) => row?.fact?.verdict)).toEqual(['undecodable', 'undecodable', 'decodes']);
  });

  it('has a letter that keeps its message, and a copy of that in the topic of the dead', async () => {
    const shop = await testPipeline();
    await analyzed(shop, [GREY, CUT]);
    const [, received] = await messagesOf(shop);
    if (received === undefined) throw new Error('there is no message');
    const { position, ...message } = received;
    const [letter] = await shop.catalog.deadLetters([1]);
    expect(letter).toMatchObject({ reason: 'undecodable', image: { number: 2 }, position, message });
    expect((await shop.messages(TOPICS.imageAnalysisDead)).map(({ value }) => JSON.parse(value))).toEqual([
      expect.objectContaining({ reason: 'undecodable', image_num: 2, offset: 1, value: message.value }),
    ]);
  });

  it('has a copy of its letter also where the stage was broken off before that was published', async () => {
    const shop = await testPipeline();
    await shop.receive([CUT]);
    await stoppedAt(shop, 'analyze:entered', (onStep) => shop.analyzeStage({ onStep }));
    expect(await shop.messages(TOPICS.imageAnalysisDead)).toEqual([]);
    await shop.work(await shop.analyzeStage());
    expect(await shop.messages(TOPICS.imageAnalysisDead)).toHaveLength(1);
    expect((await shop.catalog.audit('l2@1')).deadLetters).toBe(1);
  });

  it('is found out also where its turn was in another run', async () => {
    const shop = await testPipeline();
    for (const picture of [GREY, CUT, OTHER]) {
      await shop.receive([picture]);
      await shop.work(await shop.analyzeStage());
    }
    expect(await outcomesOf(shop, 3)).toEqual([
      ['first', null, null],
      ['dead', null, null],
      ['changed', 1, 5],
    ]);
  });

  it('is dead as too large where it is over the limit', async () => {
    const shop = await testPipeline();
    await analyzed(shop, [GREY, png([1, 2, 3], { width: 200, height: 51 }), OTHER]);
    expect(reasons(shop)).toEqual(['too_large']);
    expect((await outcomesOf(shop, 3))[2]).toEqual(['changed', 1, 5]);
  });
});

describe('a stored picture', () => {
  it('that is missing is waited for, and that is said once', async () => {
    const shop = await testPipeline();
    await shop.receive([GREY]);
    rmSync(fileOf(shop, 1));
    const reports: Report[] = [];
    const onReport = (report: Report) => {
      reports.push(report);
      if (report.kind === 'waiting') writeFileSync(fileOf(shop, 1), GREY);
    };
    await shop.work(await shop.analyzeStage({ objectWaitMs: 60_000, onReport }), { onReport });
    expect(reports.map(({ kind }) => kind)).toEqual(['working', 'waiting', 'outcome']);
    expect(reports[1]).toMatchObject({
      error: { code: 'object_missing', message: expect.stringContaining(fileOf(shop, 1)) },
    });
    expect(await outcomesOf(shop, 1)).toEqual([['first', null, null]]);
  });

  it('that is missing is waited for as long as it takes, and the group is kept alive', async () => {
    const shop = await testPipeline();
    await shop.receive([GREY]);
    rmSync(fileOf(shop, 1));
    let asked = 0;
    const keepAlive = async () => {
      asked += 1;
      if (asked === 2) writeFileSync(fileOf(shop, 1), GREY);
    };
    const waits: Report[] = [];
    const stage = await shop.analyzeStage({ objectWaitMs: 60_000 });
    await stage.handle(await messagesOf(shop), context({ keepAlive, onReport: (report) => waits.push(report) }));
    expect([asked, waits.length]).toEqual([2, 1]);
    expect(await outcomesOf(shop, 1)).toEqual([['first', null, null]]);
  });

  it('that stays missing is dead, and its letter names it', async () => {
    const shop = await testPipeline();
    await shop.receive([GREY]);
    rmSync(fileOf(shop, 1));
    await shop.work(await shop.analyzeStage());
    expect(await outcomesOf(shop, 1)).toEqual([['dead', null, null]]);
    expect(shop.reported('dead_letter').map(({ letter }) => [letter.reason, letter.detail, letter.attempts])).toEqual([
      ['object_missing', expect.stringContaining(fileOf(shop, 1)), 1],
    ]);
  });

  it('that is missing says nothing about its decoding', async () => {
    const shop = await testPipeline();
    await shop.receive([GREY]);
    rmSync(fileOf(shop, 1));
    await shop.work(await shop.analyzeStage());
    expect((await shop.catalog.images([{ stream: 'default', number: 1 }]))[0]?.fact).toBeNull();
  });

  it('is left uncommitted where the wait for it is ended', async () => {
    const shop = await testPipeline();
    await shop.receive([GREY]);
    rmSync(fileOf(shop, 1));
    const stop = new AbortController();
    const onReport = ({ kind }: Report) => {
      if (kind === 'waiting') stop.abort();
    };
    const stage = await shop.analyzeStage({ objectWaitMs: 60_000 });
    await shop.work(stage, { signal: stop.signal, onReport });
    expect(await shop.committed(stage)).toBe(0);
    expect(await outcomesOf(shop, 1)).toEqual([undefined]);
  });

  it('that is not what was received is dead as damaged, and not as undecodable', async () => {
    const shop = await testPipeline();
    await shop.receive([GREY, OTHER]);
    writeFileSync(fileOf(shop, 2), CUT);
    await shop.work(await shop.analyzeStage());
    expect(await outcomesOf(shop, 2)).toEqual([
      ['first', null, null],
      ['dead', null, null],
    ]);
    expect(reasons(shop)).toEqual(['object_damaged']);
    expect((await shop.catalog.images([{ stream: 'default', number: 2 }]))[0]?.fact).toBeNull();
  });
});

describe('a repetition', () => {
  it('by two analyzers at once ends in one event with one difference image', async () => {
    const shop = await testPipeline();
    await shop.receive([GREY, OTHER]);
    const messages = await messagesOf(shop);
    const other = await openSqlite(shop.folder);
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
    const stages = [await shop.analyzeStage({ onStep }), await shop.analyzeStage({ onStep, catalog: other.catalog })];
    const handled = await Promise.all(stages.map((stage) => stage.handle(messages, context())));
    expect(compared).toBe(2);
    for (const each of handled)
      await each.recordPositions(await shop.bus.publish(TOPICS.imageEventAlert, each.publish));
    expect(await shop.catalog.lastEvent()).toBe(1);
    const [event] = await shop.catalog.events([1]);
    const difference = await shop.store.get('image_event_database/image_event_001.jpg');
    expect(event).toMatchObject({ state: 'ready', differenceSha256: sha256Of(difference ?? Buffer.of()) });
    expect(event?.position?.offset).toBe(0);
    expect(await shop.store.list('image_event_database')).toHaveLength(2);
    expect(await shop.store.list('incoming')).toEqual([]);
    await shop.work(await shop.alertStage());
    expect(await shop.catalog.alertRange()).toMatchObject({ first: 1, last: 1 });
    expect(shop.reported('alert')).toHaveLength(1);
  });

  it.each([
    'analyze:compared',
    'analyze:entered',
    'analyze:files',
    'analyze:ready',
    'analyze:published',
    'analyze:recorded',
  ] as const)('finishes what was broken off at %s, with one event and one alert', async (step) => {
    const shop = await testPipeline();
    await shop.receive([GREY, OTHER]);
    await stoppedAt(shop, step, (onStep) => shop.analyzeStage({ onStep }));
    expect(await shop.committed(await shop.analyzeStage())).toBe(0);
    await shop.drain();
    expect(await outcomesOf(shop, 2)).toEqual([
      ['first', null, null],
      ['changed', 1, 5],
    ]);
    const [event] = await shop.catalog.events([1]);
    const difference = await shop.store.get('image_event_database/image_event_001.jpg');
    expect(event).toMatchObject({ state: 'ready', differenceSha256: sha256Of(difference ?? Buffer.of()) });
    expect(event?.position).not.toBeNull();
    expect(await shop.catalog.audit('l2@1')).toMatchObject({ events: 1, alerts: 1, openEvents: [], faults: [] });
    expect(shop.reported('outcome').map(({ outcome }) => outcome.image.number)).toEqual([1, 2]);
  });

  it('uses the reference that the outcome was made with, whatever is found now', async () => {
    const shop = await testPipeline();
    await shop.receive([GREY, png([0, 0, 0]), OTHER]);
    await stoppedAt(shop, 'analyze:entered', (onStep) => shop.analyzeStage({ onStep }));
    await shop.tamper('UPDATE outcome SET reference = 1, measurement = 5 WHERE number = 3');
    await shop.work(await shop.analyzeStage());
    const picture = (bytes: Uint8Array) =>
      ({ sha256: sha256Of(bytes), format: 'png', read: async () => bytes }) as const;
    const right = await shop.comparator.difference(pair(picture(GREY), picture(OTHER)));
    const drawn = await shop.store.get('image_event_database/image_event_002.jpg');
    expect(Buffer.from(drawn ?? '').equals(right)).toBe(true);
  });

  it('within one chunk is judged once', async () => {
    const shop = await testPipeline();
    await shop.receive([GREY, OTHER]);
    const messages = await messagesOf(shop);
    const { handledCount, publish } = await (await shop.analyzeStage()).handle([...messages, ...messages], context());
    expect([handledCount, publish.length]).toEqual([4, 1]);
    expect(await shop.catalog.lastEvent()).toBe(1);
  });

  it('leaves an image dead that is dead', async () => {
    const shop = await testPipeline();
    await shop.receive([GREY]);
    rmSync(fileOf(shop, 1));
    const messages = await messagesOf(shop);
    const stage = await shop.analyzeStage();
    await stage.handle(messages, context());
    writeFileSync(fileOf(shop, 1), GREY);
    await stage.handle(messages, context());
    expect(await outcomesOf(shop, 1)).toEqual([['dead', null, null]]);
    expect((await shop.catalog.audit('l2@1')).deadLetters).toBe(1);
  });
});

describe('a message', () => {
  const ID = '01234567-89ab-cdef-0123-456789abcdef';

  async function imageOf({ catalog }: TestPipeline, number: number) {
    const [image] = await catalog.images([{ stream: 'default', number }]);
    if (image === undefined) throw new Error(`there is no image ${number}`);
    return image;
  }

  it('of another pipeline stops the stage uncommitted, naming both', async () => {
    const shop = await testPipeline();
    await shop.receive([GREY]);
    await shop.publish(TOPICS.imageAnalysis, imageReceivedMessage(ID, await imageOf(shop, 1)));
    const stage = await shop.analyzeStage();
    const { pipelineId } = await shop.catalog.identity();
    const error = await shop.work(stage).catch((thrown) => thrown);
    expect(error).toMatchObject({ code: 'foreign_message' });
    expect(error.message).toContain(ID);
    expect(error.message).toContain(pipelineId);
    expect(await shop.committed(stage)).toBe(0);
    expect(reasons(shop)).toEqual([]);
  });

  it('from before the last clean is passed over, and said to be', async () => {
    const shop = await testPipeline();
    await shop.receive([GREY, OTHER]);
    await shop.catalog.beginClean();
    await shop.catalog.endClean();
    const stage = await shop.analyzeStage();
    await shop.work(stage);
    expect(shop.reported('skipped_former')).toHaveLength(2);
    expect(await shop.committed(stage)).toBe(2);
    expect(await shop.catalog.audit('l2@1')).toMatchObject({ images: 0, deadLetters: 0, faults: [] });
  });

  it.each<[string, (data: Record<string, unknown>) => Record<string, unknown>, string]>([
    ['tells another digest', (data) => ({ ...data, sha256: 'f'.repeat(64) }), 'bad_message'],
    ['tells another path', (data) => ({ ...data, image_db_path: '/etc/passwd' }), 'bad_message'],
    ['tells another image before', (data) => ({ ...data, previous_image_num: 7 }), 'bad_message'],
    ['names an image that there is not', (data) => ({ ...data, image_num: 9 }), 'unknown_row'],
    ['names a stream that there is not', (data) => ({ ...data, stream: '../x' }), 'unknown_row'],
    ['lacks its number', ({ image_num: _, ...data }) => data, 'bad_message'],
  ])('that %s is a dead letter, and the rest is handled', async (_, change, reason) => {
    const shop = await testPipeline();
    await shop.catalog.addImages([]);
    const received = await shop.receive([GREY, OTHER]);
    expect(received.images).toBe(2);
    const good = imageReceivedMessage((await shop.catalog.identity()).pipelineId, await imageOf(shop, 2));
    const bad: Message = { ...good, value: JSON.stringify(change(JSON.parse(good.value))) };
    await shop.publish(TOPICS.imageAnalysis, bad);
    await shop.receive([OTHER]);
    const stage = await shop.analyzeStage();
    await shop.work(stage);
    expect(reasons(shop)).toEqual([reason]);
    expect((await outcomesOf(shop, 3)).map((outcome) => outcome?.[0])).toEqual(['first', 'changed', 'unchanged']);
    expect(await shop.committed(stage)).toBe(4);
  });

  it('that lies about an image closes nothing: the image still waits for its own', async () => {
    const shop = await testPipeline();
    await shop.receive([GREY]);
    const [good] = await messagesOf(shop);
    if (good === undefined) throw new Error('there is no message');
    const bad = { ...good, value: JSON.stringify({ ...JSON.parse(good.value), sha256: 'f'.repeat(64) }) };
    const stage = await shop.analyzeStage();
    const error = await stage.handle([bad], context()).catch((thrown) => thrown);
    await stage.deadLetter(bad, error, 1);
    expect(await outcomesOf(shop, 1)).toEqual([undefined]);
    expect(await shop.catalog.deadLetters([1])).toMatchObject([{ reason: 'bad_message', image: null }]);
    await shop.work(stage);
    expect(await outcomesOf(shop, 1)).toEqual([['first', null, null]]);
  });

  it('that a bug of ours keeps from being handled is dead with its stack', async () => {
    const shop = await testPipeline();
    await shop.receive([GREY, OTHER]);
    const comparator: Comparator = {
      ...shop.comparator,
      compare: () => Promise.reject(new TypeError('x is undefined')),
    };
    await shop.work(await shop.analyzeStage({ comparator }));
    expect(await outcomesOf(shop, 2)).toEqual([
      ['first', null, null],
      ['dead', null, null],
    ]);
    expect(shop.reported('dead_letter').map(({ letter }) => letter)).toEqual([
      expect.objectContaining({
        reason: 'internal',
        attempts: 3,
        detail: 'x is undefined',
        stack: expect.stringContaining('TypeError: x is undefined\n    at '),
      }),
    ]);
    expect((await shop.catalog.audit('l2@1')).faults).toEqual([]);
  });
});

describe('how much is handled at once', () => {
  const LARGE = Buffer.alloc(3 * 1024 * 1024);

  /** Finds each image changed, with a difference image that takes room. */
  function drawingLarge(comparator: Comparator): Comparator {
    return {
      ...comparator,
      compare: async () => ({ kind: 'changed', measurement: 1, regions: null, difference: LARGE }),
      difference: async () => LARGE,
    };
  }

  async function takenBy(shop: TestPipeline, stage: Stage, over: Partial<HandlerContext> = {}) {
    const { handledCount } = await stage.handle(await messagesOf(shop), context(over));
    return handledCount;
  }

  it('is bounded by the memory of the difference images: the rest is left for later', async () => {
    const shop = await testPipeline();
    await shop.receive([GREY, OTHER, GREY, OTHER, GREY, OTHER]);
    const comparator = drawingLarge(shop.comparator);
    expect(await takenBy(shop, await shop.analyzeStage({ comparator }))).toBe(4);
    expect(await shop.catalog.lastEvent()).toBe(3);
    await shop.work(await shop.analyzeStage({ comparator }));
    expect((await shop.catalog.audit('l2@1')).openImages).toEqual([]);
    expect(await shop.catalog.lastEvent()).toBe(5);
  });

  it('is so many images at a time as the comparator takes, whose outcomes stand in their order', async () => {
    const shop = await testPipeline();
    await shop.receive([GREY, OTHER, GREY, OTHER, GREY, OTHER, GREY]);
    const [waiting, most] = [new Set<() => void>(), { atOnce: 0 }];
    const comparator: Comparator = {
      ...shop.comparator,
      atOnce: 3,
      async compare(two, measure) {
        // What came last ends first.
        await new Promise<void>((resolve) => {
          waiting.add(resolve);
          most.atOnce = Math.max(most.atOnce, waiting.size);
          setTimeout(() => {
            const last = [...waiting].at(-1);
            if (last !== undefined) waiting.delete(last);
            last?.();
          }, 5);
        });
        return shop.comparator.compare(two, measure);
      },
    };
    await shop.work(await shop.analyzeStage({ comparator }));
    expect(most.atOnce).toBe(3);
    const events = await shop.catalog.events([1, 2, 3, 4, 5, 6]);
    expect(events.map((event) => event?.image.number)).toEqual([2, 3, 4, 5, 6, 7]);
    expect((await outcomesOf(shop, 7)).map((outcome) => outcome?.[1])).toEqual([null, 1, 2, 3, 4, 5, 6]);
  });

  it('leaves nothing under way where one of them cannot be compared for now', async () => {
    const shop = await testPipeline();
    await shop.receive([GREY, OTHER, GREY]);
    let underWay = 0;
    const comparator: Comparator = {
      ...shop.comparator,
      atOnce: 3,
      async compare(two, measure) {
        underWay += 1;
        await new Promise((resolve) => setTimeout(resolve, two.image.sha256 === sha256Of(OTHER) ? 1 : 30));
        underWay -= 1;
        if (two.image.sha256 === sha256Of(OTHER)) throw new ImgpipeError('store_unavailable', 'away');
        return shop.comparator.compare(two, measure);
      },
    };
    const stage = await shop.analyzeStage({ comparator });
    await expect(stage.handle(await messagesOf(shop), context())).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(underWay).toBe(0);
    expect(await outcomesOf(shop, 3)).toEqual([undefined, undefined, undefined]);
  });

  it('is bounded by the number of images', async () => {
    const shop = await testPipeline();
    await shop.receive(Array.from({ length: 70 }, () => GREY));
    expect(await takenBy(shop, await shop.analyzeStage())).toBe(64);
  });

  it('is what was begun where the messages are another’s by now, but never nothing', async () => {
    const shop = await testPipeline();
    await shop.receive([GREY, OTHER, GREY]);
    expect(await takenBy(shop, await shop.analyzeStage(), { isCurrent: () => false })).toBe(1);
    expect(await takenBy(shop, await shop.analyzeStage(), { signal: AbortSignal.abort() })).toBe(2);
    expect((await outcomesOf(shop, 3)).map((outcome) => outcome?.[0])).toEqual(['first', 'changed', undefined]);
  });
});
