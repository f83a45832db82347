import type { BrowsingCatalog } from '../../ports/catalog/browsing.ts';
import { alertPage, entryOf } from './alert-page.ts';
import { where } from './conditions.ts';
import { techniquesWithOutcomes } from './counts.ts';
import { EVENT_QUERY, eventOf, imageOf, measuredOf } from './rows.ts';
import type { SqlDatabase } from './sql-database.ts';
import { keyOf } from './technique-keys.ts';
import { all, get, together, type Work } from './work.ts';

/** When an event's image was captured, or else compared. */
const EVENT_TIME = `coalesce(
  (SELECT i.captured_at FROM image i WHERE i.stream = e.stream AND i.number = e.image), o.analyzed_at)`;

export function createBrowsingRows(db: SqlDatabase): BrowsingCatalog {
  return {
    alertPage: (filter, page) => db.snapshot(() => alertPage(db.dialect, filter, page)),

    imagesBelow: (stream, { from, to }, { before, limit }) =>
      db.read(function* () {
        const { sql, values } = where([
          ['stream = ?', stream],
          ['number < ?', before],
          ['coalesce(captured_at, received_at) >= ?', from],
          ['coalesce(captured_at, received_at) < ?', to],
        ]);
        const rows = yield* all(
          `SELECT * FROM image WHERE state = 'ready' ${sql} ORDER BY number DESC LIMIT ?`,
          ...values,
          limit,
        );
        return rows.map(imageOf);
      }),

    eventsBelow: ({ stream, from, to }, { before, limit }) =>
      db.read(function* () {
        const { sql, values } = where([
          ['e.stream = ?', stream],
          ['e.number < ?', before],
          [`${EVENT_TIME} >= ?`, from],
          [`${EVENT_TIME} < ?`, to],
        ]);
        const rows = yield* all(
          `${EVENT_QUERY} WHERE e.state = 'ready' ${sql} ORDER BY e.number DESC LIMIT ?`,
          ...values,
          limit,
        );
        return rows.map(eventOf);
      }),

    neighbours: (alert) =>
      db.snapshot(function* () {
        return {
          below: yield* numberOf(
            "SELECT number FROM alert WHERE number < ? AND state = 'ready' ORDER BY number DESC LIMIT 1",
            alert,
          ),
          above: yield* numberOf(
            "SELECT number FROM alert WHERE number > ? AND state = 'ready' ORDER BY number LIMIT 1",
            alert,
          ),
        };
      }),

    alertEntries: (numbers) => db.snapshot(() => together(numbers, entryOf)),

    alertRange: () =>
      db.snapshot(function* () {
        // Two queries, because one with both min and max reads every row.
        const first = yield* numberOf("SELECT number FROM alert WHERE state = 'ready' ORDER BY number LIMIT 1");
        const last = yield* numberOf("SELECT number FROM alert WHERE state = 'ready' ORDER BY number DESC LIMIT 1");
        if (first === null || last === null) return undefined;
        const newest = yield* get('SELECT max(ready_order) AS last FROM alert WHERE ready_order IS NOT NULL');
        return { first, last, lastOrder: Number(newest?.['last']) };
      }),

    readyAfter: (order, limit) =>
      db.snapshot(function* () {
        const rows = yield* all(
          'SELECT ready_order, number FROM alert WHERE ready_order > ? ORDER BY ready_order LIMIT ?',
          order,
          limit,
        );
        return yield* together(rows, function* (row) {
          const number = Number(row['number']);
          return { order: Number(row['ready_order']), number, entry: yield* entryOf(number) };
        });
      }),

    measured: (stream, technique, { before, limit }) =>
      db.read(function* () {
        const rows = yield* all(
          `SELECT o.*, i.received_at, i.captured_at, i.width, i.height, a.number AS alert
           FROM outcome o
             JOIN image i ON i.stream = o.stream AND i.number = o.number
             LEFT JOIN event e ON e.technique = o.technique AND e.stream = o.stream AND e.image = o.number
             LEFT JOIN alert a ON a.number = e.number AND a.state = 'ready'
           WHERE o.technique = ? AND o.stream = ? AND o.number < ? ORDER BY o.number DESC LIMIT ?`,
          yield* keyOf(technique),
          stream,
          before ?? Number.MAX_SAFE_INTEGER,
          limit,
        );
        return rows.map(measuredOf);
      }),

    choices: () =>
      db.snapshot(function* () {
        const streams = yield* all('SELECT stream FROM stream WHERE last_number > 0 ORDER BY stream');
        return {
          streams: streams.map((row) => String(row['stream'])),
          techniques: yield* techniquesWithOutcomes(),
        };
      }),
  };
}

/** The number that a query finds. */
function* numberOf(sql: string, ...values: number[]): Work<number | null> {
  const row = yield* get(sql, ...values);
  return row === undefined ? null : Number(row['number']);
}
