import type { AlertEntry } from '../../ports/catalog/browsing.ts';
import { ALERT_COLUMNS, alertOf, EVENT_COLUMNS, eventOf, IMAGE_COLUMNS, imageOf, OUTCOME_COLUMNS } from './rows.ts';
import { all, type Row, type Value, type Work } from './work.ts';

/** An alert's row, and what it is about: undefined if it is not ready or a row is missing, which an audit reports. */
interface FoundEntry {
  readonly row: Row;
  readonly entry: AlertEntry | undefined;
}

/** A column of a table in the join, and what the join calls it. */
interface JoinedColumn {
  readonly column: string;
  readonly from: string;
  readonly as: string;
}

function joined(table: string, prefix: string, columns: readonly string[]): readonly JoinedColumn[] {
  return columns.map((column) => ({ column, from: `${table}.${column}`, as: `${prefix}_${column}` }));
}

const EVENT = [...joined('e', 'event', EVENT_COLUMNS), ...joined('o', 'event', OUTCOME_COLUMNS)];
const IMAGE = joined('i', 'image', IMAGE_COLUMNS);
const REFERENCE = joined('r', 'reference', IMAGE_COLUMNS);

const COLUMNS = [
  ...[...ALERT_COLUMNS, 'ready_order'].map((column) => `a.${column}`),
  ...[...EVENT, ...IMAGE, ...REFERENCE].map(({ from, as }) => `${from} AS ${as}`),
].join(', ');

const JOINS = `
  LEFT JOIN event e ON e.number = a.number
  LEFT JOIN outcome o ON o.technique = e.technique AND o.stream = e.stream AND o.number = e.image
  LEFT JOIN image i ON i.stream = e.stream AND i.number = e.image
  LEFT JOIN image r ON r.stream = e.stream AND r.number = o.reference`;

/**
 * The first alerts with what they are about: `from` is the table with conditions, `order` its columns with directions. The last
 * of the values is how many.
 */
export function* entriesIn(from: string, order: readonly string[], ...values: Value[]): Work<FoundEntry[]> {
  const rows = yield* all(
    `SELECT ${COLUMNS} FROM (SELECT * FROM ${from} ORDER BY ${order.join(', ')} LIMIT ?) a ${JOINS}
     ORDER BY ${order.map((column) => `a.${column}`).join(', ')}`,
    ...values,
  );
  return rows.map((row) => ({ row, entry: entryIn(row) }));
}

/** A ready alert with its rows. */
export function* entryOf(number: number): Work<AlertEntry | undefined> {
  const [found] = yield* entriesIn('alert WHERE number = ?', ['number'], number, 1);
  return found?.entry;
}

function entryIn(row: Row): AlertEntry | undefined {
  const [event, image, reference] = [rowOf(row, EVENT), rowOf(row, IMAGE), rowOf(row, REFERENCE)];
  const isComplete = [event['kind'], image['number'], reference['number']].every((value) => value !== null);
  if (row['state'] !== 'ready' || !isComplete) return undefined;
  return { alert: alertOf(row), event: eventOf(event), image: imageOf(image), reference: imageOf(reference) };
}

/** The row of one of the tables, from a row of the join. */
function rowOf(row: Row, columns: readonly JoinedColumn[]): Row {
  const own: Record<string, Value> = {};
  for (const { column, as } of columns) own[column] = row[as] ?? null;
  return own;
}
