import type { ClientBase } from 'pg';
import { isSeveral, type Result, type Row, type Statement, type Value, type Work } from '../sql/work.ts';
import { withNul, withoutNul } from './nul-text.ts';

/** A statement as PostgreSQL numbers its parameters, with the name under which each session prepares it once. */
interface Prepared {
  readonly name: string;
  readonly text: string;
}

const known = new Map<string, Prepared>();
/** Statements whose text depends on a list are many: beyond this, they are not kept. */
const MAX_KNOWN = 500;

/** Does work in a session, statement by statement; several at once are sent without waiting for each other's results. */
export async function perform<T>(work: Work<T>, session: ClientBase): Promise<T> {
  let step = work.next();
  while (step.done !== true) {
    const asked = step.value;
    step = work.next(
      isSeveral(asked) ? await Promise.all(asked.map((each) => execute(each, session))) : await execute(asked, session),
    );
  }
  return step.value;
}

async function execute({ sql, values, gives }: Statement, session: ClientBase): Promise<Result> {
  const { rows, rowCount } = await session.query({ ...preparedOf(sql), values: values.map(stored) });
  if (gives === 'changes') return rowCount ?? 0;
  const found = rows.map(rowOf);
  return gives === 'row' ? found[0] : found;
}

function preparedOf(sql: string): Prepared | { readonly text: string } {
  const prepared = known.get(sql);
  if (prepared !== undefined) return prepared;
  let number = 0;
  const text = sql.replaceAll('?', () => `$${++number}`);
  if (known.size >= MAX_KNOWN) return { text };
  const made = { name: `imgpipe-${known.size}`, text };
  known.set(sql, made);
  return made;
}

function stored(value: Value): Value {
  return typeof value === 'string' ? withoutNul(value) : value;
}

function rowOf(row: Record<string, Value>): Row {
  for (const [column, value] of Object.entries(row)) {
    if (typeof value === 'string') row[column] = withNul(value);
  }
  return row;
}
