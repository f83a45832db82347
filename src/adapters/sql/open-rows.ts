import type { Deliverable } from '../../domain/record-positions.ts';
import type { AuditCatalog, OpenEvent, OpenImage } from '../../ports/catalog/audit.ts';
import { positionOf } from './rows.ts';
import { eventDead } from './settled.ts';
import type { SqlDatabase } from './sql-database.ts';
import { keyOrNull } from './technique-keys.ts';
import { all, get, type Row, type Value } from './work.ts';

type OpenRows = Pick<AuditCatalog, 'anyOpen' | 'undeliverableStreams' | 'undeliverableImages' | 'undeliverableEvents'>;

/** `owed` has no topic: an image's message is on one topic, and an event's on another. */
const IMAGE_TOPIC = 'image_analysis';

/** The open images and events, from the `owed` tables (see `COUNTED` in the schema). */
export function createOpenRows(db: SqlDatabase): OpenRows {
  return {
    anyOpen: () =>
      db.read(function* () {
        const image = yield* get('SELECT 1 FROM owed LIMIT 1');
        const event = yield* get(`SELECT 1 FROM owed_event WHERE NOT ${eventDead('number')} LIMIT 1`);
        return { images: image !== undefined, events: event !== undefined };
      }),

    undeliverableStreams: (technique, deliverable) =>
      db.read(function* () {
        const { sql, values } = isUndeliverable(deliverable);
        const rows = yield* all(
          `SELECT DISTINCT stream FROM owed WHERE technique = ? AND ${sql} ORDER BY stream`,
          (yield* keyOrNull(technique)) ?? '',
          ...values,
        );
        return rows.map((row) => String(row['stream']));
      }),

    undeliverableImages: (technique, deliverable, stream, after, limit) =>
      db.read(function* () {
        const { sql, values } = isUndeliverable(deliverable);
        const rows = yield* all(
          `SELECT * FROM owed WHERE technique = ? AND stream = ? AND number > ? AND ${sql} ORDER BY number LIMIT ?`,
          (yield* keyOrNull(technique)) ?? '',
          stream,
          after,
          ...values,
          limit,
        );
        return rows.map(openImageOf);
      }),

    undeliverableEvents: (deliverable, after, limit) =>
      db.read(function* () {
        const { sql, values } = isUndeliverable(deliverable, 'o.');
        const rows = yield* all(
          `SELECT e.number, e.technique, e.place_bus, e.place_topic, e.place_partition, e.place_offset,
             o.publications, o.published_at,
             i.place_bus AS image_place_bus, i.place_topic AS image_place_topic,
             i.place_partition AS image_place_partition, i.place_offset AS image_place_offset
           FROM owed_event o
             JOIN event e ON e.number = o.number
             LEFT JOIN image i ON i.stream = e.stream AND i.number = e.image
           WHERE o.number > ? AND ${sql} AND NOT ${eventDead('o.number')} ORDER BY o.number LIMIT ?`,
          after,
          ...values,
          limit,
        );
        return rows.map(openEventOf);
      }),
  };
}

/** The condition that a row's position is null, on another bus, or in none of the ranges. */
function isUndeliverable({ bus, ranges }: Deliverable, table = ''): { sql: string; values: Value[] } {
  const [onBus, partition, offset] = ['place_bus', 'place_partition', 'place_offset'].map((column) => table + column);
  const within = ranges.map(() => `(${partition} = ? AND ${offset} >= ? AND ${offset} < ?)`);
  return {
    sql: `(${onBus} IS NULL OR ${onBus} <> ? OR NOT (${anyOf(within)}))`,
    values: [bus, ...ranges.flatMap((range) => [range.partition, range.from, range.to])],
  };
}

/** Nested evenly, because SQLite limits the depth of an expression to 1,000. */
function anyOf(conditions: readonly string[]): string {
  if (conditions.length <= 1) return conditions[0] ?? 'FALSE';
  const middle = conditions.length >> 1;
  return `(${anyOf(conditions.slice(0, middle))} OR ${anyOf(conditions.slice(middle))})`;
}

function openImageOf(row: Row): OpenImage {
  return {
    image: { stream: String(row['stream']), number: Number(row['number']) },
    technique: row['technique'] === '' ? null : String(row['technique']),
    position: positionOf({ ...row, place_topic: IMAGE_TOPIC }),
    ...publicationsOf(row),
  };
}

function openEventOf(row: Row): OpenEvent {
  return {
    number: Number(row['number']),
    technique: String(row['technique']),
    position: positionOf(row),
    imagePosition: positionOf(row, 'image_'),
    ...publicationsOf(row),
  };
}

function publicationsOf(row: Row): Pick<OpenImage, 'publications' | 'publishedAt'> {
  const at = row['published_at'];
  return { publications: Number(row['publications']), publishedAt: typeof at === 'string' ? at : null };
}
