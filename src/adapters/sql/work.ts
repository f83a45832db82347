/** A value of a parameter or a column. */
export type Value = string | number | null | Uint8Array;
export type Row = Readonly<Record<string, Value>>;

/** A statement, with a value for each `?` in it. */
export interface Statement {
  readonly sql: string;
  readonly values: readonly Value[];
  /** What the result is: all rows of a query, its first row, or how many rows were changed. */
  readonly gives: 'rows' | 'row' | 'changes';
}

export type Result = readonly Row[] | Row | undefined | number;

/**
 * Work in SQL: it yields one statement after the other and gets the result of each. It does not know how they are executed,
 * in this process or over a connection, so that what the catalog does is written once for each database.
 */
export type Work<T> = Generator<Statement, T, Result>;

/** The rows of a query. */
export function* all(sql: string, ...values: Value[]): Work<readonly Row[]> {
  return (yield { sql, values, gives: 'rows' }) as readonly Row[];
}

/** The first row of a query. */
export function* get(sql: string, ...values: Value[]): Work<Row | undefined> {
  return (yield { sql, values, gives: 'row' }) as Row | undefined;
}

/** Runs a statement; returns how many rows it changed. */
export function* run(sql: string, ...values: Value[]): Work<number> {
  return (yield { sql, values, gives: 'changes' }) as number;
}

/** Does work for each of the items, in their order. */
export function* each<T, R>(items: readonly T[], work: (item: T) => Work<R>): Work<R[]> {
  const results: R[] = [];
  for (const item of items) results.push(yield* work(item));
  return results;
}
