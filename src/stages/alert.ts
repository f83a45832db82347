import type { ImgpipeError } from '../domain/errors.ts';
import { ALERT_GROUP, deadLetterMessage, type Message, TOPICS } from '../domain/messages.ts';
import { alertTextKey } from '../domain/object-keys.ts';
import { readMessage } from '../domain/read-message.ts';
import type { EventRecord } from '../domain/records.ts';
import type { Observer } from '../domain/reports.ts';
import { alertText } from '../domain/texts.ts';
import type { AlertCatalog } from '../ports/catalog/alerts.ts';
import type { DeadLetterCatalog } from '../ports/catalog/dead-letters.ts';
import type { OutcomeCatalog } from '../ports/catalog/outcomes.ts';
import type { PipelineIdentity } from '../ports/catalog/pipeline.ts';
import type { ReceivedMessage } from '../ports/event-bus.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Handled, Stage } from './consume/consume.ts';
import { deadLetterOf, eventOfMessage, openMessage, reasonOf } from './consume/received-message.ts';

export interface AlertParts extends Observer {
  readonly catalog: Pick<AlertCatalog, 'addAlerts' | 'markAlertsReady'> &
    Pick<OutcomeCatalog, 'events'> &
    Pick<DeadLetterCatalog, 'addDeadLetters'>;
  readonly store: Pick<ObjectStore, 'address' | 'put'>;
  readonly pipeline: PipelineIdentity;
}

/** The stage that turns each image event into the alert with its number. */
export function createAlertStage({ catalog, store, pipeline, onReport, onStep }: AlertParts): Stage {
  async function handle(messages: readonly ReceivedMessage[]): Promise<Handled> {
    const opened = messages.map((message) => openMessage('imgpipe.image.event.v1', message, pipeline));
    const ours = opened.filter((each) => each.data !== undefined);
    const rows = await catalog.events(ours.map(({ data }) => data.image_event_num));
    const events = ours.map(({ data }, index) => eventOfMessage(data, rows[index]));
    const alerts = events.length === 0 ? [] : await addAlerts(events);
    return {
      handledCount: messages.length,
      publish: [],
      deadLetters: [],
      recordPositions: async () => {},
      report: () => {
        for (const _ of opened.slice(ours.length)) onReport?.({ kind: 'skipped_former', stage: 'alert' });
        for (const report of alerts) onReport?.(report);
      },
    };
  }

  /** Adds the events' alerts and writes their files. Resolves with what to report. */
  async function addAlerts(events: readonly EventRecord[]) {
    const byNumber = new Map(events.map((event) => [event.number, event]));
    const alertedAt = new Date().toISOString();
    const rows = await catalog.addAlerts(
      [...byNumber.keys()].map((number) => ({ number, base: store.address, alertedAt })),
    );
    await onStep?.('alert:entered');
    const added = rows.flatMap((alert) => {
      const event = byNumber.get(alert.number);
      return event === undefined ? [] : [{ alert, event }];
    });
    const pending = added.filter(({ alert }) => alert.state === 'pending');
    await store.put(
      pending.map(({ alert, event }) => ({
        key: alertTextKey(alert.number),
        bytes: Buffer.from(alertText(alert, event)),
      })),
    );
    await onStep?.('alert:text');
    await catalog.markAlertsReady(added.map(({ alert }) => alert.number));
    await onStep?.('alert:ready');
    // An alert that was ready before may not have been reported. Reporting it twice is better than not at all.
    return added.map(({ alert, event }) => ({ kind: 'alert', alert, event }) as const);
  }

  async function deadLetter(message: ReceivedMessage, error: ImgpipeError, attempts: number): Promise<Message> {
    // A message that does not match its row says nothing about the event.
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

/** The number of the event that a message names, if that much of it can be parsed. */
function numbersIn(message: ReceivedMessage): number[] {
  try {
    return [readMessage('imgpipe.image.event.v1', message).data.image_event_num];
  } catch {
    return [];
  }
}
