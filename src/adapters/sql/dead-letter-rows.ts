import { MAX_MESSAGE_LETTERS, subjectOf } from '../../domain/dead-letters.ts';
import type { DeadLetterHead, DeadLetterRecord, ImageId, NewDeadLetter, RecordPosition } from '../../domain/records.ts';
import type { DeadLetterCatalog } from '../../ports/catalog/dead-letters.ts';
import { deadLetterHeadOf, deadLetterOf, messageValues, positionValues } from './rows.ts';
import type { SqlDatabase } from './sql-database.ts';
import { judgedBy, keyOf, keyOrNull } from './technique-keys.ts';
import { all, each, get, run, together, type Work } from './work.ts';

/** The columns of `DeadLetterHead`: without the message, which may be large. */
const HEAD = `id, stage, reason, detail, attempts, at, stream, image, technique, event,
  place_bus, place_topic, place_partition, place_offset, replayed_at, dropped_at, judged_by`;

const UNMARKED = 'replayed_at IS NULL AND dropped_at IS NULL';

export function createDeadLetterRows(db: SqlDatabase): DeadLetterCatalog {
  return {
    addDeadLetters: (letters) =>
      db.write(function* () {
        for (const letter of letters) yield* addDeadLetter(letter);
      }),

    deadLetterHeads: (before, limit, { withDropped } = { withDropped: false }) =>
      db.read(function* () {
        const rows = yield* all(
          `SELECT ${HEAD} FROM dead_letter WHERE id < ? ${withDropped ? '' : 'AND dropped_at IS NULL'}
           ORDER BY id DESC LIMIT ?`,
          before ?? Number.MAX_SAFE_INTEGER,
          limit,
        );
        return rows.map(deadLetterHeadOf);
      }),

    deadLetters: (ids) => db.read(() => together(ids, letterWith)),

    deadLetterRange: () =>
      db.read(function* () {
        const row = yield* get('SELECT count(*) AS n, min(id) AS first, max(id) AS last FROM dead_letter');
        if (row === undefined || row['first'] === null) return undefined;
        return { count: Number(row['n']), first: Number(row['first']), last: Number(row['last']) };
      }),

    deadLettersOf: (technique, images) =>
      db.read(function* () {
        const key = yield* keyOf(technique);
        const rows = yield* each(images, ({ stream, number }) =>
          all(
            `SELECT * FROM dead_letter WHERE stage = 'analyze' AND technique = ? AND stream = ? AND image = ?
             ORDER BY id`,
            key,
            stream,
            number,
          ),
        );
        return rows.flat().map(deadLetterOf);
      }),

    replayImages: (ids, at) =>
      db.write(function* () {
        for (const id of ids) yield* replayImage(id, at);
      }),

    replayEvents: (replayed, at) =>
      db.write(function* () {
        for (const { id, position } of replayed) yield* replayEvent(id, position, at);
      }),

    dropDeadLetters: (ids, at) =>
      db.write(function* () {
        for (const id of ids) yield* run(`UPDATE dead_letter SET dropped_at = ? WHERE id = ? AND ${UNMARKED}`, at, id);
      }),

    removeDeadLetters: (ids) =>
      db.write(function* () {
        for (const id of ids) yield* run('DELETE FROM dead_letter WHERE id = ?', id);
      }),
  };
}

function* letterWith(id: number): Work<DeadLetterRecord | undefined> {
  const row = yield* get('SELECT * FROM dead_letter WHERE id = ?', id);
  return row === undefined ? undefined : deadLetterOf(row);
}

/** A dead letter that has been neither replayed nor dropped. */
function* unmarked(id: number): Work<DeadLetterHead | undefined> {
  const row = yield* get(`SELECT ${HEAD} FROM dead_letter WHERE id = ? AND ${UNMARKED}`, id);
  return row === undefined ? undefined : deadLetterHeadOf(row);
}

function* replayImage(id: number, at: string): Work<void> {
  const letter = yield* unmarked(id);
  const subject = letter && subjectOf(letter);
  if (subject?.kind !== 'image') return;
  const { technique, image } = subject;
  const ofImage = [yield* keyOf(technique), image.stream, image.number] as const;
  yield* run("DELETE FROM outcome WHERE technique = ? AND stream = ? AND number = ? AND kind = 'dead'", ...ofImage);
  const letters = "stage = 'analyze' AND technique = ? AND stream = ? AND image = ?";
  const closed = yield* get(
    `SELECT 1 FROM outcome o
       LEFT JOIN event e ON e.technique = o.technique AND e.stream = o.stream AND e.image = o.number
         AND e.state = 'pending'
     WHERE o.technique = ? AND o.stream = ? AND o.number = ? AND e.number IS NULL`,
    ...ofImage,
  );
  if (closed !== undefined) {
    yield* run(`DELETE FROM dead_letter WHERE ${letters}`, ...ofImage);
    return;
  }
  yield* run(`UPDATE dead_letter SET replayed_at = ? WHERE ${letters}`, at, ...ofImage);
  yield* reopen(image);
}

function* replayEvent(id: number, position: RecordPosition, at: string): Work<void> {
  const letter = yield* unmarked(id);
  const subject = letter && subjectOf(letter);
  if (subject?.kind !== 'event') return;
  yield* run("UPDATE dead_letter SET replayed_at = ? WHERE stage = 'alert' AND event = ?", at, subject.event);
  yield* run(
    'UPDATE event SET place_bus = ?, place_topic = ?, place_partition = ?, place_offset = ? WHERE number = ?',
    ...positionValues(position),
    subject.event,
  );
}

/** Makes the image unpublished, and removes a failed verdict, which may come from limits that have changed. */
function* reopen({ stream, number }: ImageId): Work<void> {
  yield* run(
    `UPDATE image SET place_bus = NULL, place_topic = NULL, place_partition = NULL, place_offset = NULL
     WHERE stream = ? AND number = ?`,
    stream,
    number,
  );
  yield* run(
    "UPDATE image SET verdict = NULL, detail = NULL WHERE stream = ? AND number = ? AND verdict <> 'decodes'",
    stream,
    number,
  );
}

/** Within a transaction: removes the replayed dead letters of an image, which has a new outcome. `key` is that of the technique. */
export function* removeReplayed(key: string, { stream, number }: ImageId): Work<void> {
  yield* run(
    `DELETE FROM dead_letter
     WHERE stage = 'analyze' AND technique = ? AND stream = ? AND image = ? AND replayed_at IS NOT NULL`,
    key,
    stream,
    number,
  );
}

/** Within a transaction (see `addDeadLetters`). */
export function* addDeadLetter(letter: NewDeadLetter): Work<void> {
  const subject = subjectOf(letter);
  const position = positionValues(letter.position);
  const key = yield* keyOrNull(letter.technique);
  const others = `(replayed_at IS NOT NULL OR (place_bus, place_topic, place_partition, place_offset) IS DISTINCT FROM (?, ?, ?, ?))`;
  if (subject.kind === 'event') {
    yield* run(`DELETE FROM dead_letter WHERE stage = 'alert' AND event = ? AND ${others}`, subject.event, ...position);
  } else if (subject.kind === 'image') {
    yield* run(
      `DELETE FROM dead_letter
       WHERE stage = 'analyze' AND technique = ? AND stream = ? AND image = ? AND ${others}`,
      key,
      subject.image.stream,
      subject.image.number,
      ...position,
    );
  }
  const added = yield* run(
    `INSERT INTO dead_letter
       (stage, reason, detail, stack, attempts, at, stream, image, technique, event,
        place_bus, place_topic, place_partition, place_offset,
        message_key, message_headers, message_value, message_bytes, judged_by)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
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
  if (added > 0 && subject.kind === 'message') yield* discardOldest(letter.stage);
}

/** Within a transaction: deletes the oldest dead letters of messages alone, as far as there are too many, and counts them. */
function* discardOldest(stage: NewDeadLetter['stage']): Work<void> {
  const discarded = yield* run(
    `DELETE FROM dead_letter WHERE image IS NULL AND event IS NULL AND id <= (
       SELECT id FROM dead_letter WHERE image IS NULL AND event IS NULL ORDER BY id DESC LIMIT 1 OFFSET ?)`,
    MAX_MESSAGE_LETTERS,
  );
  if (discarded === 0) return;
  yield* run(
    `INSERT INTO discarded_letters VALUES (?, ?)
     ON CONFLICT (stage) DO UPDATE SET count = discarded_letters.count + excluded.count`,
    stage,
    discarded,
  );
}
