import { sha256Of } from '../base/digest.ts';
import type { ImgpipeError } from '../domain/errors.ts';
import { ALERT_GROUP, deadLetterMessage, type Message, TOPICS } from '../domain/messages.ts';
import { alertTextKey } from '../domain/object-keys.ts';
import type { AlertRecord, EventRecord } from '../domain/records.ts';
import type { Observer } from '../domain/reports.ts';
import { alertText } from '../domain/texts.ts';
import type { AlertCatalog } from '../ports/catalog/alerts.ts';
import type { DeadLetterCatalog } from '../ports/catalog/dead-letters.ts';
import type { OutcomeCatalog } from '../ports/catalog/outcomes.ts';
import type { PipelineIdentity } from '../ports/catalog/pipeline.ts';
import type { ReceivedMessage } from '../ports/event-bus.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Handled, Stage } from './consume/consume.ts';
import { deadLetterOf, eventOfMessage, reasonOf } from './consume/received-message.ts';
import { deadLetterBad, type MessageRows, reportsOf, sortMessages } from './consume/sort-messages.ts';
import { type DigestedObject, putObjects } from './put-objects.ts';

export interface AlertParts extends Observer {
  readonly catalog: Pick<AlertCatalog, 'addAlerts' | 'nextAlertAttempt' | 'markAlertsReady'> &
    Pick<OutcomeCatalog, 'events'> &
    Pick<DeadLetterCatalog, 'addDeadLetters'>;
  readonly store: Pick<ObjectStore, 'address' | 'put' | 'digest'>;
  readonly pipeline: PipelineIdentity;
}

interface AlertWithEvent {
  readonly alert: AlertRecord;
  readonly event: EventRecord;
}

/** The stage that turns each image event into the alert with its number. */
export function createAlertStage({ catalog, store, pipeline, onReport, onStep }: AlertParts): Stage {
  const eventRows: MessageRows<'imgpipe.image.event.v1', EventRecord> = {
    type: 'imgpipe.image.event.v1',
    pipeline,
    rows: (named) => catalog.events(named.map(({ image_event_num }) => image_event_num)),
    rowOf: eventOfMessage,
  };

  async function handle(messages: readonly ReceivedMessage[]): Promise<Handled> {
    const sorted = await sortMessages(messages, eventRows);
    const named = sorted.flatMap((each) => (each.kind === 'named' ? [each.row] : []));
    // A pending event is published once it is ready, whoever has named it now.
    const events = named.filter(({ state }) => state === 'ready');
    const alerts = events.length === 0 ? [] : await addAlerts(events);
    const bad = await deadLetterBad('alert', sorted, catalog);
    return {
      handledCount: messages.length,
      publish: [],
      deadLetters: bad.map((letter) => deadLetterMessage(pipeline.pipelineId, letter)),
      recordPositions: async () => {},
      report: () => {
        for (const report of [...reportsOf('alert', sorted, bad), ...alerts]) onReport?.(report);
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
    const complete = await putTexts(added);
    await onStep?.('alert:text');
    const readyNow = new Set(await catalog.markAlertsReady(complete.map(({ alert }) => alert.number)));
    await onStep?.('alert:ready');
    // An alert that was ready before may not have been reported. Reporting it twice is better than not at all.
    return complete.map(
      ({ alert, event }) => ({ kind: 'alert', alert, event, repeated: !readyNow.has(alert.number) }) as const,
    );
  }

  /** Puts the texts of pending alerts, each under the next key where other bytes are under one. Resolves with all alerts. */
  async function putTexts(alerts: readonly AlertWithEvent[]): Promise<AlertWithEvent[]> {
    const complete = alerts.filter(({ alert }) => alert.state === 'ready');
    let left = alerts.filter(({ alert }) => alert.state === 'pending');
    while (left.length > 0) {
      const done = await putObjects(store, left.map(textOf));
      complete.push(...left.filter((_, index) => done[index]));
      left = left.filter((_, index) => !done[index]);
      const next = await catalog.nextAlertAttempt(left.map(({ alert }) => alert));
      left = left.flatMap(({ event }, index) => {
        const alert = next[index];
        return alert === undefined ? [] : [{ alert, event }];
      });
    }
    return complete.sort((a, b) => a.alert.number - b.alert.number);
  }

  async function deadLetter(message: ReceivedMessage, error: ImgpipeError, attempts: number): Promise<Message> {
    const [about] = await sortMessages([message], eventRows);
    // A message that is not about a row says nothing about the event with its number.
    const event = about?.kind === 'named' ? about.row : undefined;
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

function textOf({ alert, event }: AlertWithEvent): DigestedObject {
  const bytes = Buffer.from(alertText(alert, event));
  return { key: alertTextKey(alert), bytes, sha256: sha256Of(bytes) };
}
