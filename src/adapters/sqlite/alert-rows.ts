import type { AlertRecord, NewAlert, Written } from '../../domain/records.ts';
import type { AlertRows } from '../../ports/catalog.ts';
import type { Database } from './database.ts';
import { alertOf } from './rows.ts';

export function createAlertRows(db: Database): AlertRows {
  function find(number: number): AlertRecord | undefined {
    const row = db.get('SELECT * FROM alert WHERE number = ?', number);
    return row === undefined ? undefined : alertOf(row);
  }

  function add(alert: NewAlert): Written<AlertRecord> {
    const known = find(alert.number);
    if (known !== undefined) return { how: 'exists', row: known };
    db.run("INSERT INTO alert VALUES (?, 'pending', ?, ?)", alert.number, alert.base, alert.alertedAt);
    return { how: 'added', row: { ...alert, state: 'pending' } };
  }

  return {
    addAlerts: (alerts) => db.write(() => alerts.map(add)),
    alertsReady: (numbers) =>
      db.write(() => {
        for (const number of numbers) {
          db.run("UPDATE alert SET state = 'ready' WHERE number = ? AND state = 'pending'", number);
          db.run("DELETE FROM dead_letter WHERE stage = 'alert' AND event = ?", number);
        }
      }),
    alerts: async (numbers) => numbers.map(find),
    alertRange: async () => {
      const row = db.get("SELECT min(number) AS first, max(number) AS last FROM alert WHERE state = 'ready'");
      if (row === undefined || row['first'] === null) return undefined;
      return { first: Number(row['first']), last: Number(row['last']) };
    },
  };
}
