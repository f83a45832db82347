import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { Row, Value } from '../sql/work.ts';
import { translated } from './errors.ts';

/** The statements of a connection. Each is prepared once. Errors are `ImgpipeError`s that name the file. */
export interface Queries {
  /** The rows of a query. */
  all(sql: string, ...values: Value[]): Row[];
  get(sql: string, ...values: Value[]): Row | undefined;
  /** Runs a statement; returns how many rows it changed. */
  run(sql: string, ...values: Value[]): number;
}

/** A closed connection keeps its locks until its statements are garbage-collected: `forget` them first. */
export function createQueries(connection: DatabaseSyncInstance, file: string): Queries & { forget(): void } {
  const statements = new Map<string, ReturnType<DatabaseSyncInstance['prepare']>>();

  function statement(sql: string) {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const made = connection.prepare(sql);
    statements.set(sql, made);
    return made;
  }

  return {
    all: (sql, ...values) => withTranslatedErrors(file, () => statement(sql).all(...values) as Row[]),
    get: (sql, ...values) => withTranslatedErrors(file, () => statement(sql).get(...values) as Row | undefined),
    run: (sql, ...values) => withTranslatedErrors(file, () => Number(statement(sql).run(...values).changes)),
    forget: () => statements.clear(),
  };
}

/** Does `work`; an error of SQLite becomes an `ImgpipeError`. */
export function withTranslatedErrors<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw translated(error, file);
  }
}
