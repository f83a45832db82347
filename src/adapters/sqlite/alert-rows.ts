import type { AlertRecord, NewAlert, NewDeadLetter, Written } from '../../domain/records.ts';
import type { AlertRows } from '../../ports/catalog.ts';
import type { Database } from './database.ts';
import { alertOf, placeValues } from './rows.ts';

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
        }
      }),
    alerts: async (numbers) => numbers.map(find),
    alertRange: async () => {
      const row = db.get("SELECT min(number) AS first, max(number) AS last FROM alert WHERE state = 'ready'");
      if (row === undefined || row['first'] === null) return undefined;
      return { first: Number(row['first']), last: Number(row['last']) };
    },
    addDeadLetters: (letters) =>
      db.write(() => {
        for (const letter of letters) enterDeadLetter(db, letter);
      }),
  };
}

/** Within a transaction; a letter that stands already stays as it is. */
export function enterDeadLetter(db: Database, letter: NewDeadLetter): void {
  db.run(
    `INSERT OR IGNORE INTO dead_letter
       (stage, reason, detail, stack, attempts, at, stream, image, technique, event,
        place_bus, place_topic, place_partition, place_offset)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    letter.stage,
    letter.reason,
    letter.detail,
    letter.stack,
    letter.attempts,
    letter.at,
    letter.image?.stream ?? null,
    letter.image?.number ?? null,
    letter.technique,
    letter.event,
    ...placeValues(letter.place),
  );
}
