import type { AlertLine, ImageLine, OutcomeLine, ResultLine } from '../../domain/json/result-lines.ts';
import { alertTextKey, differenceKey, imageKey } from '../../domain/object-keys.ts';
import {
  type AlertRecord,
  type EventRecord,
  type ImageRecord,
  notesOf,
  type OutcomeRecord,
} from '../../domain/records.ts';
import type { Report } from '../../domain/reports.ts';
import type { ListedEvent } from '../list.ts';
import { captureJson, thresholdJson } from './fields.ts';

/** Makes the key of an object an address: `ObjectStore.locate`. */
export type Locate = (key: string) => string;

/** The line of a stage's result; undefined for reports that are not results. */
export function resultJson(report: Report, locate: Locate): ResultLine | undefined {
  switch (report.kind) {
    case 'image':
      return imageJson(report.image, locate);
    case 'outcome':
      return outcomeJson(report, locate);
    case 'alert':
      return alertJson(report, locate);
    default:
      return undefined;
  }
}

/** The line of a received image. */
export function imageJson(image: ImageRecord, locate: Locate): ImageLine {
  return {
    type: 'image',
    stream: image.stream,
    image: image.number,
    path: locate(imageKey(image)),
    sha256: image.sha256,
    bytes: image.bytes,
    origin: image.origin,
    moved_to: image.movedTo,
    received_at: image.receivedAt,
    notes: [...notesOf(image)],
    mask: image.mask,
    ...captureJson(image),
  };
}

/** The line of an outcome. */
export function outcomeJson(
  { outcome, repeated }: { readonly outcome: OutcomeRecord; readonly repeated: boolean },
  locate: Locate,
): OutcomeLine {
  return {
    type: 'outcome',
    stream: outcome.image.stream,
    image: outcome.image.number,
    outcome: outcome.kind,
    technique: outcome.technique,
    measurement: outcome.measurement,
    ...thresholdJson(outcome),
    reference: outcome.reference,
    region_count: outcome.event?.regions?.count ?? null,
    event: outcome.event?.number ?? null,
    difference: outcome.event === null ? null : locate(differenceKey(outcome.event)),
    analyzed_at: outcome.analyzedAt,
    ...(repeated && { repeated }),
  };
}

/** The line of the outcome that an event is of, in a list. */
export function eventJson({ event, capturedAt }: ListedEvent, locate: Locate): OutcomeLine {
  const line = outcomeJson({ outcome: { ...event, event }, repeated: false }, locate);
  return { ...line, ...(capturedAt !== null && { captured_at: capturedAt }) };
}

/** The line of an alert. */
export function alertJson(
  {
    alert,
    event,
    image,
    repeated = false,
  }: {
    readonly alert: AlertRecord;
    readonly event: EventRecord;
    /** In a list. */
    readonly image?: ImageRecord;
    readonly repeated?: boolean;
  },
  locate: Locate,
): AlertLine {
  return {
    type: 'alert',
    alert: alert.number,
    event: event.number,
    stream: event.image.stream,
    image: event.image.number,
    kind: event.kind,
    path: locate(alertTextKey(alert)),
    alerted_at: alert.alertedAt,
    ...(image?.capture?.at && { captured_at: image.capture.at }),
    ...(repeated && { repeated }),
  };
}
