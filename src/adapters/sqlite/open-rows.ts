import type { AuditCatalog, OffsetRange, OpenEvent, OpenImage } from '../../ports/catalog/audit.ts';
import type { Database, Row } from './database.ts';
import { positionOf } from './rows.ts';

type OpenRows = Pick<AuditCatalog, 'openRanges' | 'openImagePage' | 'openEventPage'>;

/** `owed` has no topic: an image's message is on one topic, and an event's on another. */
const IMAGE_TOPIC = 'image_analysis';

/** The open images and events, from the `owed` tables (see `COUNTED` in the schema). */
export function createOpenRows(db: Database): OpenRows {
  return {
    openRanges: async () =>
      db.snapshot(() => ({
        images: db
          .all(
            `SELECT technique, place_bus, place_partition, min(place_offset) AS lowest, max(place_offset) AS highest
             FROM owed WHERE place_offset IS NOT NULL GROUP BY technique, place_bus, place_partition`,
          )
          .map((row) => ({ ...rangeOf(row), technique: techniqueOf(row) })),
        events: db
          .all(
            `SELECT place_bus, place_partition, min(place_offset) AS lowest, max(place_offset) AS highest
             FROM owed_event o WHERE place_offset IS NOT NULL AND NOT ${IS_DEAD}
             GROUP BY place_bus, place_partition`,
          )
          .map(rangeOf),
      })),

    openImagePage: async (after, limit) =>
      db
        .all(
          `SELECT * FROM owed WHERE (stream, number, technique) > (?, ?, ?)
           ORDER BY stream, number, technique LIMIT ?`,
          after?.image.stream ?? '',
          after?.image.number ?? 0,
          after?.technique ?? '',
          limit,
        )
        .map(openImageOf),

    openEventPage: async (after, limit, { unpublished } = { unpublished: false }) =>
      db
        .all(
          `SELECT e.number, e.technique, e.place_bus, e.place_topic, e.place_partition, e.place_offset,
             i.place_bus AS image_place_bus, i.place_topic AS image_place_topic,
             i.place_partition AS image_place_partition, i.place_offset AS image_place_offset
           FROM owed_event o
             JOIN event e ON e.number = o.number
             LEFT JOIN image i ON i.stream = e.stream AND i.number = e.image
           WHERE o.number > ? AND NOT ${IS_DEAD} ${unpublished ? 'AND o.place_offset IS NULL' : ''}
           ORDER BY o.number LIMIT ?`,
          after,
          limit,
        )
        .map(openEventOf),
  };
}

const IS_DEAD = `EXISTS (SELECT 1 FROM dead_letter d
  WHERE d.event = o.number AND d.event IS NOT NULL AND d.replayed_at IS NULL)`;

function rangeOf(row: Row): OffsetRange {
  return {
    bus: String(row['place_bus']),
    partition: Number(row['place_partition']),
    lowest: Number(row['lowest']),
    highest: Number(row['highest']),
  };
}

function openImageOf(row: Row): OpenImage {
  return {
    image: { stream: String(row['stream']), number: Number(row['number']) },
    technique: techniqueOf(row),
    position: positionOf({ ...row, place_topic: IMAGE_TOPIC }),
  };
}

function openEventOf(row: Row): OpenEvent {
  return {
    number: Number(row['number']),
    technique: String(row['technique']),
    position: positionOf(row),
    imagePosition: positionOf(row, 'image_'),
  };
}

function techniqueOf(row: Row): string | null {
  return row['technique'] === '' ? null : String(row['technique']);
}
