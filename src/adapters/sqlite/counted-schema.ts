import { imageSettled } from '../sql/settled.ts';

/**
 * Makes an image owed again that has no outcome of a technique any more, or whose event is no longer set aside. `row` is that
 * of a trigger.
 */
const oweAgain = (row: 'NEW' | 'OLD', number: 'number' | 'image') => `
  INSERT INTO owed (stream, number, technique, place_bus, place_partition, place_offset)
    SELECT i.stream, i.number, ifnull(t.technique, ''), i.place_bus, i.place_partition, i.place_offset
    FROM image i LEFT JOIN technique t ON t.technique = ${row}.technique
    WHERE i.stream = ${row}.stream AND i.number = ${row}.${number} AND i.state = 'ready'
      AND (t.idle = 0 OR NOT EXISTS (SELECT 1 FROM technique))
      AND NOT ${imageSettled(`${row}.technique`, `${row}.stream`, `${row}.${number}`)}
    ON CONFLICT DO NOTHING;`;

/**
 * Tables derived from the rows, so that status and metrics do not scan them. `owed` has a row for each ready image and
 * active technique until the image is settled for it (see `imageSettled`; '' while no technique is in use);
 * `owed_event` one for each ready event without a ready alert. Both have the position of their latest message, how often
 * they were published, and when. `outcome_total` counts outcomes. Triggers update them in the transaction of the write
 * itself.
 */
export const COUNTED = `
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

CREATE TRIGGER image_ready AFTER UPDATE OF state ON image WHEN NEW.state = 'ready' AND OLD.state = 'pending' BEGIN
  INSERT INTO owed (stream, number, technique) SELECT NEW.stream, NEW.number, technique FROM technique WHERE idle = 0;
  INSERT INTO owed (stream, number, technique)
    SELECT NEW.stream, NEW.number, '' WHERE NOT EXISTS (SELECT 1 FROM technique);
END;
CREATE TRIGGER image_published AFTER UPDATE OF place_offset ON image BEGIN
  UPDATE owed SET place_bus = NEW.place_bus, place_partition = NEW.place_partition, place_offset = NEW.place_offset,
      publications = CASE WHEN NEW.place_offset IS NULL THEN 0 ELSE publications + 1 END,
      published_at = CASE WHEN NEW.place_offset IS NOT NULL THEN strftime('%Y-%m-%dT%H:%M:%fZ', 'now') END
    WHERE stream = NEW.stream AND number = NEW.number;
END;
CREATE TRIGGER image_noted AFTER UPDATE OF notes ON image WHEN NEW.notes IS NOT NULL AND OLD.notes IS NULL BEGIN
  UPDATE stream SET odd = odd + 1 WHERE stream = NEW.stream;
END;
CREATE TRIGGER technique_added AFTER INSERT ON technique BEGIN
  UPDATE owed SET technique = NEW.technique WHERE technique = '';
  INSERT INTO owed (stream, number, technique, place_bus, place_partition, place_offset)
    SELECT i.stream, i.number, NEW.technique, i.place_bus, i.place_partition, i.place_offset FROM image i
    WHERE i.state = 'ready' AND NOT EXISTS (SELECT 1 FROM outcome o
      WHERE o.technique = NEW.technique AND o.stream = i.stream AND o.number = i.number)
    ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER technique_retired AFTER UPDATE OF idle ON technique WHEN NEW.idle = 1 AND OLD.idle = 0 BEGIN
  DELETE FROM owed WHERE technique = NEW.technique;
END;
CREATE TRIGGER technique_resumed AFTER UPDATE OF idle ON technique WHEN NEW.idle = 0 AND OLD.idle = 1 BEGIN
  INSERT INTO owed (stream, number, technique, place_bus, place_partition, place_offset)
    SELECT i.stream, i.number, NEW.technique, i.place_bus, i.place_partition, i.place_offset FROM image i
    WHERE i.state = 'ready' AND NOT ${imageSettled('NEW.technique', 'i.stream', 'i.number')};
END;
CREATE TRIGGER outcome_added AFTER INSERT ON outcome BEGIN
  DELETE FROM owed WHERE stream = NEW.stream AND number = NEW.number AND technique IN (NEW.technique, '')
    AND NEW.kind NOT IN ('changed', 'size_changed');
  INSERT INTO outcome_total
    VALUES (NEW.technique, NEW.threshold, NEW.threshold_unit, ifnull(NEW.judged_by, NEW.technique), NEW.kind, 1)
    ON CONFLICT (technique, threshold, threshold_unit, judged_by, kind) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER outcome_removed AFTER DELETE ON outcome BEGIN
  UPDATE outcome_total SET count = count - 1
    WHERE technique = OLD.technique AND threshold = OLD.threshold AND threshold_unit = OLD.threshold_unit
      AND judged_by = ifnull(OLD.judged_by, OLD.technique) AND kind = OLD.kind;${oweAgain('OLD', 'number')}
END;
CREATE TRIGGER image_dead AFTER INSERT ON dead_letter WHEN NEW.stage = 'analyze' AND NEW.image IS NOT NULL BEGIN
  DELETE FROM owed WHERE stream = NEW.stream AND number = NEW.image AND technique IN (NEW.technique, '')
    AND ${imageSettled('NEW.technique', 'NEW.stream', 'NEW.image')};
END;
CREATE TRIGGER image_replayed AFTER UPDATE OF replayed_at ON dead_letter
  WHEN NEW.stage = 'analyze' AND NEW.image IS NOT NULL BEGIN${oweAgain('NEW', 'image')}
END;
CREATE TRIGGER image_letter_removed AFTER DELETE ON dead_letter
  WHEN OLD.stage = 'analyze' AND OLD.image IS NOT NULL BEGIN${oweAgain('OLD', 'image')}
END;
CREATE TRIGGER event_added AFTER INSERT ON event BEGIN
  UPDATE stream SET events = events + 1 WHERE stream = NEW.stream;
END;
CREATE TRIGGER event_ready AFTER UPDATE OF state ON event WHEN NEW.state = 'ready' BEGIN
  DELETE FROM owed WHERE stream = NEW.stream AND number = NEW.image AND technique IN (NEW.technique, '');
  INSERT INTO owed_event (number) VALUES (NEW.number) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER event_published AFTER UPDATE OF place_offset ON event BEGIN
  UPDATE owed_event
    SET place_bus = NEW.place_bus, place_partition = NEW.place_partition, place_offset = NEW.place_offset,
      publications = CASE WHEN NEW.place_offset IS NULL THEN 0 ELSE publications + 1 END,
      published_at = CASE WHEN NEW.place_offset IS NOT NULL THEN strftime('%Y-%m-%dT%H:%M:%fZ', 'now') END
    WHERE number = NEW.number;
END;
CREATE TRIGGER alert_ready AFTER UPDATE OF state ON alert WHEN NEW.state = 'ready' BEGIN
  DELETE FROM owed_event WHERE number = NEW.number;
END;
`;
