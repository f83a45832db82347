import type { AlertRecord, NewAlert } from '../../domain/records.ts';
import type { AlertCatalog } from '../../ports/catalog/alerts.ts';
import { countDelay } from './alert-delays.ts';
import type { Database } from './database.ts';
import { alertOf } from './rows.ts';

/** The columns that a pending alert copies from its event, and the milliseconds since its image was received. */
const PENDING_QUERY = `
  SELECT e.stream, e.technique, o.measurement,
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
    const { stream = null, technique = null, measurement = null, delay_ms: delay = null } = row;
    db.run(
      `UPDATE alert SET state = 'ready', stream = ?, technique = ?, measurement = ?, ready_order =
         (SELECT ifnull(max(ready_order), 0) + 1 FROM alert WHERE ready_order IS NOT NULL) WHERE number = ?`,
      stream,
      technique,
      measurement,
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
