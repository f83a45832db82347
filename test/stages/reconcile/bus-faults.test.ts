import { describe, expect, it } from 'vitest';
import { ALERT_GROUP, consumerGroup, TOPICS } from '../../../src/domain/messages.ts';
import { createBusCheck } from '../../../src/operations/bind-bus.ts';
import { status } from '../../../src/operations/status.ts';
import type { Reconciler } from '../../../src/stages/reconcile/reconciler.ts';
import { png } from '../../support/pictures.ts';
import { type MemoryTestPipeline, type TestPipeline, testPipeline } from '../../support/test-pipeline.ts';

const GROUP = consumerGroup('l2@2');
const COUNT = 6;

/** Pictures of which each differs from the one before. */
function pictures(count: number, from = 0): Buffer[] {
  return Array.from({ length: count }, (_, index) => png([from + index, 0, 0]));
}

/** What happens to brokers. */
const FAULTS: readonly (readonly [string, (bus: MemoryTestPipeline['bus']) => Promise<void> | void])[] = [
  [
    'the topics are emptied',
    ({ faults }) => {
      faults.loseMessages(TOPICS.imageAnalysis);
      faults.loseMessages(TOPICS.imageEventAlert);
    },
  ],
  [
    'the logs are cut at their starts',
    ({ faults }) => {
      faults.loseMessages(TOPICS.imageAnalysis, [0, 1, 2]);
      faults.loseMessages(TOPICS.imageEventAlert, [0, 1]);
    },
  ],
  [
    'the logs are compacted',
    ({ faults }) => {
      faults.loseMessages(TOPICS.imageAnalysis, [0, 2, 3]);
      faults.loseMessages(TOPICS.imageEventAlert, [1, 2]);
    },
  ],
  [
    'the offsets are reset to the earliest',
    ({ faults }) => {
      faults.resetOffset(TOPICS.imageAnalysis, GROUP, 0);
      faults.resetOffset(TOPICS.imageEventAlert, ALERT_GROUP, 0);
    },
  ],
  [
    'the offsets are reset to the latest',
    async (bus) => {
      for (const [topic, group] of [
        [TOPICS.imageAnalysis, GROUP],
        [TOPICS.imageEventAlert, ALERT_GROUP],
      ] as const) {
        bus.faults.resetOffset(topic, group, (await bus.logs(topic))[0]?.end ?? 0);
      }
    },
  ],
  [
    'the offsets are beyond the ends of the logs',
    ({ id, faults }) => {
      faults.replaceCluster(id);
      faults.resetOffset(TOPICS.imageAnalysis, GROUP, 1000);
      faults.resetOffset(TOPICS.imageEventAlert, ALERT_GROUP, 1000);
    },
  ],
  ['another cluster takes over the address', ({ faults }) => faults.replaceCluster('cluster-2')],
];

/** A reconciler of everything, which looks at the bus in each round, as the stages of a pipeline do. */
function reconcilerOf({ catalog, bus, reports, reconciler }: TestPipeline): Promise<Reconciler> {
  const checkBus = createBusCheck({ catalog, onReport: (report) => void reports.push(report) }, bus);
  return reconciler({ checkBus, everyMs: 5 });
}

function check({ catalog, store, broker }: TestPipeline) {
  return status({ data: store.address, catalog, store, broker, defaultTechnique: 'l2@2' }, { check: true });
}

/** Works as stages do that drain. */
async function drained(pipeline: TestPipeline): Promise<void> {
  const reconciler = await reconcilerOf(pipeline);
  await reconciler.round();
  do await pipeline.drain();
  while ((await reconciler.round()) > 0);
}

/** Expects that every image has one outcome, and every event one alert, each told once as new. */
async function expectHealed(pipeline: TestPipeline, images = COUNT): Promise<void> {
  const events = images - 1;
  expect(await check(pipeline)).toMatchObject({
    images,
    analyzed: images,
    events,
    alerts: events,
    deadLetters: 0,
    waiting: { analysis: 0, alert: 0 },
    republished: { analysis: 0, alert: 0 },
    lost: 0,
    faults: [],
  });
  const told = pipeline.reported('alert').filter(({ repeated }) => !repeated);
  expect(told.map(({ alert }) => alert.number).sort((a, b) => a - b)).toEqual(
    Array.from({ length: events }, (_, index) => index + 1),
  );
}

describe.each(FAULTS)('if %s', (name, fault) => {
  const isReplaced = name.startsWith('another cluster');

  function expectNotice(pipeline: TestPipeline): void {
    expect(pipeline.reported('bus_changed').map(({ id }) => id)).toEqual(isReplaced ? ['cluster-2'] : []);
  }

  it('while the stages are stopped and images wait, the next stages handle each once', async () => {
    const pipeline = await testPipeline();
    await pipeline.receive(pictures(COUNT));
    await fault(pipeline.bus);
    await drained(pipeline);
    await expectHealed(pipeline);
    expectNotice(pipeline);
  });

  it('before the alert stage has read the events, each gets its alert', async () => {
    const pipeline = await testPipeline();
    await pipeline.receive(pictures(COUNT));
    await pipeline.work(await pipeline.analyzeStage());
    await fault(pipeline.bus);
    await drained(pipeline);
    await expectHealed(pipeline);
    expectNotice(pipeline);
  });

  it('after everything was handled, nothing is handled or told again as new', async () => {
    const pipeline = await testPipeline();
    await pipeline.receive(pictures(COUNT));
    await drained(pipeline);
    await fault(pipeline.bus);
    await drained(pipeline);
    await expectHealed(pipeline);
    await pipeline.receive(pictures(2, 100));
    await drained(pipeline);
    await expectHealed(pipeline, COUNT + 2);
  });

  it('while all stages run, they handle each image and event once', async () => {
    const pipeline = await testPipeline();
    const stop = new AbortController();
    const reconciler = await reconcilerOf(pipeline);
    const stages = [await pipeline.analyzeStage(), await pipeline.alertStage()];
    const running = reconciler.during((signal) =>
      Promise.all(
        stages.map((stage) => pipeline.work(stage, { drain: false, signal: AbortSignal.any([signal, stop.signal]) })),
      ),
    );
    running.catch(() => {});
    await pipeline.receive(pictures(COUNT));
    await fault(pipeline.bus);
    await pipeline.receive(pictures(COUNT, 100));
    await expect.poll(() => check(pipeline)).toMatchObject({ alerts: 2 * COUNT - 1 });
    stop.abort();
    await running;
    await expectHealed(pipeline, 2 * COUNT);
    expectNotice(pipeline);
  });
});

describe('offsets that were reset to the earliest', () => {
  it('let the alerts be told again, marked as repeated', async () => {
    const pipeline = await testPipeline();
    await pipeline.receive(pictures(3));
    await drained(pipeline);
    expect(pipeline.reported('alert').map(({ repeated }) => repeated)).toEqual([false, false]);
    pipeline.bus.faults.resetOffset(TOPICS.imageEventAlert, ALERT_GROUP, 0);
    await drained(pipeline);
    expect(pipeline.reported('alert').map(({ alert, repeated }) => [alert.number, repeated])).toEqual([
      [1, false],
      [2, false],
      [1, true],
      [2, true],
    ]);
    expect(await pipeline.catalog.alertRange()).toEqual({ first: 1, last: 2, lastOrder: 2 });
  });
});

describe('the embedded bus', () => {
  it('is never taken for another one', async () => {
    const pipeline = await testPipeline({ durable: true });
    await pipeline.receive(pictures(COUNT));
    await drained(pipeline);
    await drained(pipeline);
    await expectHealed(pipeline);
    expect(pipeline.reported('bus_changed')).toEqual([]);
  });

  it.each([
    ['messages of images', "DELETE FROM bus_message WHERE topic = 'image_analysis'"],
    ['messages of events', "DELETE FROM bus_message WHERE topic = 'image_event_alert'"],
    ['some messages', 'DELETE FROM bus_message WHERE "offset" IN (1, 3)'],
    ['commits', 'DELETE FROM bus_committed'],
  ])('that has lost its %s gets them again', async (_, sql) => {
    const pipeline = await testPipeline({ durable: true });
    await pipeline.receive(pictures(3));
    await pipeline.work(await pipeline.analyzeStage());
    await pipeline.receive(pictures(3, 100));
    await pipeline.tamper(sql);
    await drained(pipeline);
    await expectHealed(pipeline);
  });
});
