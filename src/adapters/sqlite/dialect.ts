import type { Dialect, SqlDatabase } from '../sql/sql-database.ts';
import { get, isSeveral, type Result, run, type Statement, type Work } from '../sql/work.ts';
import type { Database } from './database.ts';
import { NOW } from './now.ts';
import type { Queries } from './queries.ts';

/** A database of SQLite as the rows of the catalog use it. Its statements are synchronous, and so is the work. */
export function sqlOf(db: Database): SqlDatabase {
  return {
    read: async (work) => perform(work(), db),
    snapshot: async (work) => db.snapshot(() => perform(work(), db)),
    write: (work) => db.write(() => perform(work(), db)),
    writeAside: (work) => db.write(() => perform(work(), db)),
    dialect: SQLITE,
  };
}

/** Does work, statement by statement. */
export function perform<T>(work: Work<T>, queries: Queries): T {
  let step = work.next();
  while (step.done !== true) {
    const asked = step.value;
    step = work.next(isSeveral(asked) ? asked.map((each) => execute(each, queries)) : execute(asked, queries));
  }
  return step.value;
}

function execute({ sql, values, gives }: Statement, { all, get, run }: Queries): Result {
  switch (gives) {
    case 'rows':
      return all(sql, ...values);
    case 'row':
      return get(sql, ...values);
    case 'changes':
      return run(sql, ...values);
  }
}

export const SQLITE: Dialect = {
  now: NOW,

  alertsBy(index) {
    if (index === 'number') return 'main.alert NOT INDEXED';
    // A catalog of the version before lacks this one, and SQLite chooses it by itself.
    return index === 'alert_by_stream_time' ? 'main.alert' : `main.alert INDEXED BY ${index}`;
  },

  deadLettersByImage: 'main.dead_letter INDEXED BY dead_letter_by_image',

  restartLetterIds: () => run("DELETE FROM sqlite_sequence WHERE name = 'dead_letter'"),

  *lastLetterId() {
    return Number((yield* get("SELECT seq FROM sqlite_sequence WHERE name = 'dead_letter'"))?.['seq'] ?? 0);
  },

  *continueLetterIds(last) {
    yield* run("DELETE FROM sqlite_sequence WHERE name = 'dead_letter'");
    yield* run("INSERT INTO sqlite_sequence (name, seq) VALUES ('dead_letter', ?)", last);
  },

  *emptyTables(tables) {
    for (const table of tables) yield* run(`DELETE FROM ${table}`);
  },
};
