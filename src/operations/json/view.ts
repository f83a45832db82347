import type { PictureJson, ViewJson } from '../../domain/json/view.ts';
import { type ImageRecord, notesOf } from '../../domain/records.ts';
import type { AlertView } from '../view.ts';
import { captureJson, regionsJson, thresholdJson } from './fields.ts';

/** `view --json`. */
export function viewJson({ alert, event, image, reference, paths }: AlertView): ViewJson {
  return {
    alert: alert.number,
    event: event.number,
    stream: event.image.stream,
    kind: event.kind,
    technique: event.technique,
    measurement: event.measurement,
    ...thresholdJson(event),
    ...regionsJson(event.regions),
    mask: image.mask === null || paths.mask === null ? null : { sha256: image.mask, path: paths.mask },
    image: pictureJson(image, paths.image),
    reference: pictureJson(reference, paths.reference),
    difference: { path: paths.difference, sha256: event.differenceSha256 },
    analyzed_at: event.analyzedAt,
    alerted_at: alert.alertedAt,
  };
}

function pictureJson(image: ImageRecord, path: string): PictureJson {
  const size = image.fact?.verdict === 'decodes' ? image.fact : { width: null, height: null };
  return {
    number: image.number,
    path,
    sha256: image.sha256,
    width: size.width,
    height: size.height,
    origin: image.origin,
    moved_to: image.movedTo,
    notes: [...notesOf(image)],
    received_at: image.receivedAt,
    ...captureJson(image),
  };
}
