import type { AlertEntry, AlertFilter, AlertPage } from '../../ports/catalog/browsing.ts';
import { type Conditions, where } from './conditions.ts';
import { entriesIn } from './entries.ts';
import { listOrder } from './list-order.ts';
import type { AlertIndex, Dialect } from './sql-database.ts';
import { keyOf } from './technique-keys.ts';
import { get, type Work } from './work.ts';

/** At most this many alerts are found by measurement and sorted. With more, reading them in the order of the list is faster. */
const MAX_SORTED = 1000;

const COLUMNS = { number: 'number', time: 'listed_at' };

/** See `BrowsingCatalog.alertPage`. */
export function* alertPage(dialect: Dialect, filter: AlertFilter, page: AlertPage): Work<AlertEntry[]> {
  const { stream, technique, minMeasurement, from, to } = filter;
  const { conditions, order } = yield* listOrder(COLUMNS, { from, to, ...page }, (number) =>
    get('SELECT listed_at AS time FROM alert WHERE number = ?', number),
  );
  const { sql, values } = where([
    ['stream = ?', stream],
    ['technique = ?', technique && (yield* keyOf(technique))],
    ['measurement >= ?', minMeasurement],
    ...conditions,
  ]);
  const alerts = dialect.alertsBy(yield* indexFor(dialect, filter));
  const found = yield* entriesIn(`${alerts} WHERE state = 'ready' ${sql}`, order, ...values, page.limit);
  const entries = found.flatMap(({ entry }) => entry ?? []);
  return page.after === undefined ? entries : entries.reverse();
}

/** The index to use: one in the order of the list, unless few alerts match. */
function* indexFor(dialect: Dialect, { stream, technique, minMeasurement, from, to }: AlertFilter): Work<AlertIndex> {
  if (yield* isSelective(dialect, 'alert_by_measurement', [['measurement >= ?', minMeasurement]])) {
    return 'alert_by_measurement';
  }
  const isTimed = from !== undefined || to !== undefined;
  if (stream !== undefined) return isTimed ? 'alert_by_stream_time' : 'alert_by_stream';
  if (isTimed) return 'alert_by_time';
  return technique === undefined ? 'number' : 'alert_by_technique';
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
