import { type AlertDelays, DELAY_BOUNDS } from '../../ports/catalog/browsing.ts';
import type { Database } from './database.ts';

/** Within a transaction: counts how long an alert took. */
export function countDelay(db: Database, ms: number): void {
  db.run(
    `INSERT INTO alert_delay VALUES (?, 1, ?) ON CONFLICT (at_most)
       DO UPDATE SET count = count + 1, sum_ms = sum_ms + excluded.sum_ms`,
    DELAY_BOUNDS.find((bound) => ms / 1000 <= bound) ?? Number.POSITIVE_INFINITY,
    ms,
  );
}

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
