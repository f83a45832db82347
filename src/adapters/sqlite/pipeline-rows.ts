import { randomUUID } from 'node:crypto';
import type { PipelineCatalog } from '../../ports/catalog/pipeline.ts';
import type { Database } from './database.ts';
import { thresholdOf } from './rows.ts';

/** The tables that `clean` empties. */
const CLEANED = [
  'technique',
  'stream',
  'image',
  'outcome',
  'event',
  'alert',
  'alert_delay',
  'dead_letter',
  'discarded_letters',
  'heartbeat',
  'owed',
  'owed_event',
  'outcome_total',
];

export function createPipelineRows(db: Database): PipelineCatalog {
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

    beginClean: () => db.write(() => void db.run('UPDATE pipeline SET cleaning = 1')),

    endClean: () =>
      db.write(() => {
        for (const table of CLEANED) db.run(`DELETE FROM ${table}`);
        db.run("DELETE FROM sqlite_sequence WHERE name = 'dead_letter'");
        db.run(
          `UPDATE pipeline SET former_ids = json_insert(former_ids, '$[#]', pipeline_id),
             pipeline_id = ?, bus_id = NULL, last_event = 0, cleaning = 0`,
          randomUUID(),
        );
      }),
  };
}
