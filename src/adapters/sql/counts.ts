import { OUTCOME_KINDS, type OutcomeKind } from '../../domain/records.ts';
import type { Threshold } from '../../domain/threshold.ts';
import type { Counts, JudgedCounts, StreamCounts, TechniqueCounts } from '../../ports/catalog/audit.ts';
import { alertDelays } from './alert-rows.ts';
import { thresholdOf, versionIn } from './rows.ts';
import { inForce } from './technique-keys.ts';
import { all, get, type Row, together, type Work } from './work.ts';

/** See `AuditCatalog.counts`. The caller must run it in one read transaction. */
export function* countsOf(): Work<Counts> {
  const streams = yield* streamCounts();
  const techniques = yield* techniqueCounts();
  const dropped = yield* count('SELECT count(*) AS n FROM dead_letter WHERE dropped_at IS NOT NULL');
  return {
    images: streams.reduce((sum, { images }) => sum + images, 0),
    events: yield* count('SELECT last_event AS n FROM pipeline'),
    alerts: yield* count('SELECT coalesce(max(ready_order), 0) AS n FROM alert WHERE ready_order IS NOT NULL'),
    deadLetters: (yield* count('SELECT count(*) AS n FROM dead_letter')) - dropped,
    droppedLetters: dropped,
    discardedLetters: yield* count('SELECT coalesce(sum(count), 0) AS n FROM discarded_letters'),
    oddImages: yield* count('SELECT coalesce(sum(odd), 0) AS n FROM stream'),
    // With one technique each image has one row, and counting rows is several times as fast as counting images.
    openImages: yield* count(
      techniques.length > 1
        ? 'SELECT count(*) AS n FROM (SELECT 1 FROM owed GROUP BY stream, number) images'
        : 'SELECT count(*) AS n FROM owed',
    ),
    unpublished: yield* count(
      `SELECT count(*) AS n FROM (SELECT DISTINCT stream, number FROM owed
         WHERE technique IN (SELECT technique FROM technique UNION ALL SELECT '') AND place_bus IS NULL) images`,
    ),
    openEvents: yield* openEvents(),
    oldestOpen: yield* oldestOpen(),
    streams,
    techniques,
    delays: yield* alertDelays(),
  };
}

/** The techniques that have outcomes, by name: the version in force of each. */
export function* techniquesWithOutcomes(): Work<string[]> {
  const rows = yield* all(
    `SELECT DISTINCT o.technique, t.in_force FROM outcome_total o LEFT JOIN technique t ON t.technique = o.technique
     WHERE o.count > 0 ORDER BY o.technique`,
  );
  return rows.map(inForce);
}

function* streamCounts(): Work<StreamCounts[]> {
  const rows = yield* all("SELECT stream, count(*) AS n FROM image WHERE state = 'pending' GROUP BY stream");
  const pending = new Map(rows.map((row) => [String(row['stream']), Number(row['n'])]));
  // A stream that has a holder but no image yet does not count. Numbers are assigned without holes; an audit checks that.
  return (yield* all('SELECT * FROM stream WHERE last_number > 0 ORDER BY stream')).map((row) => ({
    stream: String(row['stream']),
    images: Number(row['last_number']) - (pending.get(String(row['stream'])) ?? 0),
    events: Number(row['events']),
    lastNumber: Number(row['last_number']),
  }));
}

function* techniqueCounts(): Work<TechniqueCounts[]> {
  return yield* together(yield* all('SELECT * FROM technique ORDER BY technique'), function* (row) {
    const key = String(row['technique']);
    const counted = yield* all(
      'SELECT * FROM outcome_total WHERE technique = ? AND count > 0 ORDER BY threshold, threshold_unit, judged_by',
      key,
    );
    return {
      technique: inForce(row),
      threshold: thresholdOf(row),
      idle: row['idle'] === 1,
      outcomes: outcomeCounts(counted),
      judged: judgedCounts(counted),
      open: yield* count('SELECT count(*) AS n FROM owed WHERE technique = ?', key),
    };
  });
}

function outcomeCounts(rows: readonly Row[]): Record<OutcomeKind, number> {
  const countOf = (kind: OutcomeKind) =>
    rows.reduce((sum, row) => sum + (row['kind'] === kind ? Number(row['count']) : 0), 0);
  return Object.fromEntries(OUTCOME_KINDS.map((kind) => [kind, countOf(kind)])) as Record<OutcomeKind, number>;
}

/** The rows of one technique by version and threshold, in the order of the rows. */
function judgedCounts(rows: readonly Row[]): JudgedCounts[] {
  const judged = new Map<string, { readonly technique: string; readonly threshold: Threshold; readonly rows: Row[] }>();
  for (const row of rows) {
    const threshold = thresholdOf(row);
    const technique = versionIn(row);
    const key = `${technique} ${threshold.value} ${threshold.unit}`;
    const known = judged.get(key) ?? { technique, threshold, rows: [] };
    known.rows.push(row);
    judged.set(key, known);
  }
  return [...judged.values()].map(({ rows: of, ...by }) => ({ ...by, outcomes: outcomeCounts(of) }));
}

function* openEvents(): Work<number> {
  const owed = yield* count('SELECT count(*) AS n FROM owed_event');
  const dead = yield* count(
    `SELECT count(DISTINCT d.event) AS n FROM dead_letter d JOIN owed_event o ON o.number = d.event
     WHERE d.stage = 'alert' AND d.event IS NOT NULL AND d.replayed_at IS NULL`,
  );
  return owed - dead;
}

/** Within a stream images are received in the order of their numbers. */
function* oldestOpen(): Work<Counts['oldestOpen']> {
  const row = yield* get(
    `SELECT * FROM (
       SELECT stream, number,
         (SELECT i.received_at FROM image i WHERE i.stream = first.stream AND i.number = first.number) AS received_at
       FROM (SELECT s.stream, (SELECT min(number) FROM owed o WHERE o.stream = s.stream) AS number FROM stream s) first
     ) oldest
     WHERE received_at IS NOT NULL ORDER BY received_at, stream LIMIT 1`,
  );
  if (row === undefined) return null;
  return { stream: String(row['stream']), number: Number(row['number']), receivedAt: String(row['received_at']) };
}

function* count(sql: string, ...values: string[]): Work<number> {
  return Number((yield* get(sql, ...values))?.['n']);
}
