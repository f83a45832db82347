import { imageSettled } from './settled.ts';

/** What is done with each row that a statement adds, changes or removes, in its transaction. `NEW` and `OLD` are the row. */
export interface Trigger {
  readonly name: string;
  /** `INSERT ON image`, `UPDATE OF state ON image`. */
  readonly after: string;
  readonly when?: string;
  readonly statements: readonly string[];
}

/** Makes an image owed again that has no outcome of a technique any more, or whose event is no longer set aside. */
const oweAgain = (row: 'NEW' | 'OLD', number: 'number' | 'image') => `
  INSERT INTO owed (stream, number, technique, place_bus, place_partition, place_offset)
    SELECT i.stream, i.number, coalesce(t.technique, ''), i.place_bus, i.place_partition, i.place_offset
    FROM image i LEFT JOIN technique t ON t.technique = ${row}.technique
    WHERE i.stream = ${row}.stream AND i.number = ${row}.${number} AND i.state = 'ready'
      AND (t.idle = 0 OR NOT EXISTS (SELECT 1 FROM technique))
      AND NOT ${imageSettled(`${row}.technique`, `${row}.stream`, `${row}.${number}`)}
    ON CONFLICT DO NOTHING`;

/** Enters the position of a new message of something owed. `now` is the time as text. */
const enterPosition = (now: string) => `
      place_bus = NEW.place_bus, place_partition = NEW.place_partition, place_offset = NEW.place_offset,
      publications = CASE WHEN NEW.place_offset IS NULL THEN 0 ELSE publications + 1 END,
      published_at = CASE WHEN NEW.place_offset IS NOT NULL THEN ${now} END`;

/** The triggers that keep the derived tables. `now` is an expression for the time as rows have it. */
export function triggersOf(now: string): readonly Trigger[] {
  return [
    {
      name: 'image_ready',
      after: 'UPDATE OF state ON image',
      when: "NEW.state = 'ready' AND OLD.state = 'pending'",
      statements: [
        `
  INSERT INTO owed (stream, number, technique) SELECT NEW.stream, NEW.number, technique FROM technique WHERE idle = 0`,
        `
  INSERT INTO owed (stream, number, technique)
    SELECT NEW.stream, NEW.number, '' WHERE NOT EXISTS (SELECT 1 FROM technique)`,
      ],
    },
    {
      name: 'image_published',
      after: 'UPDATE OF place_offset ON image',
      statements: [
        `
  UPDATE owed SET ${enterPosition(now)}
    WHERE stream = NEW.stream AND number = NEW.number`,
      ],
    },
    {
      name: 'image_noted',
      after: 'UPDATE OF notes ON image',
      when: 'NEW.notes IS NOT NULL AND OLD.notes IS NULL',
      statements: ['UPDATE stream SET odd = odd + 1 WHERE stream = NEW.stream'],
    },
    {
      name: 'technique_added',
      after: 'INSERT ON technique',
      statements: [
        "UPDATE owed SET technique = NEW.technique WHERE technique = ''",
        `
  INSERT INTO owed (stream, number, technique, place_bus, place_partition, place_offset)
    SELECT i.stream, i.number, NEW.technique, i.place_bus, i.place_partition, i.place_offset FROM image i
    WHERE i.state = 'ready' AND NOT EXISTS (SELECT 1 FROM outcome o
      WHERE o.technique = NEW.technique AND o.stream = i.stream AND o.number = i.number)
    ON CONFLICT DO NOTHING`,
      ],
    },
    {
      name: 'technique_retired',
      after: 'UPDATE OF idle ON technique',
      when: 'NEW.idle = 1 AND OLD.idle = 0',
      statements: ['DELETE FROM owed WHERE technique = NEW.technique'],
    },
    {
      name: 'technique_resumed',
      after: 'UPDATE OF idle ON technique',
      when: 'NEW.idle = 0 AND OLD.idle = 1',
      statements: [
        `
  INSERT INTO owed (stream, number, technique, place_bus, place_partition, place_offset)
    SELECT i.stream, i.number, NEW.technique, i.place_bus, i.place_partition, i.place_offset FROM image i
    WHERE i.state = 'ready' AND NOT ${imageSettled('NEW.technique', 'i.stream', 'i.number')}`,
      ],
    },
    {
      name: 'outcome_added',
      after: 'INSERT ON outcome',
      statements: [
        `
  DELETE FROM owed WHERE stream = NEW.stream AND number = NEW.number AND technique IN (NEW.technique, '')
    AND NEW.kind NOT IN ('changed', 'size_changed')`,
        `
  INSERT INTO outcome_total
    VALUES (NEW.technique, NEW.threshold, NEW.threshold_unit, coalesce(NEW.judged_by, NEW.technique), NEW.kind, 1)
    ON CONFLICT (technique, threshold, threshold_unit, judged_by, kind)
      DO UPDATE SET count = outcome_total.count + 1`,
      ],
    },
    {
      name: 'outcome_removed',
      after: 'DELETE ON outcome',
      statements: [
        `
  UPDATE outcome_total SET count = count - 1
    WHERE technique = OLD.technique AND threshold = OLD.threshold AND threshold_unit = OLD.threshold_unit
      AND judged_by = coalesce(OLD.judged_by, OLD.technique) AND kind = OLD.kind`,
        oweAgain('OLD', 'number'),
      ],
    },
    {
      name: 'image_dead',
      after: 'INSERT ON dead_letter',
      when: "NEW.stage = 'analyze' AND NEW.image IS NOT NULL",
      statements: [
        `
  DELETE FROM owed WHERE stream = NEW.stream AND number = NEW.image AND technique IN (NEW.technique, '')
    AND ${imageSettled('NEW.technique', 'NEW.stream', 'NEW.image')}`,
      ],
    },
    {
      name: 'image_replayed',
      after: 'UPDATE OF replayed_at ON dead_letter',
      when: "NEW.stage = 'analyze' AND NEW.image IS NOT NULL",
      statements: [oweAgain('NEW', 'image')],
    },
    {
      name: 'image_letter_removed',
      after: 'DELETE ON dead_letter',
      when: "OLD.stage = 'analyze' AND OLD.image IS NOT NULL",
      statements: [oweAgain('OLD', 'image')],
    },
    {
      name: 'event_added',
      after: 'INSERT ON event',
      statements: ['UPDATE stream SET events = events + 1 WHERE stream = NEW.stream'],
    },
    {
      name: 'event_ready',
      after: 'UPDATE OF state ON event',
      when: "NEW.state = 'ready'",
      statements: [
        `
  DELETE FROM owed WHERE stream = NEW.stream AND number = NEW.image AND technique IN (NEW.technique, '')`,
        'INSERT INTO owed_event (number) VALUES (NEW.number) ON CONFLICT DO NOTHING',
      ],
    },
    {
      name: 'event_published',
      after: 'UPDATE OF place_offset ON event',
      statements: [
        `
  UPDATE owed_event SET ${enterPosition(now)}
    WHERE number = NEW.number`,
      ],
    },
    {
      name: 'alert_ready',
      after: 'UPDATE OF state ON alert',
      when: "NEW.state = 'ready'",
      statements: ['DELETE FROM owed_event WHERE number = NEW.number'],
    },
  ];
}
