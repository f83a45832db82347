import type { BrowsingCatalog } from '../../ports/catalog/browsing.ts';
import { alertPage, entryOf } from './alert-page.ts';
import { where } from './conditions.ts';
import { techniquesWithOutcomes } from './counts.ts';
import type { Database, Row } from './database.ts';
import { EVENT_QUERY, eventOf, imageOf, measuredOf } from './rows.ts';
import { keyOf } from './technique-keys.ts';

/** When an event's image was captured, or else compared. */
const EVENT_TIME = `coalesce(
  (SELECT i.captured_at FROM image i WHERE i.stream = e.stream AND i.number = e.image), o.analyzed_at)`;

export function createBrowsingRows(db: Database): BrowsingCatalog {
  const numberIn = (row: Row | undefined) => (row === undefined ? null : Number(row['number']));

  return {
    alertPage: async (filter, page) => alertPage(db, filter, page),

    imagesBelow: async (stream, { from, to }, { before, limit }) => {
      const { sql, values } = where([
        ['stream = ?', stream],
        ['number < ?', before],
        ['coalesce(captured_at, received_at) >= ?', from],
        ['coalesce(captured_at, received_at) < ?', to],
      ]);
      return db
        .all(`SELECT * FROM image WHERE state = 'ready' ${sql} ORDER BY number DESC LIMIT ?`, ...values, limit)
        .map(imageOf);
    },

    eventsBelow: async ({ stream, from, to }, { before, limit }) => {
      const { sql, values } = where([
        ['e.stream = ?', stream],
        ['e.number < ?', before],
        [`${EVENT_TIME} >= ?`, from],
        [`${EVENT_TIME} < ?`, to],
      ]);
      return db
        .all(`${EVENT_QUERY} WHERE e.state = 'ready' ${sql} ORDER BY e.number DESC LIMIT ?`, ...values, limit)
        .map(eventOf);
    },

    neighbours: async (alert) =>
      db.snapshot(() => ({
        below: numberIn(
          db.get("SELECT number FROM alert WHERE number < ? AND state = 'ready' ORDER BY number DESC LIMIT 1", alert),
        ),
        above: numberIn(
          db.get("SELECT number FROM alert WHERE number > ? AND state = 'ready' ORDER BY number LIMIT 1", alert),
        ),
      })),

    alertEntries: async (numbers) => db.snapshot(() => numbers.map((number) => entryOf(db, number))),

    alertRange: async () => {
      // Two queries, because one with both min and max reads every row.
      const end = (order: 'ASC' | 'DESC') =>
        db.get(`SELECT number FROM alert WHERE state = 'ready' ORDER BY number ${order} LIMIT 1`)?.['number'];
      return db.snapshot(() => {
        const [first, last] = [end('ASC'), end('DESC')];
        if (first === undefined || last === undefined) return undefined;
        const newest = db.get('SELECT max(ready_order) AS last FROM alert WHERE ready_order IS NOT NULL');
        return { first: Number(first), last: Number(last), lastOrder: Number(newest?.['last']) };
      });
    },

    readyAfter: async (order, limit) =>
      db.snapshot(() =>
        db
          .all('SELECT ready_order, number FROM alert WHERE ready_order > ? ORDER BY ready_order LIMIT ?', order, limit)
          .map((row) => {
            const number = Number(row['number']);
            return { order: Number(row['ready_order']), number, entry: entryOf(db, number) };
          }),
      ),

    measured: async (stream, technique, { before, limit }) =>
      db
        .all(
          `SELECT o.*, i.received_at, i.captured_at, i.width, i.height, a.number AS alert
           FROM outcome o
             JOIN image i ON i.stream = o.stream AND i.number = o.number
             LEFT JOIN event e ON e.technique = o.technique AND e.stream = o.stream AND e.image = o.number
             LEFT JOIN alert a ON a.number = e.number AND a.state = 'ready'
           WHERE o.technique = ? AND o.stream = ? AND o.number < ? ORDER BY o.number DESC LIMIT ?`,
          keyOf(db, technique),
          stream,
          before ?? Number.MAX_SAFE_INTEGER,
          limit,
        )
        .map(measuredOf),

    choices: async () =>
      db.snapshot(() => ({
        streams: db
          .all('SELECT stream FROM stream WHERE last_number > 0 ORDER BY stream')
          .map((row) => String(row['stream'])),
        techniques: techniquesWithOutcomes(db),
      })),
  };
}
