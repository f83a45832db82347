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
 * Work in SQL: it yields one statement after the other and gets the result of each, or several at once that do not depend on
 * each other's results. It does not know how they are executed, in this process or over a connection, so that what the
 * catalog does is written once for each database.
 */
export type Work<T> = Generator<Statement | readonly Statement[], T, Result | readonly Result[]>;

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

/** Does work for each of the items, one after the other. */
export function* each<T, R>(items: readonly T[], work: (item: T) => Work<R>): Work<R[]> {
  const results: R[] = [];
  for (const item of items) results.push(yield* work(item));
  return results;
}

/**
 * Does work for each of the items, for all of them at once: first the first statement of each, in the order of the items,
 * then the second of each. A server gets such statements together, in one round trip. The work for one item must not depend
 * on what another does.
 */
export function* together<T, R>(items: readonly T[], work: (item: T) => Work<R>): Work<R[]> {
  const all = items.map((item) => {
    const one = work(item);
    return { one, step: one.next() };
  });
  for (;;) {
    const open = all.flatMap((each) => (each.step.done === true ? [] : [{ each, asked: each.step.value }]));
    if (open.length === 0) break;
    const results = (yield open.flatMap(({ asked }) => asked)) as readonly Result[];
    let from = 0;
    for (const { each, asked } of open) {
      const to = from + (isSeveral(asked) ? asked.length : 1);
      each.step = each.one.next(isSeveral(asked) ? results.slice(from, to) : results[from]);
      from = to;
    }
  }
  return all.map(({ step }) => step.value as R);
}

export function isSeveral<T>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value);
}
