import { MAX_MESSAGE_LETTERS, subjectOf } from '../../domain/dead-letters.ts';
import type { DeadLetterHead, ImageId, NewDeadLetter, RecordPosition } from '../../domain/records.ts';
import type { DeadLetterCatalog } from '../../ports/catalog/dead-letters.ts';
import type { Database } from './database.ts';
import { deadLetterHeadOf, deadLetterOf, messageValues, positionValues } from './rows.ts';
import { judgedBy, keyOf, keyOrNull } from './technique-keys.ts';

/** The columns of `DeadLetterHead`: without the message, which may be large. */
const HEAD = `id, stage, reason, detail, attempts, at, stream, image, technique, event,
  place_bus, place_topic, place_partition, place_offset, replayed_at, dropped_at, judged_by`;

const UNMARKED = 'replayed_at IS NULL AND dropped_at IS NULL';

export function createDeadLetterRows(db: Database): DeadLetterCatalog {
  /** A dead letter that has been neither replayed nor dropped. */
  function unmarked(id: number): DeadLetterHead | undefined {
    const row = db.get(`SELECT ${HEAD} FROM dead_letter WHERE id = ? AND ${UNMARKED}`, id);
    return row === undefined ? undefined : deadLetterHeadOf(row);
  }

  function replayImage(id: number, at: string): void {
    const letter = unmarked(id);
    const subject = letter && subjectOf(letter);
    if (subject?.kind !== 'image') return;
    const { technique, image } = subject;
    const ofImage = [keyOf(db, technique), image.stream, image.number] as const;
    db.run("DELETE FROM outcome WHERE technique = ? AND stream = ? AND number = ? AND kind = 'dead'", ...ofImage);
    const letters = "stage = 'analyze' AND technique = ? AND stream = ? AND image = ?";
    const closed = db.get(
      `SELECT 1 FROM outcome o
         LEFT JOIN event e ON e.technique = o.technique AND e.stream = o.stream AND e.image = o.number
       WHERE o.technique = ? AND o.stream = ? AND o.number = ? AND e.state IS NOT 'pending'`,
      ...ofImage,
    );
    if (closed !== undefined) {
      db.run(`DELETE FROM dead_letter WHERE ${letters}`, ...ofImage);
      return;
    }
    db.run(`UPDATE dead_letter SET replayed_at = ? WHERE ${letters}`, at, ...ofImage);
    reopen(image);
  }

  function replayEvent(id: number, position: RecordPosition, at: string): void {
    const letter = unmarked(id);
    const subject = letter && subjectOf(letter);
    if (subject?.kind !== 'event') return;
    db.run("UPDATE dead_letter SET replayed_at = ? WHERE stage = 'alert' AND event = ?", at, subject.event);
    db.run(
      'UPDATE event SET place_bus = ?, place_topic = ?, place_partition = ?, place_offset = ? WHERE number = ?',
      ...positionValues(position),
      subject.event,
    );
  }

  /** Makes the image unpublished, and removes a failed verdict, which may come from limits that have changed. */
  function reopen({ stream, number }: ImageId): void {
    db.run(
      `UPDATE image SET place_bus = NULL, place_topic = NULL, place_partition = NULL, place_offset = NULL
       WHERE stream = ? AND number = ?`,
      stream,
      number,
    );
    db.run(
      "UPDATE image SET verdict = NULL, detail = NULL WHERE stream = ? AND number = ? AND verdict <> 'decodes'",
      stream,
      number,
    );
  }

  return {
    addDeadLetters: (letters) =>
      db.write(() => {
        for (const letter of letters) addDeadLetter(db, letter);
      }),

    deadLetterHeads: async (before, limit, { withDropped } = { withDropped: false }) =>
      db
        .all(
          `SELECT ${HEAD} FROM dead_letter WHERE id < ? ${withDropped ? '' : 'AND dropped_at IS NULL'}
           ORDER BY id DESC LIMIT ?`,
          before ?? Number.MAX_SAFE_INTEGER,
          limit,
        )
        .map(deadLetterHeadOf),

    deadLetters: async (ids) =>
      ids.map((id) => {
        const row = db.get('SELECT * FROM dead_letter WHERE id = ?', id);
        return row === undefined ? undefined : deadLetterOf(row);
      }),

    deadLetterRange: async () => {
      const row = db.get('SELECT count(*) AS n, min(id) AS first, max(id) AS last FROM dead_letter');
      if (row === undefined || row['first'] === null) return undefined;
      return { count: Number(row['n']), first: Number(row['first']), last: Number(row['last']) };
    },

    deadLettersOf: async (technique, images) => {
      const key = keyOf(db, technique);
      return images.flatMap(({ stream, number }) =>
        db
          .all(
            `SELECT * FROM dead_letter WHERE stage = 'analyze' AND technique = ? AND stream = ? AND image = ?
             ORDER BY id`,
            key,
            stream,
            number,
          )
          .map(deadLetterOf),
      );
    },

    replayImages: (ids, at) =>
      db.write(() => {
        for (const id of ids) replayImage(id, at);
      }),

    replayEvents: (replayed, at) =>
      db.write(() => {
        for (const { id, position } of replayed) replayEvent(id, position, at);
      }),

    dropDeadLetters: (ids, at) =>
      db.write(() => {
        for (const id of ids) db.run(`UPDATE dead_letter SET dropped_at = ? WHERE id = ? AND ${UNMARKED}`, at, id);
      }),

    removeDeadLetters: (ids) =>
      db.write(() => {
        for (const id of ids) db.run('DELETE FROM dead_letter WHERE id = ?', id);
      }),
  };
}

/** Within a transaction: removes the replayed dead letters of an image, which has a new outcome. `key` is that of the technique. */
export function removeReplayed(db: Database, key: string, { stream, number }: ImageId): void {
  db.run(
    `DELETE FROM dead_letter
     WHERE stage = 'analyze' AND technique = ? AND stream = ? AND image = ? AND replayed_at IS NOT NULL`,
    key,
    stream,
    number,
  );
}

/** Within a transaction (see `addDeadLetters`). */
export function addDeadLetter(db: Database, letter: NewDeadLetter): void {
  const subject = subjectOf(letter);
  const position = positionValues(letter.position);
  const key = keyOrNull(db, letter.technique);
  const others = `(replayed_at IS NOT NULL OR (place_bus, place_topic, place_partition, place_offset) IS NOT (?, ?, ?, ?))`;
  if (subject.kind === 'event') {
    db.run(`DELETE FROM dead_letter WHERE stage = 'alert' AND event = ? AND ${others}`, subject.event, ...position);
  } else if (subject.kind === 'image') {
    db.run(
      `DELETE FROM dead_letter
       WHERE stage = 'analyze' AND technique = ? AND stream = ? AND image = ? AND ${others}`,
      key,
      subject.image.stream,
      subject.image.number,
      ...position,
    );
  }
  const added = db.run(
    `INSERT OR IGNORE INTO dead_letter
       (stage, reason, detail, stack, attempts, at, stream, image, technique, event,
        place_bus, place_topic, place_partition, place_offset,
        message_key, message_headers, message_value, message_bytes, judged_by)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    letter.stage,
    letter.reason,
    letter.detail,
    letter.stack,
    letter.attempts,
    letter.at,
    letter.image?.stream ?? null,
    letter.image?.number ?? null,
    key,
    letter.event,
    ...position,
    ...messageValues(letter.message),
    judgedBy(key, letter.technique),
  );
  if (added > 0 && subject.kind === 'message') discardOldest(db, letter.stage);
}

/** Within a transaction: deletes the oldest dead letters of messages alone, as far as there are too many, and counts them. */
function discardOldest(db: Database, stage: NewDeadLetter['stage']): void {
  const discarded = db.run(
    `DELETE FROM dead_letter WHERE image IS NULL AND event IS NULL AND id <= (
       SELECT id FROM dead_letter WHERE image IS NULL AND event IS NULL ORDER BY id DESC LIMIT 1 OFFSET ?)`,
    MAX_MESSAGE_LETTERS,
  );
  if (discarded === 0) return;
  db.run(
    'INSERT INTO discarded_letters VALUES (?, ?) ON CONFLICT (stage) DO UPDATE SET count = count + excluded.count',
    stage,
    discarded,
  );
}
