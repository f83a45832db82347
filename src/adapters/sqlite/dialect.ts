import type { Dialect, SqlDatabase } from '../sql/sql-database.ts';
import { all, run, type Work } from '../sql/work.ts';
import type { Database } from './database.ts';
import type { Queries } from './queries.ts';

/** A database of SQLite as the rows of the catalog use it. Its statements are synchronous, and so is the work. */
export function sqlOf(db: Database): SqlDatabase {
  return {
    read: async (work) => perform(work(), db),
    snapshot: async (work) => db.snapshot(() => perform(work(), db)),
    write: (work) => db.write(() => perform(work(), db)),
    dialect: SQLITE,
  };
}

/** Does work, statement by statement. */
export function perform<T>(work: Work<T>, { all, run }: Pick<Queries, 'all' | 'run'>): T {
  let step = work.next();
  while (step.done !== true) {
    const { sql, values, gives } = step.value;
    step = work.next(gives === 'rows' ? all(sql, ...values) : run(sql, ...values));
  }
  return step.value;
}

/** Indexes are those of `main`, because a view of an older table has none. */
export const SQLITE: Dialect = {
  alertsBy: (index) => `main.alert ${index === undefined ? 'NOT INDEXED' : `INDEXED BY ${index}`}`,

  // In a catalog of the version before, all alerts have their own time, and so has the index.
  *alertTime() {
    const columns = yield* all("SELECT name FROM pragma_table_info('alert', 'main')");
    return columns.some(({ name }) => name === 'listed_at') ? 'listed_at' : 'alerted_at';
  },

  deadLettersByImage: 'main.dead_letter INDEXED BY dead_letter_by_image',

  restartLetterIds: () => run("DELETE FROM sqlite_sequence WHERE name = 'dead_letter'"),
};
