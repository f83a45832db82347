/**
 * The tables of the catalog, in SQLite's words for types. A position is four columns (`place_…`), which are null together,
 * as are those of a dead letter's message. Regions are JSON, and so are the notes on an image and its `capture`, whose time
 * is also `captured_at`. An image that was received from a file has the `host` on which `origin` is a path, and when the
 * file was modified last; `moved_to` is where the file was found last, if not there. `pipeline.path` is where the catalog
 * was when a stage opened it last; null if none has yet. `stream.odd` counts images with notes. `stream.token` is that of
 * the latest holder of the stream's lock, `pipeline.events_token` of the lock of the events, and `pipeline.token` of the
 * exclusive holder of the pipeline's lock, null once it is shared again. A ready alert has a copy of all columns that lists
 * filter by, which never changes again. `listed_at` of an alert or event is when its image was captured, or else when it was
 * raised or compared. `alert_delay` counts in seconds how long alerts took from their images' receipt. `technique` is the
 * key of a technique in all tables: the id of the version that was the first of its name in this pipeline.
 * `technique.in_force` is the version in force, and `judged_by` the one that has judged; null where that is the key.
 * `discarded_letters` counts the dead letters of messages that were deleted because there are too many.
 */
export const TABLES = `
CREATE TABLE pipeline (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  pipeline_id TEXT NOT NULL,
  former_ids TEXT NOT NULL,
  bus_id TEXT,
  bus_address TEXT,
  last_event INTEGER NOT NULL,
  cleaning INTEGER NOT NULL,
  path TEXT,
  token TEXT,
  events_token TEXT
) STRICT;

CREATE TABLE technique (
  technique TEXT PRIMARY KEY,
  threshold REAL NOT NULL,
  threshold_unit TEXT NOT NULL DEFAULT 'levels',
  active_at TEXT,
  idle INTEGER NOT NULL DEFAULT 0,
  in_force TEXT
) STRICT;

CREATE TABLE stream (
  stream TEXT PRIMARY KEY,
  last_number INTEGER NOT NULL,
  events INTEGER NOT NULL DEFAULT 0,
  token TEXT,
  odd INTEGER NOT NULL DEFAULT 0
) STRICT;

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
CREATE INDEX image_by_path ON image (stream, coalesce(moved_to, origin), number);
CREATE INDEX image_by_file ON image (stream, modified_at, substr(sha256, 1, 16), number) WHERE modified_at IS NOT NULL;
CREATE INDEX image_by_time ON image (stream, coalesce(captured_at, received_at), number);
CREATE INDEX image_pending ON image (stream, number) WHERE state = 'pending';

CREATE TABLE outcome (
  technique TEXT NOT NULL,
  stream TEXT NOT NULL,
  number INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('first', 'unchanged', 'changed', 'size_changed', 'dead')),
  threshold REAL NOT NULL,
  measurement REAL,
  reference INTEGER,
  analyzed_at TEXT NOT NULL,
  threshold_unit TEXT NOT NULL DEFAULT 'levels',
  judged_by TEXT,
  PRIMARY KEY (technique, stream, number)
) STRICT;
CREATE INDEX outcome_by_kind ON outcome (technique, kind);

CREATE TABLE event (
  number INTEGER PRIMARY KEY,
  technique TEXT NOT NULL,
  stream TEXT NOT NULL,
  image INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('pending', 'ready')),
  base TEXT NOT NULL,
  difference_sha256 TEXT,
  place_bus TEXT, place_topic TEXT, place_partition INTEGER, place_offset INTEGER,
  region_count INTEGER,
  regions TEXT,
  attempt INTEGER NOT NULL DEFAULT 1,
  listed_at TEXT,
  UNIQUE (technique, stream, image)
) STRICT;
CREATE INDEX event_by_stream ON event (stream);
CREATE INDEX event_by_time ON event (listed_at);
CREATE INDEX event_by_stream_time ON event (stream, listed_at);

CREATE TABLE alert (
  number INTEGER PRIMARY KEY,
  state TEXT NOT NULL CHECK (state IN ('pending', 'ready')),
  base TEXT NOT NULL,
  alerted_at TEXT NOT NULL,
  ready_order INTEGER,
  stream TEXT,
  technique TEXT,
  measurement REAL,
  attempt INTEGER NOT NULL DEFAULT 1,
  listed_at TEXT
) STRICT;
CREATE UNIQUE INDEX alert_by_order ON alert (ready_order) WHERE ready_order IS NOT NULL;
CREATE INDEX alert_by_stream ON alert (stream) WHERE stream IS NOT NULL;
CREATE INDEX alert_by_technique ON alert (technique) WHERE technique IS NOT NULL;
CREATE INDEX alert_by_time ON alert (listed_at) WHERE listed_at IS NOT NULL;
CREATE INDEX alert_by_stream_time ON alert (stream, listed_at) WHERE stream IS NOT NULL;
CREATE INDEX alert_by_measurement ON alert (measurement) WHERE measurement IS NOT NULL;

CREATE TABLE alert_delay (
  at_most REAL PRIMARY KEY,
  count INTEGER NOT NULL,
  sum_ms INTEGER NOT NULL
) STRICT;

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
  replayed_at TEXT,
  dropped_at TEXT,
  judged_by TEXT
) STRICT;
CREATE UNIQUE INDEX dead_letter_once ON dead_letter
  (stage, coalesce(technique, ''), coalesce(stream, ''), coalesce(image, 0), coalesce(event, 0),
   coalesce(place_bus, ''), coalesce(place_topic, ''), coalesce(place_partition, 0), coalesce(place_offset, 0));
CREATE INDEX dead_letter_by_image ON dead_letter (technique, stream, image) WHERE image IS NOT NULL;
CREATE INDEX dead_letter_by_event ON dead_letter (event) WHERE event IS NOT NULL;
CREATE INDEX dead_letter_dropped ON dead_letter (dropped_at) WHERE dropped_at IS NOT NULL;
CREATE INDEX dead_letter_of_message ON dead_letter (id) WHERE image IS NULL AND event IS NULL;

CREATE TABLE discarded_letters (
  stage TEXT PRIMARY KEY CHECK (stage IN ('analyze', 'alert')),
  count INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE heartbeat (
  stage TEXT NOT NULL CHECK (stage IN ('receive', 'analyze', 'alert')),
  host TEXT NOT NULL,
  process INTEGER NOT NULL,
  at TEXT NOT NULL,
  PRIMARY KEY (stage, host, process)
) STRICT, WITHOUT ROWID;
`;

/**
 * Tables derived from the rows, so that status and metrics do not scan them; triggers update them (see `TRIGGERS`). `owed`
 * has a row for each ready image and active technique until the image is settled for it (see `imageSettled`; '' while no
 * technique is in use); `owed_event` one for each ready event without a ready alert. Both have the position of their latest
 * message, how often they were published, and when. `outcome_total` counts outcomes.
 */
export const COUNTED_TABLES = `
CREATE TABLE owed (
  stream TEXT NOT NULL,
  number INTEGER NOT NULL,
  technique TEXT NOT NULL,
  place_bus TEXT, place_partition INTEGER, place_offset INTEGER,
  publications INTEGER NOT NULL DEFAULT 0,
  published_at TEXT,
  PRIMARY KEY (stream, number, technique)
) STRICT, WITHOUT ROWID;
CREATE INDEX owed_by_position ON owed (technique, place_bus, place_partition, place_offset);

CREATE TABLE owed_event (
  number INTEGER PRIMARY KEY,
  place_bus TEXT, place_partition INTEGER, place_offset INTEGER,
  publications INTEGER NOT NULL DEFAULT 0,
  published_at TEXT
) STRICT;
CREATE INDEX owed_event_by_position ON owed_event (place_bus, place_partition, place_offset);

CREATE TABLE outcome_total (
  technique TEXT NOT NULL,
  threshold REAL NOT NULL,
  threshold_unit TEXT NOT NULL,
  judged_by TEXT NOT NULL,
  kind TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (technique, threshold, threshold_unit, judged_by, kind)
) STRICT, WITHOUT ROWID;
`;
