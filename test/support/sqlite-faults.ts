import { copyFileSync, renameSync } from 'node:fs';
import type { Value } from '../../src/adapters/sql/work.ts';
import type { Database } from '../../src/adapters/sqlite/database.ts';
import type { CatalogFaults } from '../contracts/catalog/faults.ts';

/** Faults of a catalog in SQLite, in SQL. */
export function sqliteFaults(db: Database): CatalogFaults {
  const run = (sql: string, ...values: Value[]) => db.write(() => void db.run(sql, ...values));
  const each = async <T>(all: readonly T[], lose: (one: T) => Promise<void>) => {
    for (const one of all) await lose(one);
  };
  return {
    loseImages: (ids) =>
      each(ids, ({ stream, number }) => run('DELETE FROM image WHERE stream = ? AND number = ?', stream, number)),
    loseOutcomes: (technique, ids) =>
      each(ids, ({ stream, number }) =>
        run('DELETE FROM outcome WHERE technique = ? AND stream = ? AND number = ?', technique, stream, number),
      ),
    loseEvents: (numbers) => each(numbers, (number) => run('DELETE FROM event WHERE number = ?', number)),
    loseAlerts: (numbers) => each(numbers, (number) => run('DELETE FROM alert WHERE number = ?', number)),
    loseDeadLetters: () => run('DELETE FROM dead_letter'),
    loseStream: (stream) => run('DELETE FROM stream WHERE stream = ?', stream),
    setLastNumber: (stream, number) => run('UPDATE stream SET last_number = ? WHERE stream = ?', number, stream),
    setLastEvent: (number) => run('UPDATE pipeline SET last_event = ?', number),
    replaceCatalog: async () => {
      renameSync(db.file, `${db.file}.before`);
      copyFileSync(`${db.file}.before`, db.file);
    },
  };
}
