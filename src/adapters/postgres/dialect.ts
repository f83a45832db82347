import type { Dialect } from '../sql/sql-database.ts';
import { get } from '../sql/work.ts';

/** PostgreSQL chooses its indexes by itself. */
export const POSTGRES: Dialect = {
  alertsBy: () => 'alert',
  deadLettersByImage: 'dead_letter',
  restartLetterIds: () => get('SELECT restart_letter_ids()'),
};
