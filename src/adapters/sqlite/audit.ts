import { OUTCOME_KINDS } from '../../domain/records.ts';
import type {
  Audit,
  Fault,
  OpenEvent,
  OpenImage,
  StreamFigures,
  TechniqueFigures,
} from '../../ports/catalog/former-audit.ts';
import type { Database, Row } from './database.ts';
import { positionOf, thresholdOf } from './rows.ts';

/** Counts and holds together what the catalog says, in one snapshot (see `Audit`). */
export function audit(db: Database, defaultTechnique: string): Audit {
  return db.snapshot(() => {
    const used = db.all('SELECT technique FROM technique ORDER BY technique').map((row) => String(row['technique']));
    const techniques = used.length === 0 ? [defaultTechnique] : used;
    return {
      images: count(db, 'SELECT count(*) AS n FROM image'),
      analyzed: count(
        db,
        `SELECT count(*) AS n FROM image i WHERE NOT EXISTS (
           SELECT 1 FROM json_each(?) t WHERE NOT EXISTS (
             SELECT 1 FROM outcome o WHERE o.technique = t.value AND o.stream = i.stream AND o.number = i.number))`,
        JSON.stringify(techniques),
      ),
      events: count(db, 'SELECT count(*) AS n FROM event'),
      alerts: count(db, "SELECT count(*) AS n FROM alert WHERE state = 'ready'"),
      deadLetters: count(db, 'SELECT count(*) AS n FROM dead_letter'),
      streams: streamFigures(db),
      techniques: techniqueFigures(db),
      openImages: techniques.flatMap((technique) => openImages(db, technique)),
      openEvents: openEvents(db),
      oldestOpen: oldestOpen(db, techniques),
      faults: [...holes(db), ...orphans(db)],
    };
  });
}

function streamFigures(db: Database): StreamFigures[] {
  return db
    .all(
      `SELECT s.stream, s.last_number,
         (SELECT count(*) FROM image i WHERE i.stream = s.stream) AS images,
         (SELECT count(*) FROM event e WHERE e.stream = s.stream) AS events
       FROM stream s ORDER BY s.stream`,
    )
    .map((row) => ({
      stream: String(row['stream']),
      images: Number(row['images']),
      events: Number(row['events']),
      lastNumber: Number(row['last_number']),
    }));
}

function techniqueFigures(db: Database): TechniqueFigures[] {
  return db.all('SELECT * FROM technique ORDER BY technique').map((row) => {
    const technique = String(row['technique']);
    const counted = new Map(
      db
        .all('SELECT kind, count(*) AS n FROM outcome WHERE technique = ? GROUP BY kind', technique)
        .map((each) => [String(each['kind']), Number(each['n'])]),
    );
    const outcomes = Object.fromEntries(OUTCOME_KINDS.map((kind) => [kind, counted.get(kind) ?? 0]));
    return { technique, threshold: thresholdOf(row), outcomes: outcomes as TechniqueFigures['outcomes'] };
  });
}

function openImages(db: Database, technique: string): OpenImage[] {
  return db
    .all(
      `SELECT i.stream, i.number, i.place_bus, i.place_topic, i.place_partition, i.place_offset
       FROM image i LEFT JOIN outcome o ON o.technique = ? AND o.stream = i.stream AND o.number = i.number
       WHERE o.number IS NULL ORDER BY i.stream, i.number`,
      technique,
    )
    .map((row) => ({ image: idOf(row), technique, position: positionOf(row) }));
}

function oldestOpen(db: Database, techniques: readonly string[]): Audit['oldestOpen'] {
  const row = db.get(
    `SELECT i.stream, i.number, i.received_at FROM image i WHERE EXISTS (
       SELECT 1 FROM json_each(?) t WHERE NOT EXISTS (
         SELECT 1 FROM outcome o WHERE o.technique = t.value AND o.stream = i.stream AND o.number = i.number))
     ORDER BY i.received_at, i.stream, i.number LIMIT 1`,
    JSON.stringify(techniques),
  );
  return row === undefined ? null : { ...idOf(row), receivedAt: String(row['received_at']) };
}

function openEvents(db: Database): OpenEvent[] {
  return db
    .all(
      `SELECT e.number, e.technique, e.place_bus, e.place_topic, e.place_partition, e.place_offset,
         i.place_bus AS image_place_bus, i.place_topic AS image_place_topic,
         i.place_partition AS image_place_partition, i.place_offset AS image_place_offset
       FROM event e
         LEFT JOIN alert a ON a.number = e.number AND a.state = 'ready'
         LEFT JOIN image i ON i.stream = e.stream AND i.number = e.image
       WHERE a.number IS NULL AND NOT EXISTS (
         SELECT 1 FROM dead_letter d WHERE d.event = e.number AND d.replayed_at IS NULL)
       ORDER BY e.number`,
    )
    .map((row) => ({
      number: Number(row['number']),
      technique: String(row['technique']),
      position: positionOf(row),
      imagePosition: positionOf(row, 'image_'),
    }));
}

/** How many numbers of one hole are named one by one. */
const NAMED_OF_A_HOLE = 100;

function holes(db: Database): Fault[] {
  const images = db
    .all(
      `SELECT stream, before, number FROM (
         SELECT stream, number, lag(number, 1, 0) OVER (PARTITION BY stream ORDER BY number) AS before FROM image
         UNION ALL
         SELECT s.stream, s.last_number + 1,
           ifnull((SELECT max(number) FROM image i WHERE i.stream = s.stream), 0) FROM stream s)
       WHERE number > before + 1 ORDER BY stream, number`,
    )
    .flatMap((row) => missing(row, (number) => `image ${row['stream']}/${number}`));
  const events = db
    .all(
      `SELECT before, number FROM (
         SELECT number, lag(number, 1, 0) OVER (ORDER BY number) AS before FROM event
         UNION ALL
         SELECT last_event + 1, ifnull((SELECT max(number) FROM event), 0) FROM pipeline)
       WHERE number > before + 1 ORDER BY number`,
    )
    .flatMap((row) => missing(row, (number) => `event ${number}`));
  return [...images, ...events];
}

function missing(row: Row, key: (number: number) => string): Fault[] {
  const first = Number(row['before']) + 1;
  const howMany = Number(row['number']) - first;
  const named = Array.from({ length: Math.min(howMany, NAMED_OF_A_HOLE) }, (_, index) => ({
    key: key(first + index),
    what: 'its number was given, but its row is missing',
  }));
  const more = howMany - named.length;
  return more === 0
    ? named
    : [...named, { key: key(first + named.length), what: `and ${more - 1} more after it are missing` }];
}

function orphans(db: Database): Fault[] {
  const faults = (sql: string, key: (row: Row) => string, what: string): Fault[] =>
    db.all(sql).map((row) => ({ key: key(row), what }));
  const outcome = (row: Row) => `outcome ${row['technique']} ${row['stream']}/${row['number']}`;
  return [
    ...faults(
      `SELECT o.technique, o.stream, o.number FROM outcome o
       LEFT JOIN image i ON i.stream = o.stream AND i.number = o.number WHERE i.number IS NULL`,
      outcome,
      'its image has no row',
    ),
    ...faults(
      `SELECT o.technique, o.stream, o.number FROM outcome o
       LEFT JOIN image i ON i.stream = o.stream AND i.number = o.reference
       WHERE o.reference IS NOT NULL AND i.number IS NULL`,
      outcome,
      'the image that it was compared with has no row',
    ),
    ...faults(
      `SELECT o.technique, o.stream, o.number FROM outcome o
       LEFT JOIN event e ON e.technique = o.technique AND e.stream = o.stream AND e.image = o.number
       WHERE o.kind IN ('changed', 'size_changed') AND e.number IS NULL`,
      outcome,
      'it is a change, but its event is missing',
    ),
    ...faults(
      `SELECT e.number FROM event e LEFT JOIN outcome o
         ON o.technique = e.technique AND o.stream = e.stream AND o.number = e.image
         AND o.kind IN ('changed', 'size_changed')
       WHERE o.number IS NULL`,
      (row) => `event ${row['number']}`,
      'there is no outcome that says what changed',
    ),
    ...faults(
      'SELECT a.number FROM alert a LEFT JOIN event e ON e.number = a.number WHERE e.number IS NULL',
      (row) => `alert ${row['number']}`,
      `its event has no row`,
    ),
    ...faults(
      `SELECT DISTINCT i.stream FROM image i LEFT JOIN stream s ON s.stream = i.stream
       WHERE s.stream IS NULL OR i.number > s.last_number`,
      (row) => `stream ${row['stream']}`,
      'the row with its last number is missing, or behind its images',
    ),
    ...faults(
      'SELECT e.number FROM event e JOIN pipeline p WHERE e.number > p.last_event',
      (row) => `event ${row['number']}`,
      'its number is past the last one given',
    ),
    ...faults(
      `SELECT o.technique, o.stream, o.number FROM outcome o
       WHERE o.kind = 'dead' AND NOT EXISTS (
         SELECT 1 FROM dead_letter d WHERE d.stage = 'analyze' AND d.technique = o.technique
           AND d.stream = o.stream AND d.image = o.number)`,
      outcome,
      'it is dead, but its dead letter is missing',
    ),
  ];
}

function idOf(row: Row): { stream: string; number: number } {
  return { stream: String(row['stream']), number: Number(row['number']) };
}

function count(db: Database, sql: string, ...values: string[]): number {
  return Number(db.get(sql, ...values)?.['n']);
}
