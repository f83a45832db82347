import type { AlertRecord, NewAlert } from '../../domain/records.ts';
import type { AlertCatalog } from '../../ports/catalog/alerts.ts';
import { type AlertDelays, DELAY_BOUNDS } from '../../ports/catalog/browsing.ts';
import type { Database } from './database.ts';
import { alertOf } from './rows.ts';

/** The columns that a pending alert copies from its event, and the milliseconds since its image was received. */
const PENDING_QUERY = `
  SELECT e.stream, e.technique, o.measurement, coalesce(i.captured_at, a.alerted_at) AS listed_at,
    max(0, round(1000 * (unixepoch(a.alerted_at, 'subsec') - unixepoch(i.received_at, 'subsec')))) AS delay_ms
  FROM alert a
    LEFT JOIN event e ON e.number = a.number
    LEFT JOIN outcome o ON o.technique = e.technique AND o.stream = e.stream AND o.number = e.image
    LEFT JOIN image i ON i.stream = e.stream AND i.number = e.image
  WHERE a.number = ? AND a.state = 'pending'`;

export function createAlertRows(db: Database): AlertCatalog {
  function find(number: number): AlertRecord | undefined {
    const row = db.get('SELECT * FROM alert WHERE number = ?', number);
    return row === undefined ? undefined : alertOf(row);
  }

  function add(alert: NewAlert): AlertRecord {
    const known = find(alert.number);
    if (known !== undefined) return known;
    db.run(
      "INSERT INTO alert (number, state, base, alerted_at) VALUES (?, 'pending', ?, ?)",
      alert.number,
      alert.base,
      alert.alertedAt,
    );
    return { ...alert, attempt: 1, state: 'pending' };
  }

  /** Returns whether the alert was pending. */
  function markReady(number: number): boolean {
    const row = db.get(PENDING_QUERY, number);
    if (row === undefined) return false;
    const {
      stream = null,
      technique = null,
      measurement = null,
      listed_at: listedAt = null,
      delay_ms: delay = null,
    } = row;
    db.run(
      `UPDATE alert SET state = 'ready', stream = ?, technique = ?, measurement = ?, listed_at = ?, ready_order =
         (SELECT ifnull(max(ready_order), 0) + 1 FROM alert WHERE ready_order IS NOT NULL) WHERE number = ?`,
      stream,
      technique,
      measurement,
      listedAt,
      number,
    );
    if (delay !== null) countDelay(db, Number(delay));
    return true;
  }

  return {
    addAlerts: (alerts) => db.write(() => alerts.map(add)),

    nextAlertAttempt: (alerts) =>
      db.write(() =>
        alerts.flatMap(({ number, attempt }) => {
          db.run(
            "UPDATE alert SET attempt = attempt + 1 WHERE number = ? AND attempt = ? AND state = 'pending'",
            number,
            attempt,
          );
          return find(number) ?? [];
        }),
      ),

    markAlertsReady: (numbers) =>
      db.write(() =>
        numbers.filter((number) => {
          const becameReady = markReady(number);
          db.run("DELETE FROM dead_letter WHERE stage = 'alert' AND event = ?", number);
          return becameReady;
        }),
      ),

    alerts: async (numbers) => numbers.map(find),
  };
}

/** Within a transaction: counts how long an alert took. */
function countDelay(db: Database, ms: number): void {
  db.run(
    `INSERT INTO alert_delay VALUES (?, 1, ?) ON CONFLICT (at_most)
       DO UPDATE SET count = count + 1, sum_ms = sum_ms + excluded.sum_ms`,
    DELAY_BOUNDS.find((bound) => ms / 1000 <= bound) ?? Number.POSITIVE_INFINITY,
    ms,
  );
}

/** The histogram of alert delays. */
export function alertDelays(db: Pick<Database, 'all'>): AlertDelays {
  const rows = db
    .all('SELECT * FROM alert_delay')
    .map((row) => ({ atMost: Number(row['at_most']), count: Number(row['count']), ms: Number(row['sum_ms']) }));
  return {
    buckets: DELAY_BOUNDS.map((atMost) => ({
      atMost,
      count: rows.reduce((sum, row) => sum + (row.atMost <= atMost ? row.count : 0), 0),
    })),
    sum: rows.reduce((sum, { ms }) => sum + ms, 0) / 1000,
  };
}
