import { alertTextKey, differenceKey, imageKey } from '../domain/object-keys.ts';
import type { AlertRecord, EventRecord, ImageRecord, Regions } from '../domain/records.ts';
import type { Report } from '../domain/reports.ts';
import type { Threshold } from '../domain/threshold.ts';
import type { Timeline } from './browse.ts';
import type { ComparedPictures } from './compare-pictures.ts';
import type { Status } from './status.ts';
import type { AlertView } from './view.ts';

/** The JSON that leaves the program: snake_case, times in RFC 3339. Fields are added, never renamed; the README lists them. */

/** A stage's result as one line; undefined for reports that are no results. `locate` makes a key an address. */
export function resultJson(report: Report, locate: (key: string) => string): object | undefined {
  switch (report.kind) {
    case 'image': {
      const { image } = report;
      return {
        type: 'image',
        stream: image.stream,
        image: image.number,
        path: locate(imageKey(image)),
        sha256: image.sha256,
        bytes: image.bytes,
        origin: image.origin,
        received_at: image.receivedAt,
        mask: image.mask,
      };
    }
    case 'outcome': {
      const { outcome } = report;
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
        difference: outcome.event === null ? null : locate(differenceKey(outcome.event.number)),
        analyzed_at: outcome.analyzedAt,
      };
    }
    case 'alert':
      return alertJson(report, locate);
    default:
      return undefined;
  }
}

/** An alert's own line. */
export function alertJson(
  { alert, event }: { readonly alert: AlertRecord; readonly event: EventRecord },
  locate: (key: string) => string,
): object {
  return {
    type: 'alert',
    alert: alert.number,
    event: event.number,
    stream: event.image.stream,
    image: event.image.number,
    kind: event.kind,
    path: locate(alertTextKey(alert.number)),
    alerted_at: alert.alertedAt,
  };
}

/** `view --json`. */
export function viewJson({ alert, event, image, reference, paths }: AlertView): object {
  return {
    alert: alert.number,
    event: event.number,
    stream: event.image.stream,
    kind: event.kind,
    technique: event.technique,
    measurement: event.measurement,
    ...thresholdJson(event),
    ...regionsJson(event.regions),
    mask: paths.mask === null ? null : { sha256: image.mask, path: paths.mask },
    image: pictureJson(image, paths.image),
    reference: pictureJson(reference, paths.reference),
    difference: { path: paths.difference, sha256: event.differenceSha256 },
    analyzed_at: event.analyzedAt,
    alerted_at: alert.alertedAt,
  };
}

function pictureJson(image: ImageRecord, path: string): object {
  const size = image.fact?.verdict === 'decodes' ? image.fact : { width: null, height: null };
  return {
    number: image.number,
    path,
    sha256: image.sha256,
    width: size.width,
    height: size.height,
    origin: image.origin,
    received_at: image.receivedAt,
  };
}

function thresholdJson({ threshold }: { readonly threshold: Threshold }) {
  return { threshold: threshold.value, threshold_unit: threshold.unit };
}

/** Both null for a technique that does not look for regions. */
function regionsJson(regions: Regions | null) {
  return { region_count: regions?.count ?? null, regions: regions?.first ?? null };
}

/** `compare --json`. */
export function comparisonJson(compared: ComparedPictures, out: string | undefined): object {
  return {
    outcome: compared.kind,
    technique: compared.technique,
    measurement: compared.measurement,
    ...thresholdJson(compared),
    ...regionsJson(compared.regions),
    reference: compared.reference,
    image: compared.image,
    mask: compared.mask,
    difference: out === undefined || compared.difference === null ? null : { path: out },
  };
}

/** A stream's timeline, for the viewer's programs. */
export function timelineJson({ stream, technique, points }: Timeline): object {
  return {
    stream,
    technique,
    points: points.map((point) => ({
      image: point.number,
      received_at: point.receivedAt,
      outcome: point.kind,
      measurement: point.measurement,
      ...thresholdJson(point),
      alert: point.alert,
    })),
  };
}

/** `status --json`. */
export function statusJson(status: Status): object {
  return {
    pipeline_id: status.pipelineId,
    data: status.data,
    images: status.images,
    analyzed: status.analyzed,
    events: status.events,
    alerts: status.alerts,
    dead_letters: status.deadLetters,
    waiting: status.waiting,
    unpublished: status.unpublished,
    oldest_open: oldestJson(status),
    lost: status.lost,
    lost_keys: status.faults.map(({ key }) => key),
    faults: status.faults,
    balanced: status.lost === null ? null : status.lost === 0,
    broker: { address: status.broker.address, reachable: status.broker.unreachable === undefined },
    groups: status.broker.groups,
    notes: status.notes,
    techniques: status.techniques.map((technique) => ({ ...technique, ...thresholdJson(technique) })),
    streams: status.streams.map(({ stream, images, events }) => ({ stream, images, events })),
  };
}

function oldestJson({ oldestOpen }: Status): object | null {
  if (oldestOpen === null) return null;
  const { stream, number, receivedAt } = oldestOpen;
  return { stream, image: number, received_at: receivedAt, age_ms: Math.max(0, Date.now() - Date.parse(receivedAt)) };
}
