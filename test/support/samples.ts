import { randomUUID } from 'node:crypto';
import type { Capture } from '../../src/domain/capture.ts';
import { TOPICS } from '../../src/domain/messages.ts';
import type {
  AlertRecord,
  EventRecord,
  ImageId,
  ImageRecord,
  NewAlert,
  NewDeadLetter,
  NewImage,
  NewOutcome,
  OutcomeKind,
  RecordPosition,
} from '../../src/domain/records.ts';
import type { Threshold } from '../../src/domain/threshold.ts';
import type { Measure, PicturePair, PictureSource } from '../../src/ports/comparator.ts';

/** Complete records for tests, with overrides for what a test is about. */

const AT = '2026-01-02T03:04:05.678Z';
const BASE = '/data';
const TECHNIQUE = 'l2@2';
const DIFFERENCE = 'd'.repeat(64);
/** Any change is an event. */
export const NO_THRESHOLD: Threshold = levels(0);

export function levels(value: number): Threshold {
  return { value, unit: 'levels' };
}

/** What is known of a picture with all facts. */
export const CAPTURE: Capture = {
  at: '2026-01-01T12:00:00.250Z',
  timeFrom: 'exif',
  make: 'NIKON CORPORATION',
  model: 'D750',
  exposure: 0.004,
  aperture: 2.8,
  iso: 400,
  gain: 'low_gain_up',
  focalLength: 50,
  position: { latitude: -33.8569, longitude: 151.2093, altitude: 58.5 },
};

export function newImage(over: Partial<NewImage> = {}): NewImage {
  const stream = over.stream ?? 'default';
  return {
    stream,
    receiptId: randomUUID(),
    format: 'jpg',
    origin: '/pictures/a.jpg',
    sha256: 'a'.repeat(64),
    bytes: 100,
    receivedAt: AT,
    mask: null,
    capture: null,
    file: null,
    ...over,
  };
}

export function imageRecord(over: Partial<ImageRecord> = {}): ImageRecord {
  return { ...newImage(), number: 1, attempt: 1, state: 'ready', movedTo: null, fact: null, position: null, ...over };
}

export function newOutcome(image: ImageId, kind: OutcomeKind, over: Partial<NewOutcome> = {}): NewOutcome {
  const compared = kind !== 'first' && kind !== 'dead';
  return {
    image: { stream: image.stream, number: image.number },
    technique: TECHNIQUE,
    threshold: NO_THRESHOLD,
    kind,
    measurement: kind === 'changed' ? 12.5 : kind === 'unchanged' ? 0 : null,
    regions: null,
    reference: compared ? image.number - 1 : null,
    analyzedAt: AT,
    facts: [],
    base: BASE,
    differenceSha256: kind === 'changed' || kind === 'size_changed' ? DIFFERENCE : null,
    ...(kind === 'dead' && { deadLetter: deadLetter({ image, technique: TECHNIQUE }) }),
    ...over,
  };
}

export function eventRecord(over: Partial<EventRecord> = {}): EventRecord {
  return {
    number: 1,
    image: { stream: 'default', number: 2 },
    reference: 1,
    technique: TECHNIQUE,
    threshold: NO_THRESHOLD,
    kind: 'changed',
    measurement: 12.5,
    regions: null,
    analyzedAt: AT,
    state: 'pending',
    base: BASE,
    attempt: 1,
    differenceSha256: DIFFERENCE,
    position: null,
    ...over,
  };
}

export function newAlert(number: number): NewAlert {
  return { number, base: BASE, alertedAt: AT };
}

export function alertRecord(number: number): AlertRecord {
  return { ...newAlert(number), attempt: 1, state: 'ready' };
}

export function deadLetter(over: Partial<NewDeadLetter> = {}): NewDeadLetter {
  return {
    stage: 'analyze',
    reason: 'undecodable',
    detail: 'it is cut short',
    stack: null,
    attempts: 1,
    at: AT,
    position: null,
    image: null,
    technique: null,
    event: null,
    message: null,
    ...over,
  };
}

export function positionAt(offset: number, over: Partial<RecordPosition> = {}): RecordPosition {
  return { bus: 'embedded', topic: TOPICS.imageAnalysis, partition: 0, offset, ...over };
}

/** Inputs of a comparator: two pictures with an optional mask. */
export function pair(reference: PictureSource, image: PictureSource, mask?: PictureSource): PicturePair {
  return { reference, image, mask };
}

/** The L2 measure with a threshold in levels. */
export function l2Above(threshold: number): Measure {
  return { technique: TECHNIQUE, threshold: levels(threshold) };
}
