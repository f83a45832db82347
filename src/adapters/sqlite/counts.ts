import { OUTCOME_KINDS, type OutcomeKind } from '../../domain/records.ts';
import type { Counts, StreamCounts, TechniqueCounts } from '../../ports/catalog/audit.ts';
import { alertDelays } from './alert-rows.ts';
import type { Database, Row } from './database.ts';
import { thresholdOf } from './rows.ts';

/** What a query needs of a connection. */
export type Reader = Pick<Database, 'all' | 'get'>;

/** See `AuditCatalog.counts`. The caller must run it in one read transaction. */
export function countsOf(db: Reader): Counts {
  const streams = streamCounts(db);
  const techniques = techniqueCounts(db);
  return {
    images: streams.reduce((sum, { images }) => sum + images, 0),
    events: count(db, 'SELECT last_event AS n FROM pipeline'),
    alerts: count(db, 'SELECT ifnull(max(ready_order), 0) AS n FROM alert WHERE ready_order IS NOT NULL'),
    deadLetters: count(db, 'SELECT count(*) AS n FROM dead_letter'),
    // With one technique each image has one row, and counting rows is several times as fast as counting images.
    openImages: count(
      db,
      techniques.length > 1
        ? 'SELECT count(*) AS n FROM (SELECT 1 FROM owed GROUP BY stream, number)'
        : 'SELECT count(*) AS n FROM owed',
    ),
    unpublished: count(db, "SELECT count(*) AS n FROM image WHERE state = 'pending' OR place_offset IS NULL"),
    openEvents: openEvents(db),
    oldestOpen: oldestOpen(db),
    streams,
    techniques,
    delays: alertDelays(db),
  };
}

/** The techniques that have outcomes, by name. */
export function techniquesWithOutcomes(db: Reader): string[] {
  return db
    .all('SELECT DISTINCT technique FROM outcome_total WHERE count > 0 ORDER BY technique')
    .map((row) => String(row['technique']));
}

function streamCounts(db: Reader): StreamCounts[] {
  return db.all('SELECT * FROM stream ORDER BY stream').map((row) => ({
    stream: String(row['stream']),
    // Numbers are assigned without holes; an audit checks that.
    images: Number(row['last_number']),
    events: Number(row['events']),
    lastNumber: Number(row['last_number']),
  }));
}

function techniqueCounts(db: Reader): TechniqueCounts[] {
  return db.all('SELECT * FROM technique ORDER BY technique').map((row) => {
    const technique = String(row['technique']);
    return {
      technique,
      threshold: thresholdOf(row),
      outcomes: outcomeCounts(db.all('SELECT kind, count FROM outcome_total WHERE technique = ?', technique)),
      open: count(db, 'SELECT count(*) AS n FROM owed WHERE technique = ?', technique),
    };
  });
}

function outcomeCounts(rows: readonly Row[]): Record<OutcomeKind, number> {
  const counted = new Map(rows.map((row) => [String(row['kind']), Number(row['count'])]));
  return Object.fromEntries(OUTCOME_KINDS.map((kind) => [kind, counted.get(kind) ?? 0])) as Record<OutcomeKind, number>;
}

function openEvents(db: Reader): number {
  const owed = count(db, 'SELECT count(*) AS n FROM owed_event');
  const dead = count(
    db,
    `SELECT count(DISTINCT d.event) AS n FROM dead_letter d JOIN owed_event o ON o.number = d.event
     WHERE d.event IS NOT NULL AND d.replayed_at IS NULL`,
  );
  return owed - dead;
}

/** Within a stream images are received in the order of their numbers. CROSS JOIN keeps SQLite from going through all images. */
function oldestOpen(db: Reader): Counts['oldestOpen'] {
  const row = db.get(
    `SELECT i.stream, i.number, i.received_at
     FROM (SELECT s.stream, (SELECT min(number) FROM owed o WHERE o.stream = s.stream) AS number FROM stream s) first
       CROSS JOIN image i ON i.stream = first.stream AND i.number = first.number
     ORDER BY i.received_at, i.stream LIMIT 1`,
  );
  if (row === undefined) return null;
  return { stream: String(row['stream']), number: Number(row['number']), receivedAt: String(row['received_at']) };
}

function count(db: Reader, sql: string, ...values: string[]): number {
  return Number(db.get(sql, ...values)?.['n']);
}
