import type { AlertEntry, AlertFilter, AlertPage } from '../../ports/catalog/browsing.ts';
import { type Conditions, where } from './conditions.ts';
import { alertOf, EVENT_QUERY, eventOf, imageOf } from './rows.ts';
import type { AlertIndex, Dialect } from './sql-database.ts';
import { keyOf } from './technique-keys.ts';
import { all, get, type Row, together, type Value, type Work } from './work.ts';

/** At most this many alerts are found by measurement or time and sorted. With more, a scan by number is faster. */
const MAX_SORTED = 1000;

/** See `BrowsingCatalog.alertPage`. */
export function* alertPage(dialect: Dialect, filter: AlertFilter, page: AlertPage): Work<AlertEntry[]> {
  const entries = yield* together(yield* pageNumbers(dialect, filter, page), entryOf);
  return entries.flatMap((entry) => entry ?? []);
}

/** The numbers on the page, the highest first. */
function* pageNumbers(dialect: Dialect, filter: AlertFilter, page: AlertPage): Work<number[]> {
  const ranges = yield* rangesOf(dialect, filter);
  const { sql, values } = where([
    ...ranges.strength,
    ...ranges.times,
    ['stream = ?', filter.stream],
    ['technique = ?', filter.technique && (yield* keyOf(filter.technique))],
    ['number < ?', page.before],
    ['number > ?', page.after],
  ]);
  const upwards = page.after !== undefined;
  const rows = yield* all(
    `SELECT number FROM ${dialect.alertsBy(yield* indexFor(dialect, filter, ranges))} WHERE state = 'ready' ${sql}
     ORDER BY number ${upwards ? 'ASC' : 'DESC'} LIMIT ?`,
    ...values,
    page.limit,
  );
  const numbers = rows.map((row) => Number(row['number']));
  return upwards ? numbers.reverse() : numbers;
}

interface Ranges {
  readonly strength: Conditions;
  readonly times: Conditions;
}

/** The index to use: one in the order of the numbers, unless few alerts match. */
function* indexFor(dialect: Dialect, filter: AlertFilter, ranges: Ranges): Work<AlertIndex | undefined> {
  if (yield* isSelective(dialect, 'alert_by_measurement', ranges.strength)) return 'alert_by_measurement';
  if (yield* isSelective(dialect, 'alert_by_time', ranges.times)) return 'alert_by_time';
  if (filter.stream !== undefined) return 'alert_by_stream';
  if (filter.technique !== undefined) return 'alert_by_technique';
  return undefined;
}

function* rangesOf(dialect: Dialect, { minMeasurement, from, to }: AlertFilter): Work<Ranges> {
  const isTimed = from !== undefined || to !== undefined;
  const time = isTimed && dialect.alertTime ? yield* dialect.alertTime() : 'listed_at';
  return {
    strength: [['measurement >= ?', minMeasurement]],
    times: [
      [`${time} >= ?`, from],
      [`${time} < ?`, to],
    ],
  };
}

function* isSelective(dialect: Dialect, index: AlertIndex, range: Conditions): Work<boolean> {
  const { sql, values } = where(range);
  if (values.length === 0) return false;
  const counted = yield* get(
    `SELECT count(*) AS n FROM (SELECT 1 FROM ${dialect.alertsBy(index)} WHERE true ${sql} LIMIT ?) found`,
    ...values,
    MAX_SORTED + 1,
  );
  return Number(counted?.['n']) <= MAX_SORTED;
}

/** A ready alert with its rows; undefined if one of them is missing, which an audit reports. */
export function* entryOf(number: number): Work<AlertEntry | undefined> {
  const alert = yield* get('SELECT * FROM alert WHERE number = ?', number);
  const event = yield* get(`${EVENT_QUERY} WHERE e.number = ?`, number);
  if (alert?.['state'] !== 'ready' || event === undefined) return undefined;
  const image = yield* imageRow(event, 'image');
  const reference = yield* imageRow(event, 'reference');
  if (image === undefined || reference === undefined) return undefined;
  return { alert: alertOf(alert), event: eventOf(event), image: imageOf(image), reference: imageOf(reference) };
}

/** The row of the image with the number in a column of an event. */
function imageRow(event: Row, column: 'image' | 'reference'): Work<Row | undefined> {
  const number: Value = event[column] ?? null;
  return get('SELECT * FROM image WHERE stream = ? AND number = ?', event['stream'] ?? null, number);
}
