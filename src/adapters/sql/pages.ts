import type { EventRecord, ImageId } from '../../domain/records.ts';
import type { CatalogPages, EventRow } from '../../ports/catalog/audit.ts';
import { countsOf } from './counts.ts';
import { alertOf, eventOf, imageOf, outcomeOf, positionOf, versionIn } from './rows.ts';
import type { SqlDatabase } from './sql-database.ts';
import { inForce, keyOf } from './technique-keys.ts';
import { all, get, type Row, together, type Value, type Work } from './work.ts';

const USES = ['active', 'idle', 'none'] as const;

/** Each event, with the columns of its outcome. */
const EVENT_ROWS = `
  SELECT e.*, o.kind, o.threshold, o.threshold_unit, o.measurement, o.reference, o.analyzed_at, o.judged_by
  FROM event e LEFT JOIN outcome o ON o.technique = e.technique AND o.stream = e.stream AND o.number = e.image
    AND o.kind IN ('changed', 'size_changed')`;

/** The pages of a catalog, as one connection reads them. Each query uses one index. */
export function pagesOf(db: Pick<SqlDatabase, 'read' | 'dialect'>): CatalogPages {
  /** The rows of a query. */
  const rows = <T>(convert: (row: Row) => T, sql: string, ...values: Value[]) =>
    db.read(function* () {
      return (yield* all(sql, ...values)).map(convert);
    });

  return {
    counts: () => db.read(countsOf),

    imagePage: (after, limit) =>
      rows(
        imageOf,
        'SELECT * FROM image WHERE (stream, number) > (?, ?) ORDER BY stream, number LIMIT ?',
        ...key(after),
        limit,
      ),

    outcomePage: (technique, after, limit) =>
      db.read(function* () {
        const found = yield* all(
          `SELECT * FROM outcome WHERE technique = ? AND (stream, number) > (?, ?) ORDER BY stream, number LIMIT ?`,
          yield* keyOf(technique),
          ...key(after),
          limit,
        );
        return yield* together(found, function* (row) {
          return outcomeOf(row, yield* eventOfOutcome(row));
        });
      }),

    deadImagePage: (technique, after, limit) =>
      db.read(function* () {
        const found = yield* all(
          `SELECT stream, image AS number, min(CASE WHEN replayed_at IS NULL THEN 0 ELSE 1 END) AS replayed
           FROM ${db.dialect.deadLettersByImage}
           WHERE technique = ? AND (stream, image) > (?, ?) AND image IS NOT NULL AND stage = 'analyze'
           GROUP BY stream, image ORDER BY stream, image LIMIT ?`,
          yield* keyOf(technique),
          ...key(after),
          limit,
        );
        return found.map((row) => ({
          stream: String(row['stream']),
          number: Number(row['number']),
          replayed: row['replayed'] === 1,
        }));
      }),

    eventPage: (after, limit) =>
      rows(eventRowOf, `${EVENT_ROWS} WHERE e.number > ? ORDER BY e.number LIMIT ?`, after, limit),

    deadEventPage: (after, limit) =>
      rows(
        (row) => Number(row['number']),
        `SELECT DISTINCT event AS number FROM dead_letter
         WHERE event > ? AND event IS NOT NULL AND stage = 'alert' AND replayed_at IS NULL ORDER BY event LIMIT ?`,
        after,
        limit,
      ),

    alertRowPage: (after, limit) =>
      rows(alertOf, 'SELECT * FROM alert WHERE number > ? ORDER BY number LIMIT ?', after, limit),

    streams: () =>
      rows(
        (row) => ({ stream: String(row['stream']), lastNumber: Number(row['last_number']) }),
        'SELECT stream, last_number FROM stream ORDER BY stream',
      ),

    techniques: () =>
      rows(
        (row) => ({ technique: inForce(row), use: USES[Number(row['idle'])] ?? 'none' }),
        `SELECT technique, max(in_force) AS in_force, min(idle) AS idle FROM (
           SELECT technique, in_force, idle FROM technique UNION ALL SELECT technique, NULL, 2 FROM outcome_total) known
         GROUP BY technique ORDER BY technique`,
      ),

    lastEvent: () =>
      db.read(function* () {
        return Number((yield* get('SELECT last_event FROM pipeline'))?.['last_event']);
      }),

    masks: () =>
      rows((row) => String(row['mask']), 'SELECT DISTINCT mask FROM image WHERE mask IS NOT NULL ORDER BY mask'),
  };
}

function key(after: ImageId | undefined): [string, number] {
  return [after?.stream ?? '', after?.number ?? 0];
}

function* eventOfOutcome(row: Row): Work<EventRecord | null> {
  if (row['kind'] !== 'changed' && row['kind'] !== 'size_changed') return null;
  const event = yield* get(
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
