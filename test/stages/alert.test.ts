import { describe, expect, it } from 'vitest';
import { Stopped } from '../../src/domain/errors.ts';
import { imageEventMessage, TOPICS } from '../../src/domain/messages.ts';
import type { Step } from '../../src/domain/reports.ts';
import { png } from '../support/pictures.ts';
import { type TestPipeline, testPipeline } from '../support/test-pipeline.ts';

const GREY = png([100, 100, 100]);
const OTHER = png([100, 100, 101]);

async function withEvent(): Promise<TestPipeline> {
  const shop = await testPipeline();
  await shop.receive([GREY, OTHER]);
  await shop.work(await shop.analyzeStage());
  return shop;
}

async function eventMessage(shop: TestPipeline, number = 1) {
  const [event] = await shop.catalog.events([1]);
  if (event === undefined) throw new Error('there is no event');
  return imageEventMessage((await shop.catalog.identity()).pipelineId, { ...event, number });
}

describe('an image event', () => {
  it('becomes the alert of its number, with its text', async () => {
    const shop = await withEvent();
    await shop.work(await shop.alertStage());
    expect((await shop.catalog.alerts([1]))[0]?.state).toBe('ready');
    const text = Buffer.from((await shop.store.get('image_event_alerts/image_event_alert_001.txt')) ?? '').toString();
    expect(text.split('\n').slice(0, 2)).toEqual([
      'Image event #: 1',
      `Image event database path: ${shop.folder}/image_event_database/image_event_001.txt`,
    ]);
    expect(shop.reported('alert').map(({ alert, event }) => [alert.number, event.image.number])).toEqual([[1, 2]]);
  });

  it.each(['alert:entered', 'alert:text', 'alert:ready', 'alert:reported'] as const)(
    'has one alert, also where the stage was broken off at %s',
    async (at) => {
      const shop = await withEvent();
      const stop = new AbortController();
      const onStep = (step: Step) => {
        if (step !== at) return;
        stop.abort();
        throw new Stopped();
      };
      await shop.work(await shop.alertStage({ onStep }), { signal: stop.signal, onStep });
      expect(stop.signal.aborted).toBe(true);
      const stage = await shop.alertStage();
      expect(await shop.committed(stage)).toBe(0);
      await shop.work(stage);
      expect(await shop.catalog.audit('l2@1')).toMatchObject({ alerts: 1, openEvents: [], faults: [] });
      expect(await shop.store.list('image_event_alerts')).toEqual(['image_event_alerts/image_event_alert_001.txt']);
      // Told once, and once more where it may not have been heard.
      expect(shop.reported('alert').map(({ alert }) => alert.number)).toEqual(at === 'alert:reported' ? [1, 1] : [1]);
    },
  );

  it('that comes twice has one alert', async () => {
    const shop = await withEvent();
    await shop.publish(TOPICS.imageEventAlert, await eventMessage(shop));
    await shop.work(await shop.alertStage());
    await shop.publish(TOPICS.imageEventAlert, await eventMessage(shop));
    await shop.work(await shop.alertStage());
    expect(await shop.catalog.audit('l2@1')).toMatchObject({ alerts: 1, faults: [] });
    expect(shop.reported('alert').map(({ alert }) => alert.number)).toEqual([1, 1]);
  });
});

describe('a message', () => {
  it('of an event that there is not is a dead letter, and the rest is handled', async () => {
    const shop = await withEvent();
    await shop.publish(TOPICS.imageEventAlert, await eventMessage(shop, 7));
    const stage = await shop.alertStage();
    await shop.work(stage);
    expect(shop.reported('dead_letter').map(({ letter }) => [letter.stage, letter.reason])).toEqual([
      ['alert', 'unknown_row'],
    ]);
    expect(await shop.committed(stage)).toBe(2);
    expect(await shop.catalog.alertRange()).toMatchObject({ first: 1, last: 1 });
  });

  it('that is a dead letter is kept as it was received, and copied to the topic of the dead', async () => {
    const shop = await withEvent();
    const { key, headers } = await eventMessage(shop);
    const message = { key, headers, value: 'no JSON' };
    await shop.publish(TOPICS.imageEventAlert, message);
    await shop.work(await shop.alertStage());
    const [letter] = await shop.catalog.deadLetters([1]);
    expect(letter).toMatchObject({ stage: 'alert', reason: 'bad_message', position: { offset: 1 }, message });
    expect((await shop.messages(TOPICS.imageEventAlertDead)).map(({ value }) => JSON.parse(value))).toEqual([
      expect.objectContaining({ reason: 'bad_message', topic: 'image_event_alert', offset: 1, value: 'no JSON' }),
    ]);
  });

  it('that lies about its event is a dead letter and closes nothing', async () => {
    const shop = await withEvent();
    const good = await eventMessage(shop);
    await shop.tamper("DELETE FROM bus_message WHERE topic = 'image_event_alert'");
    const value = JSON.stringify({ ...JSON.parse(good.value), measurement: 1e6 });
    await shop.publish(TOPICS.imageEventAlert, { ...good, value });
    await shop.work(await shop.alertStage());
    expect(shop.reported('dead_letter').map(({ letter }) => [letter.reason, letter.event])).toEqual([
      ['bad_message', null],
    ]);
    expect((await shop.catalog.audit('l2@1')).openEvents.map(({ number }) => number)).toEqual([1]);
  });

  it('of another pipeline stops the stage, one from before the last clean is passed over', async () => {
    const shop = await withEvent();
    const good = await eventMessage(shop);
    await shop.catalog.beginClean();
    await shop.catalog.endClean();
    await shop.work(await shop.alertStage());
    expect(shop.reported('skipped_former').map(({ stage }) => stage)).toEqual(['alert']);
    const headers = { ...good.headers, ce_source: 'urn:uuid:another' };
    await shop.publish(TOPICS.imageEventAlert, { ...good, headers });
    await expect(shop.work(await shop.alertStage())).rejects.toMatchObject({ code: 'foreign_message' });
  });
});
