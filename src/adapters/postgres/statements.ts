import type { Client, ClientBase } from 'pg';
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
    step = work.next(isSeveral(asked) ? await executeAll(asked, session) : await execute(asked, session));
  }
  return step.value;
}

/** Sends all statements in one piece: one call of the system each would cost more than the statements. */
function executeAll(statements: readonly Statement[], session: ClientBase): Promise<Result[]> {
  const { stream } = (session as Client).connection;
  stream.cork();
  try {
    return Promise.all(statements.map((each) => execute(each, session)));
  } finally {
    stream.uncork();
  }
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
