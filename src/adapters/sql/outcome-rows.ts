import type { EventKind, EventRecord, ImageId, NewOutcome, OutcomeRecord } from '../../domain/records.ts';
import { techniqueName } from '../../domain/technique-id.ts';
import type { OutcomeCatalog } from '../../ports/catalog/outcomes.ts';
import { addDeadLetter, removeReplayed } from './dead-letter-rows.ts';
import { distinct } from './distinct.ts';
import { checkEventsToken } from './fences.ts';
import { EVENT_QUERY, eventOf, outcomeOf, positionValues } from './rows.ts';
import { eventDead, imageDead, imageSettled } from './settled.ts';
import type { SqlDatabase } from './sql-database.ts';
import { judgedBy, keyOf } from './technique-keys.ts';
import { each, get, run, together, type Work } from './work.ts';

export function createOutcomeRows(db: SqlDatabase): OutcomeCatalog {
  return {
    addOutcomes: (outcomes) => db.write(() => addAll(outcomes)),

    outcomes: (technique, ids) =>
      db.read(function* () {
        const key = yield* keyOf(technique);
        return yield* together(ids, (id) => find(key, id));
      }),

    events: (numbers) => db.read(() => together(numbers, eventWith)),

    nextEventAttempt: (events) =>
      db.write(function* () {
        const rows = yield* each(events, function* ({ number, attempt, differenceSha256 }) {
          yield* run(
            `UPDATE event SET attempt = attempt + 1, difference_sha256 = ?
             WHERE number = ? AND attempt = ? AND state = 'pending'`,
            differenceSha256,
            number,
            attempt,
          );
          return yield* eventWith(number);
        });
        return rows.flatMap((event) => event ?? []);
      }),

    markEventsReady: (events) =>
      db.write(function* () {
        yield* together(events, ({ number, attempt }) =>
          run(
            "UPDATE event SET state = 'ready' WHERE number = ? AND attempt = ? AND state = 'pending'",
            number,
            attempt,
          ),
        );
      }),

    fenceEvents: (token) =>
      db.write(function* () {
        yield* run('UPDATE pipeline SET events_token = ?', token);
      }),

    markEventsPublished: (published, token) =>
      db.write(function* () {
        if (token !== undefined) yield* checkEventsToken(token);
        yield* together(published, ({ number, position }) =>
          run(
            `UPDATE event SET place_bus = ?, place_topic = ?, place_partition = ?, place_offset = ?
             WHERE number = ? AND state = 'ready'`,
            ...positionValues(position),
            number,
          ),
        );
      }),

    firstOpen: (technique, { stream, first, last }) =>
      db.read(function* () {
        const row = yield* get(
          `SELECT i.number FROM (SELECT CAST(? AS TEXT) AS technique) t
             JOIN image i ON i.stream = ? AND i.number BETWEEN ? AND ?
             LEFT JOIN event e ON e.technique = t.technique AND e.stream = i.stream AND e.image = i.number
               AND e.state = 'ready'
             LEFT JOIN alert a ON a.number = e.number AND a.state = 'ready'
           WHERE NOT ${imageSettled('t.technique', 'i.stream', 'i.number')}
             OR (e.number IS NOT NULL AND a.number IS NULL AND NOT ${eventDead('e.number')})
           ORDER BY i.number LIMIT 1`,
          yield* keyOf(technique),
          stream,
          first,
          last,
        );
        return row === undefined ? undefined : Number(row['number']);
      }),

    tally: (technique, { stream, first, last }) =>
      db.read(function* () {
        const row = yield* get(
          `SELECT count(e.number) AS events, count(CASE WHEN a.state = 'ready' THEN 1 END) AS alerts,
             count(CASE WHEN o.kind = 'dead' THEN 1 END)
               + count(CASE WHEN e.state = 'pending' AND ${imageDead('o.technique', 'o.stream', 'o.number')} THEN 1
                   WHEN e.state = 'ready' AND ${eventDead('e.number')} THEN 1 END) AS dead
           FROM outcome o
             LEFT JOIN event e ON e.technique = o.technique AND e.stream = o.stream AND e.image = o.number
             LEFT JOIN alert a ON a.number = e.number
           WHERE o.technique = ? AND o.stream = ? AND o.number BETWEEN ? AND ?`,
          yield* keyOf(technique),
          stream,
          first,
          last,
        );
        const count = (name: string) => Number(row?.[name]);
        return { events: count('events'), alerts: count('alerts'), deadLetters: count('dead') };
      }),
  };
}

/** The outcome of the technique with this key. */
function* find(key: string, { stream, number }: ImageId): Work<OutcomeRecord | undefined> {
  const row = yield* get(
    'SELECT * FROM outcome WHERE technique = ? AND stream = ? AND number = ?',
    key,
    stream,
    number,
  );
  if (row === undefined) return undefined;
  if (row['kind'] !== 'changed' && row['kind'] !== 'size_changed') return outcomeOf(row, null);
  const event = yield* get(
    `${EVENT_QUERY} WHERE e.technique = ? AND e.stream = ? AND e.image = ?`,
    key,
    stream,
    number,
  );
  return outcomeOf(row, event === undefined ? null : eventOf(event));
}

function* eventWith(number: number): Work<EventRecord | undefined> {
  const row = yield* get(`${EVENT_QUERY} WHERE e.number = ?`, number);
  return row === undefined ? undefined : eventOf(row);
}

/** An outcome with the key of its technique. */
interface Keyed {
  readonly key: string;
  readonly outcome: NewOutcome;
}

type WithEvent = NewOutcome & { readonly kind: EventKind };

/** Within a transaction (see `addOutcomes`). */
function* addAll(outcomes: readonly NewOutcome[]): Work<OutcomeRecord[]> {
  const techniques = distinct(outcomes, nameOf);
  const keys = yield* each([...techniques.values()], ({ technique }) => keyOf(technique));
  const keyByName = new Map([...techniques.keys()].map((name, at) => [name, keys[at]]));
  const keyed = outcomes.map((outcome) => ({ key: keyByName.get(nameOf(outcome)) ?? outcome.technique, outcome }));
  const first = distinct(keyed, subjectOf);
  yield* together(outcomes, addFacts);
  const known = yield* together([...first.values()], ({ key, outcome }) => find(key, outcome.image));
  const records = new Map<string, OutcomeRecord>();
  const added: Keyed[] = [];
  for (const [at, [subject, each]] of [...first].entries()) {
    const record = known[at];
    if (record === undefined) added.push(each);
    else records.set(subject, record);
  }
  for (const [at, record] of (yield* addNew(added)).entries()) {
    const each = added[at];
    if (each !== undefined) records.set(subjectOf(each), record);
  }
  return keyed.flatMap((each) => records.get(subjectOf(each)) ?? []);
}

/** Adds outcomes of which none exists. Events get the next numbers, in the order of their outcomes. */
function* addNew(added: readonly Keyed[]): Work<OutcomeRecord[]> {
  const changes = added.filter(({ outcome }) => isEvent(outcome)).length;
  let last = changes === 0 ? 0 : yield* countEvents(changes);
  last -= changes;
  const numbered = added.map(({ key, outcome }) => ({ key, outcome, number: isEvent(outcome) ? ++last : 0 }));
  const records = yield* together(numbered, function* ({ key, outcome, number }) {
    const { image, technique, threshold, kind, measurement, reference, analyzedAt } = outcome;
    yield* run(
      'INSERT INTO outcome VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      key,
      image.stream,
      image.number,
      kind,
      threshold.value,
      measurement,
      reference,
      analyzedAt,
      threshold.unit,
      judgedBy(key, technique),
    );
    const event = isEvent(outcome) ? yield* addEvent(key, number, outcome) : null;
    yield* removeReplayed(key, image);
    return { image, technique, threshold, kind, measurement, reference, analyzedAt, event };
  });
  yield* each(added, function* ({ outcome }) {
    if (outcome.deadLetter !== undefined) yield* addDeadLetter(outcome.deadLetter);
  });
  return records;
}

/** Moves the counter of events; returns where it is then. */
function* countEvents(count: number): Work<number> {
  return Number(
    (yield* get('UPDATE pipeline SET last_event = last_event + ? RETURNING last_event', count))?.['last_event'],
  );
}

function isEvent(outcome: NewOutcome): outcome is WithEvent {
  return outcome.kind === 'changed' || outcome.kind === 'size_changed';
}

function nameOf({ technique }: NewOutcome): string {
  return techniqueName(technique);
}

/** What an outcome is about: an image and a technique. */
function subjectOf({ key, outcome: { image } }: Keyed): string {
  return `${key} ${image.stream} ${image.number}`;
}

function* addEvent(key: string, number: number, outcome: WithEvent): Work<EventRecord> {
  const { image, technique, threshold, kind, measurement, regions, analyzedAt, base, differenceSha256 } = outcome;
  yield* run(
    `INSERT INTO event (number, technique, stream, image, state, base, region_count, regions, difference_sha256, listed_at)
     VALUES (?, ?, ?, ?, 'pending', ?, ?, ?, ?,
       coalesce((SELECT captured_at FROM image WHERE stream = ? AND number = ?), ?))`,
    number,
    key,
    image.stream,
    image.number,
    base,
    regions?.count ?? null,
    regions === null ? null : JSON.stringify(regions.first),
    differenceSha256,
    image.stream,
    image.number,
    analyzedAt,
  );
  return {
    number,
    image,
    reference: Number(outcome.reference),
    technique,
    threshold,
    kind,
    measurement,
    regions,
    analyzedAt,
    state: 'pending',
    base,
    attempt: 1,
    differenceSha256,
    position: null,
  };
}

/** A fact is recorded once. Later writers have found the same fact. */
function* addFacts(outcome: NewOutcome): Work<void> {
  for (const { stream, number, fact } of outcome.facts) {
    const decodes = fact.verdict === 'decodes';
    yield* run(
      `UPDATE image SET verdict = ?, width = ?, height = ?, detail = ?, notes = ?
       WHERE stream = ? AND number = ? AND verdict IS NULL`,
      fact.verdict,
      decodes ? fact.width : null,
      decodes ? fact.height : null,
      decodes ? null : fact.detail,
      decodes && fact.notes !== undefined ? JSON.stringify(fact.notes) : null,
      stream,
      number,
    );
  }
}
