import { ALERT_GROUP } from '../domain/consumer-groups.ts';
import type { ImgpipeError } from '../domain/errors.ts';
import { deadLetterMessage, type Message, TOPICS } from '../domain/messages.ts';
import { alertTextKey } from '../domain/object-keys.ts';
import { readMessage } from '../domain/read-message.ts';
import type { EventRecord } from '../domain/records.ts';
import type { Observer } from '../domain/reports.ts';
import { alertText } from '../domain/texts.ts';
import type { Catalog, PipelineIdentity } from '../ports/catalog.ts';
import type { ReceivedMessage } from '../ports/event-bus.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { agreeingEvent } from './agreement.ts';
import type { Handled, Stage } from './consume.ts';
import { deadLetterOf, reasonOf } from './dead-letter.ts';
import { open } from './inbox.ts';

export interface AlertParts extends Observer {
  readonly catalog: Catalog;
  readonly store: ObjectStore;
  readonly pipeline: PipelineIdentity;
}

/** The stage that turns each image event into the alert of its number. */
export function createAlertStage({ catalog, store, pipeline, onReport, onStep }: AlertParts): Stage {
  async function handle(messages: readonly ReceivedMessage[]): Promise<Handled> {
    const opened = messages.map((message) => open('imgpipe.image.event.v1', message, pipeline));
    const ours = opened.filter((each) => each.data !== undefined);
    const rows = await catalog.events(ours.map(({ data }) => data.image_event_num));
    const events = ours.map(({ data }, index) => agreeingEvent(data, rows[index]));
    const told = events.length === 0 ? [] : await raise(events);
    return {
      handledCount: messages.length,
      publish: [],
      deadLetters: [],
      recordPositions: async () => {},
      report: () => {
        for (const _ of opened.slice(ours.length)) onReport?.({ kind: 'skipped_former', stage: 'alert' });
        for (const report of told) onReport?.(report);
      },
    };
  }

  /** Enters the events' alerts and writes their files; the answer is what is to be told. */
  async function raise(events: readonly EventRecord[]) {
    const byNumber = new Map(events.map((event) => [event.number, event]));
    const alertedAt = new Date().toISOString();
    const written = await catalog.addAlerts(
      [...byNumber.keys()].map((number) => ({ number, base: store.address, alertedAt })),
    );
    await onStep?.('alert:entered');
    const raised = written.flatMap(({ row: alert }) => {
      const event = byNumber.get(alert.number);
      return event === undefined ? [] : [{ alert, event }];
    });
    const pending = raised.filter(({ alert }) => alert.state === 'pending');
    await store.put(
      pending.map(({ alert, event }) => ({
        key: alertTextKey(alert.number),
        bytes: Buffer.from(alertText(alert, event)),
      })),
    );
    await onStep?.('alert:text');
    await catalog.alertsReady(raised.map(({ alert }) => alert.number));
    await onStep?.('alert:ready');
    // One that was ready before may not have been told: to be told twice is the lesser evil.
    return raised.map(({ alert, event }) => ({ kind: 'alert', alert, event }) as const);
  }

  async function deadLetter(message: ReceivedMessage, error: ImgpipeError, attempts: number): Promise<Message> {
    // A message that lies about its event says nothing about the event itself.
    const [event] = error.code === 'bad_message' ? [] : await catalog.events(numbersIn(message));
    const letter = deadLetterOf(message, {
      stage: 'alert',
      ...reasonOf(error),
      attempts,
      at: new Date().toISOString(),
      image: event?.image ?? null,
      technique: event?.technique ?? null,
      event: event?.number ?? null,
    });
    await catalog.addDeadLetters([letter]);
    onReport?.({ kind: 'dead_letter', letter, origin: undefined });
    return deadLetterMessage(pipeline.pipelineId, letter);
  }

  return {
    name: 'alert',
    topic: TOPICS.imageEventAlert,
    group: ALERT_GROUP,
    publishesTo: undefined,
    deadLettersTo: TOPICS.imageEventAlertDead,
    handle,
    deadLetter,
  };
}

/** The number of the event that a message names, if it can be read that far. */
function numbersIn(message: ReceivedMessage): number[] {
  try {
    return [readMessage('imgpipe.image.event.v1', message).data.image_event_num];
  } catch {
    return [];
  }
}
