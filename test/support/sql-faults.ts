import type { SqlDatabase } from '../../src/adapters/sql/sql-database.ts';
import { run, type Value } from '../../src/adapters/sql/work.ts';
import type { CatalogFaults } from '../contracts/catalog/faults.ts';

/** Faults of a catalog in SQL. `replaceCatalog` depends on where its tables are. */
export function sqlFaults(
  db: Pick<SqlDatabase, 'write'>,
  { replaceCatalog }: Pick<CatalogFaults, 'replaceCatalog'>,
): CatalogFaults {
  const doing = async (sql: string, ...values: Value[]) => void (await db.write(() => run(sql, ...values)));
  const each = async <T>(all: readonly T[], lose: (one: T) => Promise<void>) => {
    for (const one of all) await lose(one);
  };
  return {
    loseImages: (ids) =>
      each(ids, ({ stream, number }) => doing('DELETE FROM image WHERE stream = ? AND number = ?', stream, number)),
    loseOutcomes: (technique, ids) =>
      each(ids, ({ stream, number }) =>
        doing('DELETE FROM outcome WHERE technique = ? AND stream = ? AND number = ?', technique, stream, number),
      ),
    loseEvents: (numbers) => each(numbers, (number) => doing('DELETE FROM event WHERE number = ?', number)),
    loseAlerts: (numbers) => each(numbers, (number) => doing('DELETE FROM alert WHERE number = ?', number)),
    loseDeadLetters: () => doing('DELETE FROM dead_letter'),
    loseStream: (stream) => doing('DELETE FROM stream WHERE stream = ?', stream),
    setLastNumber: (stream, number) => doing('UPDATE stream SET last_number = ? WHERE stream = ?', number, stream),
    setLastEvent: (number) => doing('UPDATE pipeline SET last_event = ?', number),
    replaceCatalog,
  };
}
