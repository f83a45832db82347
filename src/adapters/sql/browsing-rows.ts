import type { BrowsingCatalog } from '../../ports/catalog/browsing.ts';
import { alertPage } from './alert-page.ts';
import { where } from './conditions.ts';
import { techniquesWithOutcomes } from './counts.ts';
import { entriesIn, entryOf } from './entries.ts';
import { listOrder } from './list-order.ts';
import { EVENT_QUERY, eventOf, imageOf, measuredOf } from './rows.ts';
import type { SqlDatabase } from './sql-database.ts';
import { keyOf } from './technique-keys.ts';
import { all, get, together, type Work } from './work.ts';

/** When an image was captured, or else received: as the index `image_by_time` has it. */
const IMAGE_TIME = 'coalesce(captured_at, received_at)';

export function createBrowsingRows(db: SqlDatabase): BrowsingCatalog {
  return {
    alertPage: (filter, page) => db.snapshot(() => alertPage(db.dialect, filter, page)),

    imagesBelow: (stream, range, { before, limit }) =>
      db.read(function* () {
        const { conditions, order } = yield* listOrder(
          { number: 'number', time: IMAGE_TIME },
          { ...range, before },
          (number) => get(`SELECT ${IMAGE_TIME} AS time FROM image WHERE stream = ? AND number = ?`, stream, number),
        );
        const { sql, values } = where([['stream = ?', stream], ...conditions]);
        const rows = yield* all(
          `SELECT * FROM image WHERE state = 'ready' ${sql} ORDER BY ${order.join(', ')} LIMIT ?`,
          ...values,
          limit,
        );
        return rows.map(imageOf);
      }),

    eventsBelow: ({ stream, ...range }, { before, limit }) =>
      db.read(function* () {
        const { conditions, order } = yield* listOrder(
          { number: 'e.number', time: 'e.listed_at' },
          { ...range, before },
          (number) => get('SELECT listed_at AS time FROM event WHERE number = ?', number),
        );
        const { sql, values } = where([['e.stream = ?', stream], ...conditions]);
        const rows = yield* all(
          `${EVENT_QUERY} WHERE e.state = 'ready' ${sql} ORDER BY ${order.join(', ')} LIMIT ?`,
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
        const found = yield* entriesIn('alert WHERE ready_order > ?', ['ready_order'], order, limit);
        return found.map(({ row, entry }) => ({
          order: Number(row['ready_order']),
          number: Number(row['number']),
          entry,
        }));
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
