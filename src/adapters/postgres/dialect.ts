import type { Dialect } from '../sql/sql-database.ts';
import { get, run } from '../sql/work.ts';

/** PostgreSQL chooses its indexes by itself. */
export const POSTGRES: Dialect = {
  now: `to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`,
  alertsBy: () => 'alert',
  deadLettersByImage: 'dead_letter',
  restartLetterIds: () => get('SELECT restart_letter_ids()'),
  *lastLetterId() {
    const row = yield* get(
      'SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END AS last FROM dead_letter_id_seq',
    );
    return Number(row?.['last']);
  },
  continueLetterIds: (last) => run(`ALTER TABLE dead_letter ALTER COLUMN id RESTART WITH ${Math.trunc(last) + 1}`),
  emptyTables: (tables) => run(`TRUNCATE ${tables.join(', ')}`),
};
