import type { AlertEntry, AlertFilter, AlertPage } from '../../ports/catalog/browsing.ts';
import { type Conditions, where } from './conditions.ts';
import type { Database, Value } from './database.ts';
import { alertOf, EVENT_QUERY, eventOf, imageOf } from './rows.ts';
import { keyOf } from './technique-keys.ts';

/** At most this many alerts are found by measurement or time and sorted. With more, a scan by number is faster. */
const MAX_SORTED = 1000;

/** See `BrowsingCatalog.alertPage`. */
export function alertPage(db: Database, filter: AlertFilter, page: AlertPage): AlertEntry[] {
  return db.snapshot(() => pageNumbers(db, filter, page).flatMap((number) => entryOf(db, number) ?? []));
}

/** The numbers on the page, the highest first. They come from `main`, because a view of an older table has no indexes. */
function pageNumbers(db: Database, filter: AlertFilter, page: AlertPage): number[] {
  const { strength, times } = rangesOf(db, filter);
  const { sql, values } = where([
    ...strength,
    ...times,
    ['stream = ?', filter.stream],
    ['technique = ?', filter.technique && keyOf(db, filter.technique)],
    ['number < ?', page.before],
    ['number > ?', page.after],
  ]);
  const upwards = page.after !== undefined;
  const numbers = db
    .all(
      `SELECT number FROM main.alert ${indexFor(db, filter)} WHERE state = 'ready' ${sql}
       ORDER BY number ${upwards ? 'ASC' : 'DESC'} LIMIT ?`,
      ...values,
      page.limit,
    )
    .map((row) => Number(row['number']));
  return upwards ? numbers.reverse() : numbers;
}

/** The index to use: one in the order of the numbers, unless few alerts match. */
function indexFor(db: Database, filter: AlertFilter): string {
  const { strength, times } = rangesOf(db, filter);
  if (isSelective(db, 'alert_by_measurement', strength)) return 'INDEXED BY alert_by_measurement';
  if (isSelective(db, 'alert_by_time', times)) return 'INDEXED BY alert_by_time';
  if (filter.stream !== undefined) return 'INDEXED BY alert_by_stream';
  if (filter.technique !== undefined) return 'INDEXED BY alert_by_technique';
  return 'NOT INDEXED';
}

function rangesOf(db: Database, filter: AlertFilter): { readonly strength: Conditions; readonly times: Conditions } {
  const time = timeColumn(db, filter);
  return {
    strength: [['measurement >= ?', filter.minMeasurement]],
    times: [
      [`${time} >= ?`, filter.from],
      [`${time} < ?`, filter.to],
    ],
  };
}

/** In a catalog of the version before, all alerts have their own time, and so has the index. */
function timeColumn(db: Database, { from, to }: AlertFilter): string {
  if (from === undefined && to === undefined) return 'listed_at';
  const columns = db.all("SELECT name FROM pragma_table_info('alert', 'main')");
  return columns.some(({ name }) => name === 'listed_at') ? 'listed_at' : 'alerted_at';
}

function isSelective(db: Database, index: string, range: Conditions): boolean {
  const { sql, values } = where(range);
  if (values.length === 0) return false;
  const counted = db.get(
    `SELECT count(*) AS n FROM (SELECT 1 FROM main.alert INDEXED BY ${index} WHERE true ${sql} LIMIT ?)`,
    ...values,
    MAX_SORTED + 1,
  );
  return Number(counted?.['n']) <= MAX_SORTED;
}

/** A ready alert with its rows; undefined if one of them is missing, which an audit reports. */
export function entryOf(db: Database, number: number): AlertEntry | undefined {
  const alert = db.get('SELECT * FROM alert WHERE number = ?', number);
  const event = db.get(`${EVENT_QUERY} WHERE e.number = ?`, number);
  const imageRow = (of: Value | undefined) =>
    db.get('SELECT * FROM image WHERE stream = ? AND number = ?', event?.['stream'] ?? null, of ?? null);
  const [image, reference] = [imageRow(event?.['image']), imageRow(event?.['reference'])];
  if (alert?.['state'] !== 'ready' || event === undefined || image === undefined || reference === undefined)
    return undefined;
  return { alert: alertOf(alert), event: eventOf(event), image: imageOf(image), reference: imageOf(reference) };
}
