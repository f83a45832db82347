import { describe, expect, it } from 'vitest';
import { ImgpipeError, Stopped } from '../../src/domain/errors.ts';
import { imageEventMessage, TOPICS } from '../../src/domain/messages.ts';
import type { Step } from '../../src/domain/reports.ts';
import { status } from '../../src/operations/status.ts';
import { auditOf } from '../support/audit.ts';
import { cleanCatalog } from '../support/clean-catalog.ts';
import { png } from '../support/pictures.ts';
import { type MemoryTestPipeline, type TestPipeline, testPipeline } from '../support/test-pipeline.ts';

const GREY = png([100, 100, 100]);
const OTHER = png([100, 100, 101]);

async function withEvent(): Promise<MemoryTestPipeline> {
  return analyzed(await testPipeline());
}

async function analyzed<T extends TestPipeline>(pipeline: T): Promise<T> {
  await pipeline.receive([GREY, OTHER]);
  await pipeline.work(await pipeline.analyzeStage());
  return pipeline;
}

async function eventMessage(pipeline: TestPipeline, number = 1) {
  const [event] = await pipeline.catalog.events([1]);
  if (event === undefined) throw new Error('event 1 does not exist');
  return imageEventMessage((await pipeline.catalog.identity()).pipelineId, { ...event, number });
}

describe('an image event', () => {
  it('becomes the alert with its number, with a text file', async () => {
    const pipeline = await withEvent();
    await pipeline.work(await pipeline.alertStage());
    expect((await pipeline.catalog.alerts([1]))[0]?.state).toBe('ready');
    const text = Buffer.from(
      (await pipeline.store.get('image_event_alerts/image_event_alert_001.txt')) ?? '',
    ).toString();
    expect(text.split('\n').slice(0, 2)).toEqual([
      'Image event #: 1',
      `Image event database path: ${pipeline.store.address}/image_event_database/image_event_001.txt`,
    ]);
    expect(pipeline.reported('alert').map(({ alert, event }) => [alert.number, event.image.number])).toEqual([[1, 2]]);
  });

  it.each(['alert:entered', 'alert:text', 'alert:ready', 'alert:reported'] as const)(
    'has one alert if the stage was interrupted at %s',
    async (at) => {
      const pipeline = await analyzed(await testPipeline({ durable: true }));
      const stop = new AbortController();
      const onStep = (step: Step) => {
        if (step !== at) return;
        stop.abort();
        throw new Stopped();
      };
      await pipeline.work(await pipeline.alertStage({ onStep }), { signal: stop.signal, onStep });
      expect(stop.signal.aborted).toBe(true);
      const stage = await pipeline.alertStage();
      expect(await pipeline.committed(stage)).toBe(0);
      await pipeline.work(stage);
      expect(await auditOf(pipeline.catalog, 'l2@2')).toMatchObject({ alerts: 1, openEvents: [], faults: [] });
      expect(await pipeline.store.list('image_event_alerts')).toEqual(['image_event_alerts/image_event_alert_001.txt']);
      // Reported once, and again if the first report may have been lost.
      expect(pipeline.reported('alert').map(({ alert }) => alert.number)).toEqual(
        at === 'alert:reported' ? [1, 1] : [1],
      );
    },
  );

  it('that is delivered twice has one alert', async () => {
    const pipeline = await withEvent();
    await pipeline.publish(TOPICS.imageEventAlert, await eventMessage(pipeline));
    await pipeline.work(await pipeline.alertStage());
    await pipeline.publish(TOPICS.imageEventAlert, await eventMessage(pipeline));
    await pipeline.work(await pipeline.alertStage());
    expect(await pipeline.catalog.alertRange()).toMatchObject({ first: 1, last: 1, lastOrder: 1 });
    expect(pipeline.reported('alert').map(({ alert }) => alert.number)).toEqual([1, 1]);
  });
});

describe('the text file of an alert', () => {
  const KEY = 'image_event_alerts/image_event_alert_001.txt';

  it('of a stranger under its key stays: the alert has the next key, and the others have theirs', async () => {
    const pipeline = await testPipeline();
    const strangers = Buffer.from('Image event #: 1\nof another pipeline\n');
    await pipeline.store.put([{ key: KEY, bytes: strangers }]);
    await pipeline.receive([GREY, OTHER, GREY]);
    await pipeline.drain();
    expect(await pipeline.catalog.alerts([1, 2])).toMatchObject([
      { state: 'ready', attempt: 2 },
      { state: 'ready', attempt: 1 },
    ]);
    expect(Buffer.from((await pipeline.store.get(KEY)) ?? '')).toEqual(strangers);
    const text = await pipeline.store.get('image_event_alerts/image_event_alert_001.2.txt');
    expect(Buffer.from(text ?? '').toString()).toContain(
      `${pipeline.store.address}/image_event_database/image_event_001.txt`,
    );
    const { catalog, store, broker } = pipeline;
    expect(
      await status({ data: store.address, catalog, store, broker, defaultTechnique: 'l2@2' }, { check: true }),
    ).toMatchObject({
      alerts: 2,
      waiting: { alert: 0 },
      lost: 0,
      faults: [],
    });
  });

  it('that an interrupted stage has put is used', async () => {
    const pipeline = await withEvent();
    const stop = new AbortController();
    const onStep = (step: Step) => {
      if (step !== 'alert:text' || stop.signal.aborted) return;
      stop.abort();
      throw new Stopped();
    };
    await pipeline.work(await pipeline.alertStage({ onStep }), { signal: stop.signal, onStep });
    expect(stop.signal.aborted).toBe(true);
    await pipeline.work(await pipeline.alertStage());
    expect(await pipeline.catalog.alerts([1])).toMatchObject([{ state: 'ready', attempt: 1 }]);
    expect(await pipeline.store.list('image_event_alerts')).toEqual([KEY]);
  });
});

describe('a lost answer to a transaction', () => {
  it.each(['addAlerts', 'nextAlertAttempt', 'markAlertsReady'] as const)(
    'of %s leaves one alert, which is told',
    async (method) => {
      const pipeline = await withEvent();
      if (method === 'nextAlertAttempt') {
        await pipeline.store.put([{ key: 'image_event_alerts/image_event_alert_001.txt', bytes: GREY }]);
      }
      const original: (...args: never[]) => Promise<unknown> = pipeline.catalog[method];
      let lost = false;
      const losing = async (...args: never[]) => {
        const answer = await original(...args);
        if (lost) return answer;
        lost = true;
        throw new ImgpipeError('catalog_unavailable', 'the connection was lost before the answer');
      };
      await pipeline.work(await pipeline.alertStage({ catalog: { ...pipeline.catalog, [method]: losing } }));
      expect(lost).toBe(true);
      expect(pipeline.reported('waiting')).toHaveLength(1);
      expect(pipeline.reported('alert').map(({ alert }) => alert.number)).toEqual([1]);
      expect(await pipeline.catalog.alertRange()).toEqual({ first: 1, last: 1, lastOrder: 1 });
      expect(await pipeline.deadLetterCount()).toBe(0);
    },
  );
});

describe('a message', () => {
  it('of an event that is still pending is skipped: the event is published once it is ready', async () => {
    const pipeline = await testPipeline();
    await pipeline.receive([GREY, OTHER]);
    const stop = new AbortController();
    const onStep = (step: Step) => {
      if (step !== 'analyze:files') return;
      stop.abort();
      throw new Stopped();
    };
    await pipeline.work(await pipeline.analyzeStage({ onStep }), { signal: stop.signal, onStep });
    await pipeline.publish(TOPICS.imageEventAlert, await eventMessage(pipeline));
    await pipeline.work(await pipeline.alertStage());
    expect(await pipeline.catalog.alerts([1])).toEqual([undefined]);
    expect(await pipeline.deadLetterCount()).toBe(0);
    await pipeline.drain();
    expect(await pipeline.catalog.alertRange()).toMatchObject({ first: 1, last: 1 });
  });

  it.each([
    ['does not exist', { image_event_num: 7 }],
    ['is about another image', { image_num: 9 }],
    ['is of another technique', { technique: 'mse@1' }],
    ['has another measurement', { measurement: 1e6 }],
    ['is stored elsewhere', { image_event_db_path: '/before/image_event_database/image_event_001.txt' }],
  ])('of an event that %s is skipped, and the others are handled', async (_, change) => {
    const pipeline = await withEvent();
    const good = await eventMessage(pipeline);
    await pipeline.publish(TOPICS.imageEventAlert, {
      ...good,
      value: JSON.stringify({ ...JSON.parse(good.value), ...change }),
    });
    const stage = await pipeline.alertStage();
    await pipeline.work(stage);
    expect(pipeline.reported('skipped_stale')).toEqual([{ kind: 'skipped_stale', stage: 'alert' }]);
    expect(await pipeline.deadLetterCount()).toBe(0);
    expect(await pipeline.committed(stage)).toBe(2);
    expect(await pipeline.catalog.alertRange()).toMatchObject({ first: 1, last: 1 });
  });

  it('that becomes a dead letter is stored as received and copied to the dead letter topic', async () => {
    const pipeline = await withEvent();
    const { key, headers } = await eventMessage(pipeline);
    const message = { key, headers, value: 'not JSON' };
    await pipeline.publish(TOPICS.imageEventAlert, message);
    await pipeline.work(await pipeline.alertStage());
    const [letter] = await pipeline.catalog.deadLetters([1]);
    expect(letter).toMatchObject({ stage: 'alert', reason: 'bad_message', position: { offset: 1 }, message });
    expect((await pipeline.messages(TOPICS.imageEventAlertDead)).map(({ value }) => JSON.parse(value))).toEqual([
      expect.objectContaining({ reason: 'bad_message', topic: 'image_event_alert', offset: 1, value: 'not JSON' }),
    ]);
  });

  it('that is about another event leaves the event with its number open', async () => {
    const pipeline = await withEvent();
    const good = await eventMessage(pipeline);
    pipeline.bus.faults.loseMessages(TOPICS.imageEventAlert);
    const value = JSON.stringify({ ...JSON.parse(good.value), measurement: 1e6 });
    await pipeline.publish(TOPICS.imageEventAlert, { ...good, value });
    await pipeline.work(await pipeline.alertStage());
    expect(await pipeline.firstOpen(2)).toBe(2);
    await (await pipeline.reconciler()).round();
    await pipeline.drain();
    expect(await pipeline.catalog.alertRange()).toMatchObject({ first: 1, last: 1 });
  });

  it('of another pipeline stops the stage, and one from before the last clean is skipped', async () => {
    const pipeline = await withEvent();
    const good = await eventMessage(pipeline);
    await cleanCatalog(pipeline.catalog);
    await pipeline.work(await pipeline.alertStage());
    expect(pipeline.reported('skipped_former').map(({ stage }) => stage)).toEqual(['alert']);
    const headers = { ...good.headers, ce_source: 'urn:uuid:01234567-89ab-cdef-0123-456789abcdef' };
    await pipeline.publish(TOPICS.imageEventAlert, { ...good, headers });
    await expect(pipeline.work(await pipeline.alertStage())).rejects.toMatchObject({ code: 'foreign_message' });
  });
});
