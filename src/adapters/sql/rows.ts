import { type Capture, NOTHING_KNOWN } from '../../domain/capture.ts';
import type { Message } from '../../domain/messages.ts';
import type {
  AlertRecord,
  DeadLetterHead,
  DeadLetterRecord,
  DecodeFact,
  EventRecord,
  ImageRecord,
  OriginFile,
  OutcomeRecord,
  RecordPosition,
  Regions,
} from '../../domain/records.ts';
import type { Threshold } from '../../domain/threshold.ts';
import type { Measured } from '../../ports/catalog/browsing.ts';
import type { Row, Value } from './work.ts';

/** Converts rows of the database to domain records, and back. */

const POSITION_COLUMNS = ['place_bus', 'place_topic', 'place_partition', 'place_offset'];

/** The columns that `imageOf` reads. */
export const IMAGE_COLUMNS: readonly string[] = [
  ...['stream', 'number', 'receipt_id', 'format', 'origin', 'sha256', 'bytes', 'received_at', 'mask', 'capture'],
  ...['host', 'modified_at', 'moved_to', 'attempt', 'state', 'verdict', 'notes', 'width', 'height', 'detail'],
  ...POSITION_COLUMNS,
];

/** The columns that `eventOf` reads: those of an event, and those of its outcome. */
export const EVENT_COLUMNS: readonly string[] = [
  ...['number', 'stream', 'image', 'technique', 'state', 'base', 'attempt', 'difference_sha256', 'region_count'],
  ...['regions', ...POSITION_COLUMNS],
];
export const OUTCOME_COLUMNS: readonly string[] = [
  ...['kind', 'threshold', 'threshold_unit', 'measurement', 'reference', 'analyzed_at', 'judged_by'],
];

/** The columns that `alertOf` reads. */
export const ALERT_COLUMNS: readonly string[] = ['number', 'state', 'base', 'alerted_at', 'attempt'];

/** Events with the columns of their outcomes. */
export const EVENT_QUERY = `
  SELECT e.*, ${OUTCOME_COLUMNS.map((column) => `o.${column}`).join(', ')}
  FROM event e JOIN outcome o ON o.technique = e.technique AND o.stream = e.stream AND o.number = e.image`;

export function imageOf(row: Row): ImageRecord {
  return {
    stream: text(row, 'stream'),
    number: integer(row, 'number'),
    receiptId: text(row, 'receipt_id'),
    format: text(row, 'format') as ImageRecord['format'],
    origin: text(row, 'origin'),
    sha256: text(row, 'sha256'),
    bytes: integer(row, 'bytes'),
    receivedAt: text(row, 'received_at'),
    mask: textOrNull(row['mask']),
    capture: captureOf(row),
    file: fileOf(row),
    movedTo: textOrNull(row['moved_to']),
    attempt: integer(row, 'attempt'),
    state: text(row, 'state') as ImageRecord['state'],
    fact: factOf(row),
    position: positionOf(row),
  };
}

export function eventOf(row: Row): EventRecord {
  return {
    number: integer(row, 'number'),
    image: { stream: text(row, 'stream'), number: integer(row, 'image') },
    reference: integer(row, 'reference'),
    technique: versionIn(row),
    threshold: thresholdOf(row),
    kind: text(row, 'kind') as EventRecord['kind'],
    measurement: numberOrNull(row['measurement']),
    regions: regionsOf(row),
    analyzedAt: text(row, 'analyzed_at'),
    state: text(row, 'state') as EventRecord['state'],
    base: text(row, 'base'),
    attempt: integer(row, 'attempt'),
    differenceSha256: textOrNull(row['difference_sha256']),
    position: positionOf(row),
  };
}

export function outcomeOf(row: Row, event: EventRecord | null): OutcomeRecord {
  return {
    image: { stream: text(row, 'stream'), number: integer(row, 'number') },
    technique: versionIn(row),
    threshold: thresholdOf(row),
    kind: text(row, 'kind') as OutcomeRecord['kind'],
    measurement: numberOrNull(row['measurement']),
    reference: numberOrNull(row['reference']),
    analyzedAt: text(row, 'analyzed_at'),
    event,
  };
}

/** An outcome with its image's `received_at`, `captured_at`, `width` and `height`, and `alert`. */
export function measuredOf(row: Row): Measured {
  const [width, height] = [numberOrNull(row['width']), numberOrNull(row['height'])];
  return {
    number: integer(row, 'number'),
    receivedAt: text(row, 'received_at'),
    capturedAt: textOrNull(row['captured_at']),
    kind: text(row, 'kind') as Measured['kind'],
    measurement: numberOrNull(row['measurement']),
    threshold: thresholdOf(row),
    size: width === null || height === null ? null : { width, height },
    alert: numberOrNull(row['alert']),
  };
}

/** The version of a technique that has judged. */
export function versionIn(row: Row): string {
  return String(row['judged_by'] ?? row['technique']);
}

/** A threshold from its two columns. */
export function thresholdOf(row: Row): Threshold {
  return { value: Number(row['threshold']), unit: text(row, 'threshold_unit') as Threshold['unit'] };
}

function regionsOf(row: Row): Regions | null {
  const regions = row['regions'];
  if (typeof regions !== 'string') return null;
  return { count: integer(row, 'region_count'), first: JSON.parse(regions) as Regions['first'] };
}

export function alertOf(row: Row): AlertRecord {
  return {
    number: integer(row, 'number'),
    state: text(row, 'state') as AlertRecord['state'],
    base: text(row, 'base'),
    alertedAt: text(row, 'alerted_at'),
    attempt: integer(row, 'attempt'),
  };
}

/** A dead letter without its message and stack. */
export function deadLetterHeadOf(row: Row): DeadLetterHead {
  return {
    id: integer(row, 'id'),
    stage: text(row, 'stage') as DeadLetterHead['stage'],
    reason: text(row, 'reason'),
    detail: text(row, 'detail'),
    attempts: integer(row, 'attempts'),
    at: text(row, 'at'),
    position: positionOf(row),
    image: row['image'] === null ? null : { stream: text(row, 'stream'), number: integer(row, 'image') },
    technique: textOrNull(row['judged_by'] ?? row['technique']),
    event: numberOrNull(row['event']),
    replayedAt: textOrNull(row['replayed_at']),
    droppedAt: textOrNull(row['dropped_at']),
  };
}

export function deadLetterOf(row: Row): DeadLetterRecord {
  return { ...deadLetterHeadOf(row), stack: textOrNull(row['stack']), message: messageOf(row) };
}

/** The values of a message's four columns, in their order. */
export function messageValues(message: Message | null): [Value, Value, Value, Value] {
  if (message === null) return [null, null, null, null];
  return [message.key, JSON.stringify(message.headers), message.value, message.bytes ?? null];
}

function messageOf(row: Row): Message | null {
  const [key, headers, bytes] = [row['message_key'], row['message_headers'], row['message_bytes']];
  if (typeof key !== 'string' || typeof headers !== 'string') return null;
  return {
    key,
    headers: JSON.parse(headers) as Record<string, string>,
    value: text(row, 'message_value'),
    ...(bytes instanceof Uint8Array && { bytes }),
  };
}

/** A position from its four columns, whose names may have a prefix such as `image_`. */
export function positionOf(row: Row, prefix = ''): RecordPosition | null {
  const offset = row[`${prefix}place_offset`];
  if (offset === null || offset === undefined) return null;
  return {
    bus: text(row, `${prefix}place_bus`),
    topic: text(row, `${prefix}place_topic`),
    partition: integer(row, `${prefix}place_partition`),
    offset: Number(offset),
  };
}

/** The values of a position's four columns, in their order. */
export function positionValues(position: RecordPosition | null): [Value, Value, Value, Value] {
  return position === null
    ? [null, null, null, null]
    : [position.bus, position.topic, position.partition, position.offset];
}

function captureOf(row: Row): Capture | null {
  const capture = row['capture'];
  return typeof capture === 'string' ? { ...NOTHING_KNOWN, ...(JSON.parse(capture) as Partial<Capture>) } : null;
}

function fileOf(row: Row): OriginFile | null {
  const [host, modifiedAt] = [row['host'], row['modified_at']];
  return typeof host === 'string' && typeof modifiedAt === 'string' ? { host, modifiedAt } : null;
}

function factOf(row: Row): DecodeFact | null {
  const verdict = row['verdict'];
  if (verdict === 'decodes') {
    const notes = row['notes'];
    const size = { width: integer(row, 'width'), height: integer(row, 'height') };
    return { verdict, ...size, ...(typeof notes === 'string' && { notes: JSON.parse(notes) as string[] }) };
  }
  if (verdict === 'undecodable' || verdict === 'too_large') return { verdict, detail: text(row, 'detail') };
  return null;
}

function text(row: Row, column: string): string {
  return String(row[column]);
}

function integer(row: Row, column: string): number {
  return Number(row[column]);
}

export function textOrNull(value: Value | undefined): string | null {
  return value === null || value === undefined ? null : String(value);
}

function numberOrNull(value: Value | undefined): number | null {
  return value === null || value === undefined ? null : Number(value);
}
