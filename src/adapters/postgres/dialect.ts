import type { Dialect } from '../sql/sql-database.ts';
import { run } from '../sql/work.ts';

/** PostgreSQL chooses its indexes by itself. */
export const POSTGRES: Dialect = {
  alertsBy: () => 'alert',
  deadLettersByImage: 'dead_letter',
  restartLetterIds: () => run('ALTER TABLE dead_letter ALTER COLUMN id RESTART WITH 1'),
};
