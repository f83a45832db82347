import type { AlertEntry, AlertFilter, AlertPage } from '../../ports/catalog/browsing.ts';
import type { Database, Value } from './database.ts';
import { alertOf, EVENT_QUERY, eventOf, imageOf } from './rows.ts';

/** Up to so many alerts that are strong or timely enough are sorted; of more, a walk by number soon has a page. */
const MAX_SORTED = 1000;

/** Conditions, each with its value; without one it is not asked for. */
type Asked = readonly (readonly [condition: string, value: Value | undefined])[];

/** See `BrowsingCatalog.alertPage`. */
export function alertPage(db: Database, filter: AlertFilter, page: AlertPage): AlertEntry[] {
  return db.snapshot(() => numbersOf(db, filter, page).flatMap((number) => entryOf(db, number) ?? []));
}

/** The numbers on the page, the highest first. */
function numbersOf(db: Database, filter: AlertFilter, page: AlertPage): number[] {
  const { strength, times } = rangesOf(filter);
  const asked = where([
    ...strength,
    ...times,
    ['stream = ?', filter.stream],
    ['technique = ?', filter.technique],
    ['number < ?', page.before],
    ['number > ?', page.after],
  ]);
  const upwards = page.after !== undefined;
  const numbers = db
    .all(
      `SELECT number FROM alert ${wayFor(db, filter)} WHERE state = 'ready' ${asked.sql}
       ORDER BY number ${upwards ? 'ASC' : 'DESC'} LIMIT ?`,
      ...asked.values,
      page.limit,
    )
    .map((row) => Number(row['number']));
  return upwards ? numbers.reverse() : numbers;
}

/** By which index the alerts are found; one that has them in the order of their numbers, unless they are few. */
function wayFor(db: Database, filter: AlertFilter): string {
  const { strength, times } = rangesOf(filter);
  if (areFew(db, 'alert_by_measurement', strength)) return 'INDEXED BY alert_by_measurement';
  if (areFew(db, 'alert_by_time', times)) return 'INDEXED BY alert_by_time';
  if (filter.stream !== undefined) return 'INDEXED BY alert_by_stream';
  if (filter.technique !== undefined) return 'INDEXED BY alert_by_technique';
  return 'NOT INDEXED';
}

function rangesOf(filter: AlertFilter): { readonly strength: Asked; readonly times: Asked } {
  return {
    strength: [['measurement >= ?', filter.minMeasurement]],
    times: [
      ['alerted_at >= ?', filter.from],
      ['alerted_at < ?', filter.to],
    ],
  };
}

function areFew(db: Database, index: string, range: Asked): boolean {
  const { sql, values } = where(range);
  if (values.length === 0) return false;
  const counted = db.get(
    `SELECT count(*) AS n FROM (SELECT 1 FROM alert INDEXED BY ${index} WHERE true ${sql} LIMIT ?)`,
    ...values,
    MAX_SORTED + 1,
  );
  return Number(counted?.['n']) <= MAX_SORTED;
}

function where(asked: Asked): { readonly sql: string; readonly values: readonly Value[] } {
  const conditions = asked.flatMap(([sql, value]) => (value === undefined ? [] : [{ sql: `AND ${sql}`, value }]));
  return { sql: conditions.map(({ sql }) => sql).join(' '), values: conditions.map(({ value }) => value) };
}

/** A ready alert with its rows; undefined where one of them is missing, which the audit reports. */
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
