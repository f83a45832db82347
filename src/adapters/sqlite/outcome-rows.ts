import type { EventRecord, ImageId, NewOutcome, OutcomeRecord } from '../../domain/records.ts';
import type { OutcomeCatalog } from '../../ports/catalog/outcomes.ts';
import type { Database } from './database.ts';
import { addDeadLetter, removeReplayed } from './dead-letter-rows.ts';
import { checkEventsToken } from './fences.ts';
import { EVENT_QUERY, eventOf, outcomeOf, positionValues } from './rows.ts';
import { eventDead, imageDead, imageSettled } from './settled.ts';
import { judgedBy, keyOf } from './technique-keys.ts';

export function createOutcomeRows(db: Database): OutcomeCatalog {
  /** The outcome of the technique with this key. */
  function find(key: string, id: ImageId): OutcomeRecord | undefined {
    const row = db.get(
      'SELECT * FROM outcome WHERE technique = ? AND stream = ? AND number = ?',
      key,
      id.stream,
      id.number,
    );
    if (row === undefined) return undefined;
    if (row['kind'] !== 'changed' && row['kind'] !== 'size_changed') return outcomeOf(row, null);
    const event = db.get(
      `${EVENT_QUERY} WHERE e.technique = ? AND e.stream = ? AND e.image = ?`,
      key,
      id.stream,
      id.number,
    );
    return outcomeOf(row, event === undefined ? null : eventOf(event));
  }

  function event(number: number): EventRecord | undefined {
    const row = db.get(`${EVENT_QUERY} WHERE e.number = ?`, number);
    return row === undefined ? undefined : eventOf(row);
  }

  function add(outcome: NewOutcome): OutcomeRecord {
    addFacts(db, outcome);
    const { image, technique, kind } = outcome;
    const key = keyOf(db, technique);
    const known = find(key, image);
    if (known !== undefined) return known;
    db.run(
      'INSERT INTO outcome VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      key,
      image.stream,
      image.number,
      kind,
      outcome.threshold.value,
      outcome.measurement,
      outcome.reference,
      outcome.analyzedAt,
      outcome.threshold.unit,
      judgedBy(key, technique),
    );
    if (kind === 'changed' || kind === 'size_changed') {
      const next = db.get('UPDATE pipeline SET last_event = last_event + 1 RETURNING last_event');
      db.run(
        `INSERT INTO event (number, technique, stream, image, state, base, region_count, regions, difference_sha256)
         VALUES (?, ?, ?, ?, 'pending', ?, ?, ?, ?)`,
        Number(next?.['last_event']),
        key,
        image.stream,
        image.number,
        outcome.base,
        outcome.regions?.count ?? null,
        outcome.regions === null ? null : JSON.stringify(outcome.regions.first),
        outcome.differenceSha256,
      );
    }
    removeReplayed(db, key, image);
    if (outcome.deadLetter !== undefined) addDeadLetter(db, outcome.deadLetter);
    const row = find(key, image);
    if (row === undefined) throw new Error(`the outcome of ${image.stream}/${image.number} was not added`);
    return row;
  }

  return {
    addOutcomes: (outcomes) => db.write(() => outcomes.map(add)),
    outcomes: async (technique, ids) => {
      const key = keyOf(db, technique);
      return ids.map((id) => find(key, id));
    },
    events: async (numbers) => numbers.map(event),

    nextEventAttempt: (events) =>
      db.write(() =>
        events.flatMap(({ number, attempt, differenceSha256 }) => {
          db.run(
            `UPDATE event SET attempt = attempt + 1, difference_sha256 = ?
             WHERE number = ? AND attempt = ? AND state = 'pending'`,
            differenceSha256,
            number,
            attempt,
          );
          return event(number) ?? [];
        }),
      ),

    markEventsReady: (events) =>
      db.write(() => {
        for (const { number, attempt } of events) {
          db.run(
            "UPDATE event SET state = 'ready' WHERE number = ? AND attempt = ? AND state = 'pending'",
            number,
            attempt,
          );
        }
      }),

    fenceEvents: (token) => db.write(() => void db.run('UPDATE pipeline SET events_token = ?', token)),

    markEventsPublished: (published, token) =>
      db.write(() => {
        if (token !== undefined) checkEventsToken(db, token);
        for (const { number, position } of published) {
          db.run(
            `UPDATE event SET place_bus = ?, place_topic = ?, place_partition = ?, place_offset = ?
             WHERE number = ? AND state = 'ready'`,
            ...positionValues(position),
            number,
          );
        }
      }),

    firstOpen: async (technique, { stream, first, last }) => {
      const row = db.get(
        `SELECT i.number FROM image i
           LEFT JOIN event e ON e.technique = ?1 AND e.stream = i.stream AND e.image = i.number AND e.state = 'ready'
           LEFT JOIN alert a ON a.number = e.number AND a.state = 'ready'
         WHERE i.stream = ?2 AND i.number BETWEEN ?3 AND ?4
           AND (NOT ${imageSettled('?1', 'i.stream', 'i.number')}
             OR (e.number IS NOT NULL AND a.number IS NULL AND NOT ${eventDead('e.number')}))
         ORDER BY i.number LIMIT 1`,
        keyOf(db, technique),
        stream,
        first,
        last,
      );
      return row === undefined ? undefined : Number(row['number']);
    },

    tally: async (technique, { stream, first, last }) => {
      const row = db.get(
        `SELECT count(e.number) AS events, count(CASE WHEN a.state = 'ready' THEN 1 END) AS alerts,
           count(CASE WHEN o.kind = 'dead' THEN 1 END)
             + count(CASE WHEN e.state = 'pending' AND ${imageDead('o.technique', 'o.stream', 'o.number')} THEN 1
                 WHEN e.state = 'ready' AND ${eventDead('e.number')} THEN 1 END) AS dead
         FROM outcome o
           LEFT JOIN event e ON e.technique = o.technique AND e.stream = o.stream AND e.image = o.number
           LEFT JOIN alert a ON a.number = e.number
         WHERE o.technique = ? AND o.stream = ? AND o.number BETWEEN ? AND ?`,
        keyOf(db, technique),
        stream,
        first,
        last,
      );
      const count = (name: string) => Number(row?.[name]);
      return { events: count('events'), alerts: count('alerts'), deadLetters: count('dead') };
    },
  };
}

/** A fact is recorded once. Later writers have found the same fact. */
function addFacts(db: Database, outcome: NewOutcome): void {
  for (const { stream, number, fact } of outcome.facts) {
    const decodes = fact.verdict === 'decodes';
    db.run(
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
