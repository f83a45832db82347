import type { ImageId } from '../../domain/records.ts';
import type { CatalogPages, EventRow } from '../../ports/catalog/audit.ts';
import { countsOf, type Reader } from './counts.ts';
import type { Row } from './database.ts';
import { alertOf, eventOf, imageOf, outcomeOf, positionOf, versionIn } from './rows.ts';
import { inForce, keyOf } from './technique-keys.ts';

const USES = ['active', 'idle', 'none'] as const;

/** Each event, with the columns of its outcome. */
const EVENT_ROWS = `
  SELECT e.*, o.kind, o.threshold, o.threshold_unit, o.measurement, o.reference, o.analyzed_at, o.judged_by
  FROM event e LEFT JOIN outcome o ON o.technique = e.technique AND o.stream = e.stream AND o.number = e.image
    AND o.kind IN ('changed', 'size_changed')`;

/** The pages of a catalog, as one connection reads them. Each query uses one index. */
export function pagesOf(db: Reader): CatalogPages {
  return {
    counts: async () => countsOf(db),

    imagePage: async (after, limit) =>
      db
        .all(
          'SELECT * FROM image WHERE (stream, number) > (?, ?) ORDER BY stream, number LIMIT ?',
          ...key(after),
          limit,
        )
        .map(imageOf),

    outcomePage: async (technique, after, limit) => {
      const rows = db.all(
        `SELECT * FROM outcome WHERE technique = ? AND (stream, number) > (?, ?) ORDER BY stream, number LIMIT ?`,
        keyOf(db, technique),
        ...key(after),
        limit,
      );
      return rows.map((row) => outcomeOf(row, eventOfOutcome(db, row)));
    },

    deadImagePage: async (technique, after, limit) =>
      db
        .all(
          `SELECT stream, image AS number, min(replayed_at IS NOT NULL) AS replayed
           FROM main.dead_letter INDEXED BY dead_letter_by_image
           WHERE technique = ? AND (stream, image) > (?, ?) AND image IS NOT NULL AND stage = 'analyze'
           GROUP BY stream, image ORDER BY stream, image LIMIT ?`,
          keyOf(db, technique),
          ...key(after),
          limit,
        )
        .map((row) => ({
          stream: String(row['stream']),
          number: Number(row['number']),
          replayed: row['replayed'] === 1,
        })),

    eventPage: async (after, limit) =>
      db.all(`${EVENT_ROWS} WHERE e.number > ? ORDER BY e.number LIMIT ?`, after, limit).map(eventRowOf),

    deadEventPage: async (after, limit) =>
      db
        .all(
          `SELECT DISTINCT event AS number FROM dead_letter
           WHERE event > ? AND event IS NOT NULL AND stage = 'alert' AND replayed_at IS NULL ORDER BY event LIMIT ?`,
          after,
          limit,
        )
        .map((row) => Number(row['number'])),

    alertRowPage: async (after, limit) =>
      db.all('SELECT * FROM alert WHERE number > ? ORDER BY number LIMIT ?', after, limit).map(alertOf),

    streams: async () =>
      db
        .all('SELECT stream, last_number FROM stream ORDER BY stream')
        .map((row) => ({ stream: String(row['stream']), lastNumber: Number(row['last_number']) })),

    techniques: async () =>
      db
        .all(
          `SELECT technique, max(in_force) AS in_force, min(idle) AS idle FROM (
             SELECT technique, in_force, idle FROM technique UNION ALL SELECT technique, NULL, 2 FROM outcome_total)
           GROUP BY technique ORDER BY technique`,
        )
        .map((row) => ({ technique: inForce(row), use: USES[Number(row['idle'])] ?? 'none' })),

    lastEvent: async () => Number(db.get('SELECT last_event FROM pipeline')?.['last_event']),

    masks: async () =>
      db.all('SELECT DISTINCT mask FROM image WHERE mask IS NOT NULL ORDER BY mask').map((row) => String(row['mask'])),
  };
}

function key(after: ImageId | undefined): [string, number] {
  return [after?.stream ?? '', after?.number ?? 0];
}

function eventOfOutcome(db: Reader, row: Row) {
  if (row['kind'] !== 'changed' && row['kind'] !== 'size_changed') return null;
  const event = db.get(
    `${EVENT_ROWS} WHERE e.technique = ? AND e.stream = ? AND e.image = ?`,
    row['technique'] ?? null,
    row['stream'] ?? null,
    row['number'] ?? null,
  );
  return event === undefined ? null : eventOf(event);
}

function eventRowOf(row: Row): EventRow {
  return {
    number: Number(row['number']),
    state: row['state'] === 'ready' ? 'ready' : 'pending',
    attempt: Number(row['attempt']),
    technique: versionIn(row),
    image: { stream: String(row['stream']), number: Number(row['image']) },
    position: positionOf(row),
    event: row['kind'] === null ? undefined : eventOf(row),
  };
}
