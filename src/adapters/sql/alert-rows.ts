import type { AlertRecord, NewAlert } from '../../domain/records.ts';
import type { AlertCatalog } from '../../ports/catalog/alerts.ts';
import { type AlertDelays, DELAY_BOUNDS } from '../../ports/catalog/browsing.ts';
import { distinct } from './distinct.ts';
import { alertOf } from './rows.ts';
import type { SqlDatabase } from './sql-database.ts';
import { all, each, get, run, together, type Work } from './work.ts';

/** The columns that a pending alert copies from its event, and when its image was received. */
const PENDING_QUERY = `
  SELECT a.alerted_at, e.stream, e.technique, o.measurement, i.received_at,
    coalesce(i.captured_at, a.alerted_at) AS listed_at
  FROM alert a
    LEFT JOIN event e ON e.number = a.number
    LEFT JOIN outcome o ON o.technique = e.technique AND o.stream = e.stream AND o.number = e.image
    LEFT JOIN image i ON i.stream = e.stream AND i.number = e.image
  WHERE a.number = ? AND a.state = 'pending'`;

export function createAlertRows(db: SqlDatabase): AlertCatalog {
  return {
    addAlerts: (alerts) =>
      db.write(function* () {
        const first = distinct(alerts, ({ number }) => number);
        const added = distinct(yield* together([...first.values()], add), ({ number }) => number);
        return alerts.flatMap(({ number }) => added.get(number) ?? []);
      }),

    nextAlertAttempt: (alerts) =>
      db.write(function* () {
        const rows = yield* each(alerts, function* ({ number, attempt }) {
          yield* run(
            "UPDATE alert SET attempt = attempt + 1 WHERE number = ? AND attempt = ? AND state = 'pending'",
            number,
            attempt,
          );
          return yield* find(number);
        });
        return rows.flatMap((alert) => alert ?? []);
      }),

    markAlertsReady: (numbers) =>
      db.write(function* () {
        const known = [...new Set(numbers)];
        const wasPending = yield* together(known, markReady);
        yield* together(known, (number) => run("DELETE FROM dead_letter WHERE stage = 'alert' AND event = ?", number));
        return known.filter((_, at) => wasPending[at]);
      }),

    alerts: (numbers) => db.read(() => together(numbers, find)),
  };
}

function* find(number: number): Work<AlertRecord | undefined> {
  const row = yield* get('SELECT * FROM alert WHERE number = ?', number);
  return row === undefined ? undefined : alertOf(row);
}

function* add(alert: NewAlert): Work<AlertRecord> {
  const known = yield* find(alert.number);
  if (known !== undefined) return known;
  yield* run(
    "INSERT INTO alert (number, state, base, alerted_at) VALUES (?, 'pending', ?, ?)",
    alert.number,
    alert.base,
    alert.alertedAt,
  );
  return { ...alert, attempt: 1, state: 'pending' };
}

/** Returns whether the alert was pending. */
function* markReady(number: number): Work<boolean> {
  const row = yield* get(PENDING_QUERY, number);
  if (row === undefined) return false;
  const { stream = null, technique = null, measurement = null, listed_at: listedAt = null } = row;
  yield* run(
    `UPDATE alert SET state = 'ready', stream = ?, technique = ?, measurement = ?, listed_at = ?, ready_order =
       (SELECT coalesce(max(ready_order), 0) + 1 FROM alert WHERE ready_order IS NOT NULL) WHERE number = ?`,
    stream,
    technique,
    measurement,
    listedAt,
    number,
  );
  const delay = Date.parse(String(row['alerted_at'])) - Date.parse(String(row['received_at']));
  if (!Number.isNaN(delay)) yield* countDelay(Math.max(0, delay));
  return true;
}

/** Within a transaction: counts how long an alert took. */
function* countDelay(ms: number): Work<void> {
  yield* run(
    `INSERT INTO alert_delay VALUES (?, 1, ?) ON CONFLICT (at_most)
       DO UPDATE SET count = alert_delay.count + 1, sum_ms = alert_delay.sum_ms + excluded.sum_ms`,
    DELAY_BOUNDS.find((bound) => ms / 1000 <= bound) ?? Number.POSITIVE_INFINITY,
    ms,
  );
}

/** The histogram of alert delays. */
export function* alertDelays(): Work<AlertDelays> {
  const rows = (yield* all('SELECT * FROM alert_delay')).map((row) => ({
    atMost: Number(row['at_most']),
    count: Number(row['count']),
    ms: Number(row['sum_ms']),
  }));
  return {
    buckets: DELAY_BOUNDS.map((atMost) => ({
      atMost,
      count: rows.reduce((sum, row) => sum + (row.atMost <= atMost ? row.count : 0), 0),
    })),
    sum: rows.reduce((sum, { ms }) => sum + ms, 0) / 1000,
  };
}
