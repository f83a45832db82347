import { randomUUID } from 'node:crypto';
import { newerVersion } from '../../domain/technique-id.ts';
import type { PipelineCatalog } from '../../ports/catalog/pipeline.ts';
import type { Database } from './database.ts';
import { checkPipelineToken } from './fences.ts';
import { textOrNull, thresholdOf } from './rows.ts';
import { inForce, judgedBy, keyOf } from './technique-keys.ts';

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
        busId: textOrNull(row?.['bus_id']),
        busAddress: textOrNull(row?.['bus_address']),
        cleaning: row?.['cleaning'] === 1,
      };
    },

    fencePipeline: async (token) => {
      // Usually nobody has held the lock exclusively: no transaction is needed.
      if (token === null && db.get('SELECT 1 FROM pipeline WHERE token IS NOT NULL') === undefined) return;
      await db.write(() => void db.run('UPDATE pipeline SET token = ?', token));
    },

    setBus: ({ id, address }, before, token) =>
      db.write(() => {
        if (token !== undefined) checkPipelineToken(db, token);
        db.run('UPDATE pipeline SET bus_id = ?, bus_address = ? WHERE bus_id IS ?', id, address, before);
      }),

    thresholds: async () =>
      new Map(db.all('SELECT * FROM technique').map((row) => [inForce(row), thresholdOf(row)] as const)),

    setThreshold: (technique, threshold) =>
      db.write(() => {
        const key = keyOf(db, technique);
        const known = db.get('SELECT * FROM technique WHERE technique = ?', key);
        const newest = newerVersion(known === undefined ? key : inForce(known), technique);
        db.run(
          `INSERT INTO technique (technique, threshold, threshold_unit, active_at, in_force) VALUES (?, ?, ?, ?, ?)
           ON CONFLICT (technique) DO UPDATE SET threshold = excluded.threshold,
             threshold_unit = excluded.threshold_unit, active_at = excluded.active_at, idle = 0,
             in_force = excluded.in_force`,
          key,
          threshold.value,
          threshold.unit,
          new Date().toISOString(),
          judgedBy(key, newest),
        );
      }),

    activeTechniques: async () => db.all('SELECT * FROM technique WHERE idle = 0 ORDER BY technique').map(inForce),

    keepActive: (technique) =>
      db.write(
        () =>
          void db.run(
            'UPDATE technique SET active_at = ?, idle = 0 WHERE technique = ?',
            new Date().toISOString(),
            keyOf(db, technique),
          ),
      ),

    retireIdle: (since) =>
      db.write(() =>
        db
          .all(
            "UPDATE technique SET idle = 1 WHERE idle = 0 AND ifnull(active_at, '') < ? RETURNING technique, in_force",
            since,
          )
          .map(inForce),
      ),

    beginClean: (token) =>
      db.write(() => {
        checkPipelineToken(db, token);
        db.run('UPDATE pipeline SET cleaning = 1');
      }),

    endClean: (token) =>
      db.write(() => {
        checkPipelineToken(db, token);
        for (const table of CLEANED) db.run(`DELETE FROM ${table}`);
        db.run("DELETE FROM sqlite_sequence WHERE name = 'dead_letter'");
        db.run(
          `UPDATE pipeline SET former_ids = json_insert(former_ids, '$[#]', pipeline_id),
             pipeline_id = ?, bus_id = NULL, bus_address = NULL, last_event = 0, cleaning = 0,
             token = NULL, events_token = NULL`,
          randomUUID(),
        );
      }),
  };
}
