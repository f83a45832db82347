import { LISTS_BY_TIME } from '../sql/migrations.ts';
import { imageSettled } from '../sql/settled.ts';
import { COUNTED } from './schema.ts';

/** The migration from each version to the next; the first is from 1 to 2. A released migration never changes. */
export const MIGRATIONS: readonly string[] = [
  `
DROP INDEX dead_letter_once;
DROP INDEX dead_letter_by_image;
DROP INDEX dead_letter_by_event;
ALTER TABLE dead_letter RENAME TO dead_letter_before;

CREATE TABLE dead_letter (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  stage TEXT NOT NULL CHECK (stage IN ('analyze', 'alert')),
  reason TEXT NOT NULL,
  detail TEXT NOT NULL,
  stack TEXT,
  attempts INTEGER NOT NULL,
  at TEXT NOT NULL,
  stream TEXT, image INTEGER, technique TEXT, event INTEGER,
  place_bus TEXT, place_topic TEXT, place_partition INTEGER, place_offset INTEGER,
  message_key TEXT, message_headers TEXT, message_value TEXT, message_bytes BLOB,
  replayed_at TEXT
) STRICT;

-- The embedded bus still has the messages. A message that does not match its image becomes a dead letter without an image.
INSERT INTO dead_letter
  SELECT d.id, d.stage, d.reason, d.detail, d.stack, d.attempts, d.at,
    CASE WHEN d.reason <> 'bad_message' THEN d.stream END,
    CASE WHEN d.reason <> 'bad_message' THEN d.image END,
    CASE WHEN d.reason <> 'bad_message' THEN d.technique END,
    d.event, d.place_bus, d.place_topic, d.place_partition, d.place_offset,
    m.key, m.headers, m.value, NULL, NULL
  FROM dead_letter_before d LEFT JOIN bus_message m
    ON d.place_bus = 'embedded' AND m.topic = d.place_topic AND m."offset" = d.place_offset;
DROP TABLE dead_letter_before;

CREATE UNIQUE INDEX dead_letter_once ON dead_letter
  (stage, ifnull(technique, ''), ifnull(stream, ''), ifnull(image, 0), ifnull(event, 0),
   ifnull(place_bus, ''), ifnull(place_topic, ''), ifnull(place_partition, 0), ifnull(place_offset, 0));
CREATE INDEX dead_letter_by_image ON dead_letter (technique, stream, image) WHERE image IS NOT NULL;
CREATE INDEX dead_letter_by_event ON dead_letter (event) WHERE event IS NOT NULL;
CREATE INDEX dead_letter_replayed ON dead_letter (stream, image) WHERE replayed_at IS NOT NULL;

CREATE TABLE heartbeat (
  stage TEXT NOT NULL CHECK (stage IN ('receive', 'analyze', 'alert')),
  host TEXT NOT NULL,
  process INTEGER NOT NULL,
  at TEXT NOT NULL,
  PRIMARY KEY (stage, host, process)
) STRICT, WITHOUT ROWID;

ALTER TABLE bus_message ADD COLUMN bytes BLOB;
`,
  `
ALTER TABLE technique ADD COLUMN threshold_unit TEXT NOT NULL DEFAULT 'levels';
ALTER TABLE outcome ADD COLUMN threshold_unit TEXT NOT NULL DEFAULT 'levels';
ALTER TABLE image ADD COLUMN mask TEXT;
ALTER TABLE event ADD COLUMN region_count INTEGER;
ALTER TABLE event ADD COLUMN regions TEXT;
`,
  `
ALTER TABLE alert ADD COLUMN ready_order INTEGER;
ALTER TABLE alert ADD COLUMN stream TEXT;
ALTER TABLE alert ADD COLUMN technique TEXT;
ALTER TABLE alert ADD COLUMN measurement REAL;

-- In which order they became ready is not known any more: that of their numbers.
UPDATE alert SET ready_order = ready.place
  FROM (SELECT number, row_number() OVER (ORDER BY number) AS place FROM alert WHERE state = 'ready') ready
  WHERE ready.number = alert.number;
UPDATE alert SET stream = e.stream, technique = e.technique, measurement = o.measurement
  FROM event e JOIN outcome o ON o.technique = e.technique AND o.stream = e.stream AND o.number = e.image
  WHERE e.number = alert.number AND alert.state = 'ready';

CREATE INDEX outcome_by_kind ON outcome (technique, kind);
CREATE INDEX event_by_stream ON event (stream);
CREATE UNIQUE INDEX alert_by_order ON alert (ready_order) WHERE ready_order IS NOT NULL;
CREATE INDEX alert_by_stream ON alert (stream) WHERE stream IS NOT NULL;
CREATE INDEX alert_by_technique ON alert (technique) WHERE technique IS NOT NULL;
CREATE INDEX alert_by_time ON alert (alerted_at);
CREATE INDEX alert_by_measurement ON alert (measurement) WHERE measurement IS NOT NULL;

CREATE TABLE alert_delay (
  at_most REAL PRIMARY KEY,
  count INTEGER NOT NULL,
  sum_ms INTEGER NOT NULL
) STRICT;

INSERT INTO alert_delay
  WITH delay (ms) AS (
    SELECT max(0, CAST(round(1000 * (unixepoch(a.alerted_at, 'subsec') - unixepoch(i.received_at, 'subsec'))) AS INTEGER))
    FROM alert a JOIN event e ON e.number = a.number JOIN image i ON i.stream = e.stream AND i.number = e.image
    WHERE a.state = 'ready')
  SELECT bucket, count(*), sum(ms)
  FROM (
    SELECT ms, (SELECT min(value) / 1000.0 FROM json_each(
      '[10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000, 300000, 3600000, 9e999]')
      WHERE ms <= value) AS bucket
    FROM delay WHERE ms IS NOT NULL)
  GROUP BY bucket;
`,
  `
ALTER TABLE stream ADD COLUMN events INTEGER NOT NULL DEFAULT 0;
UPDATE stream SET events = (SELECT count(*) FROM event e WHERE e.stream = stream.stream);
`,
  // The tables that are derived from the rows are created again by the latest migration.
  `
DROP TRIGGER IF EXISTS image_added;
DROP TRIGGER IF EXISTS image_published;
DROP TRIGGER IF EXISTS technique_added;
DROP TRIGGER IF EXISTS outcome_added;
DROP TRIGGER IF EXISTS outcome_removed;
DROP TRIGGER IF EXISTS event_added;
DROP TRIGGER IF EXISTS event_published;
DROP TRIGGER IF EXISTS alert_ready;
DROP TABLE IF EXISTS owed;
DROP TABLE IF EXISTS owed_event;
DROP TABLE IF EXISTS outcome_total;
DROP INDEX image_unpublished;
DROP INDEX dead_letter_replayed;

ALTER TABLE dead_letter ADD COLUMN dropped_at TEXT;
ALTER TABLE dead_letter ADD COLUMN judged_by TEXT;
DROP INDEX dead_letter_once;
CREATE UNIQUE INDEX dead_letter_once ON dead_letter
  (stage, coalesce(technique, ''), coalesce(stream, ''), coalesce(image, 0), coalesce(event, 0),
   coalesce(place_bus, ''), coalesce(place_topic, ''), coalesce(place_partition, 0), coalesce(place_offset, 0));
CREATE INDEX dead_letter_dropped ON dead_letter (dropped_at) WHERE dropped_at IS NOT NULL;
CREATE INDEX dead_letter_of_message ON dead_letter (id) WHERE image IS NULL AND event IS NULL;
CREATE TABLE discarded_letters (
  stage TEXT PRIMARY KEY CHECK (stage IN ('analyze', 'alert')),
  count INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
ALTER TABLE pipeline ADD COLUMN bus_address TEXT;
ALTER TABLE pipeline ADD COLUMN path TEXT;
ALTER TABLE pipeline ADD COLUMN token TEXT;
ALTER TABLE pipeline ADD COLUMN events_token TEXT;
ALTER TABLE technique ADD COLUMN active_at TEXT;
UPDATE technique SET active_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now');
ALTER TABLE technique ADD COLUMN idle INTEGER NOT NULL DEFAULT 0;
ALTER TABLE technique ADD COLUMN in_force TEXT;
ALTER TABLE outcome ADD COLUMN judged_by TEXT;
ALTER TABLE stream ADD COLUMN token TEXT;
ALTER TABLE stream ADD COLUMN odd INTEGER NOT NULL DEFAULT 0;
-- The format of a picture is no longer one of two, which a column cannot be told.
ALTER TABLE image RENAME TO image_before;
CREATE TABLE image (
  stream TEXT NOT NULL,
  number INTEGER NOT NULL,
  receipt_id TEXT NOT NULL UNIQUE,
  format TEXT NOT NULL,
  origin TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  received_at TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('pending', 'ready')),
  verdict TEXT CHECK (verdict IN ('decodes', 'undecodable', 'too_large')),
  width INTEGER,
  height INTEGER,
  detail TEXT,
  place_bus TEXT, place_topic TEXT, place_partition INTEGER, place_offset INTEGER,
  mask TEXT,
  attempt INTEGER NOT NULL DEFAULT 1,
  notes TEXT,
  captured_at TEXT,
  capture TEXT,
  host TEXT,
  modified_at TEXT,
  moved_to TEXT,
  PRIMARY KEY (stream, number)
) STRICT;
INSERT INTO image
  SELECT stream, number, incoming, format, origin, sha256, bytes, received_at, state, verdict, width, height, detail,
    place_bus, place_topic, place_partition, place_offset, mask, 1, NULL, NULL, NULL, NULL, NULL, NULL
  FROM image_before;
DROP TABLE image_before;
CREATE INDEX image_by_path ON image (stream, coalesce(moved_to, origin), number);
CREATE INDEX image_by_file ON image (stream, modified_at, substr(sha256, 1, 16), number) WHERE modified_at IS NOT NULL;
ALTER TABLE event ADD COLUMN attempt INTEGER NOT NULL DEFAULT 1;
ALTER TABLE alert ADD COLUMN attempt INTEGER NOT NULL DEFAULT 1;
ALTER TABLE alert ADD COLUMN listed_at TEXT;
UPDATE alert SET listed_at = alerted_at WHERE state = 'ready';
DROP INDEX alert_by_time;
CREATE INDEX alert_by_time ON alert (listed_at) WHERE listed_at IS NOT NULL;
CREATE INDEX image_pending ON image (stream, number) WHERE state = 'pending';
${COUNTED}
INSERT INTO outcome_total SELECT technique, threshold, threshold_unit, technique, kind, count(*) FROM outcome
  GROUP BY technique, threshold, threshold_unit, kind;
INSERT INTO owed (stream, number, technique, place_bus, place_partition, place_offset)
  SELECT i.stream, i.number, t.technique, i.place_bus, i.place_partition, i.place_offset
  FROM image i
    JOIN (SELECT technique FROM technique UNION ALL SELECT '' WHERE NOT EXISTS (SELECT 1 FROM technique)) t
  WHERE i.state = 'ready' AND NOT ${imageSettled('t.technique', 'i.stream', 'i.number')};
-- A replay of an image that has a complete outcome leads to nothing any more.
DELETE FROM dead_letter WHERE stage = 'analyze' AND replayed_at IS NOT NULL AND EXISTS (
  SELECT 1 FROM outcome o
    LEFT JOIN event e ON e.technique = o.technique AND e.stream = o.stream AND e.image = o.number
  WHERE o.technique = dead_letter.technique AND o.stream = dead_letter.stream AND o.number = dead_letter.image
    AND e.state IS NOT 'pending');
INSERT INTO owed_event (number, place_bus, place_partition, place_offset)
  SELECT e.number, e.place_bus, e.place_partition, e.place_offset FROM event e
  WHERE e.state = 'ready' AND NOT EXISTS (SELECT 1 FROM alert a WHERE a.number = e.number AND a.state = 'ready');
`,
  LISTS_BY_TIME,
];
