import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { ImageId } from '../../domain/records.ts';
import type { Catalog, CatalogWhole } from '../../ports/catalog.ts';
import { createAlertRows } from './alert-rows.ts';
import { audit } from './audit.ts';
import { createBrowsingRows } from './browsing-rows.ts';
import type { Database } from './database.ts';
import { createDeadLetterRows } from './dead-letter-rows.ts';
import { createHeartbeatRows } from './heartbeat-rows.ts';
import { createImageRows } from './image-rows.ts';
import { createLocks } from './locks.ts';
import { createOutcomeRows } from './outcome-rows.ts';
import { alertOf, EVENT_QUERY, eventOf, imageOf, thresholdOf } from './rows.ts';

/** The tables of which `clean` leaves nothing. */
const FORGOTTEN = [
  'technique',
  'stream',
  'image',
  'outcome',
  'event',
  'alert',
  'alert_delay',
  'dead_letter',
  'heartbeat',
];

/** The catalog in SQLite; its locks' locks lie in `locks/` beside the database. It closes the database. */
export function createSqliteCatalog(db: Database): Catalog {
  const locks = createLocks(path.join(path.dirname(db.file), 'locks'));
  return {
    lock: locks.lock,
    ...createImageRows(db),
    ...createOutcomeRows(db),
    ...createAlertRows(db),
    ...createDeadLetterRows(db),
    ...createHeartbeatRows(db),
    ...createBrowsingRows(db),
    ...createWhole(db),
    close: async () => {
      locks.releaseAll();
      db.close();
    },
  };
}

function createWhole(db: Database): Omit<CatalogWhole, 'close'> {
  const page = (condition: string, after: ImageId | undefined, limit: number) =>
    db
      .all(
        `SELECT * FROM image WHERE (stream, number) > (?, ?) ${condition} ORDER BY stream, number LIMIT ?`,
        after?.stream ?? '',
        after?.number ?? 0,
        limit,
      )
      .map(imageOf);

  return {
    identity: async () => {
      const row = db.get('SELECT * FROM pipeline');
      return {
        pipelineId: String(row?.['pipeline_id']),
        formerIds: JSON.parse(String(row?.['former_ids'])) as string[],
        busId: row?.['bus_id'] === null ? null : String(row?.['bus_id']),
        cleaning: row?.['cleaning'] === 1,
      };
    },

    setBus: (busId) => db.write(() => void db.run('UPDATE pipeline SET bus_id = ?', busId)),

    thresholds: async () =>
      new Map(db.all('SELECT * FROM technique').map((row) => [String(row['technique']), thresholdOf(row)] as const)),

    setThreshold: (technique, threshold) =>
      db.write(
        () =>
          void db.run(
            `INSERT INTO technique VALUES (?, ?, ?) ON CONFLICT (technique)
               DO UPDATE SET threshold = excluded.threshold, threshold_unit = excluded.threshold_unit`,
            technique,
            threshold.value,
            threshold.unit,
          ),
      ),

    audit: async (defaultTechnique) => audit(db, defaultTechnique),

    firstOpen: async (stream, from, to, technique) => {
      const row = db.get(
        `SELECT i.number FROM image i
           LEFT JOIN outcome o ON o.technique = ? AND o.stream = i.stream AND o.number = i.number
           LEFT JOIN event e ON e.technique = o.technique AND e.stream = o.stream AND e.image = o.number
           LEFT JOIN alert a ON a.number = e.number AND a.state = 'ready'
         WHERE i.stream = ? AND i.number BETWEEN ? AND ?
           AND (o.number IS NULL OR (e.number IS NOT NULL AND a.number IS NULL AND NOT EXISTS (
             SELECT 1 FROM dead_letter d WHERE d.event = e.number AND d.replayed_at IS NULL)))
         ORDER BY i.number LIMIT 1`,
        technique,
        stream,
        from,
        to,
      );
      return row === undefined ? undefined : Number(row['number']);
    },

    tally: async (stream, from, to, technique) => {
      const row = db.get(
        `SELECT count(e.number) AS events, count(CASE WHEN a.state = 'ready' THEN 1 END) AS alerts,
           count(CASE WHEN o.kind = 'dead' THEN 1 END)
             + count((SELECT 1 FROM dead_letter d WHERE d.event = e.number AND d.replayed_at IS NULL)) AS dead
         FROM outcome o
           LEFT JOIN event e ON e.technique = o.technique AND e.stream = o.stream AND e.image = o.number
           LEFT JOIN alert a ON a.number = e.number
         WHERE o.technique = ? AND o.stream = ? AND o.number BETWEEN ? AND ?`,
        technique,
        stream,
        from,
        to,
      );
      const figure = (name: string) => Number(row?.[name]);
      return { events: figure('events'), alerts: figure('alerts'), deadLetters: figure('dead') };
    },

    readyImages: async (after, limit) => page("AND state = 'ready'", after, limit),
    allImages: async (after, limit) => page('', after, limit),

    readyEvents: async (after, limit) =>
      db
        .all(`${EVENT_QUERY} WHERE e.number > ? AND e.state = 'ready' ORDER BY e.number LIMIT ?`, after, limit)
        .map(eventOf),

    readyAlerts: async (after, limit) =>
      db
        .all("SELECT * FROM alert WHERE number > ? AND state = 'ready' ORDER BY number LIMIT ?", after, limit)
        .map(alertOf),

    lastEvent: async () => Number(db.get('SELECT last_event FROM pipeline')?.['last_event']),

    beginClean: () => db.write(() => void db.run('UPDATE pipeline SET cleaning = 1')),

    endClean: () =>
      db.write(() => {
        for (const table of FORGOTTEN) {
          db.run(`DELETE FROM ${table}`);
        }
        db.run("DELETE FROM sqlite_sequence WHERE name = 'dead_letter'");
        db.run(
          `UPDATE pipeline SET former_ids = json_insert(former_ids, '$[#]', pipeline_id),
             pipeline_id = ?, bus_id = NULL, last_event = 0, cleaning = 0`,
          randomUUID(),
        );
      }),
  };
}
