import { randomUUID } from 'node:crypto';
import { ImgpipeError } from '../../domain/errors.ts';
import { newerVersion } from '../../domain/technique-id.ts';
import { parseTransfer, type Transfer } from '../../domain/transfer.ts';
import type { PipelineCatalog } from '../../ports/catalog/pipeline.ts';
import { checkPipelineToken } from './fences.ts';
import { textOrNull, thresholdOf } from './rows.ts';
import type { SqlDatabase } from './sql-database.ts';
import { inForce, judgedBy, keyOf } from './technique-keys.ts';
import { all, get, type Row, run } from './work.ts';

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

export function createPipelineRows(db: SqlDatabase): PipelineCatalog {
  return {
    identity: () =>
      db.read(function* () {
        const row = yield* get('SELECT * FROM pipeline');
        return {
          pipelineId: String(row?.['pipeline_id']),
          formerIds: JSON.parse(String(row?.['former_ids'])) as string[],
          busId: textOrNull(row?.['bus_id']),
          busAddress: textOrNull(row?.['bus_address']),
          cleaning: row?.['cleaning'] === 1,
          transfer: transferIn(row),
        };
      }),

    fencePipeline: async (token) => {
      // Usually nobody has held the lock exclusively: no transaction is needed.
      const isShared = () => get('SELECT 1 FROM pipeline WHERE token IS NULL');
      if (token === null && (await db.read(isShared)) !== undefined) return;
      await db.write(() => run('UPDATE pipeline SET token = ?', token));
    },

    setBus: ({ id, address }, before, token) =>
      db.write(function* () {
        if (token !== undefined) yield* checkPipelineToken(token);
        yield* run(
          'UPDATE pipeline SET bus_id = ?, bus_address = ? WHERE bus_id IS NOT DISTINCT FROM ?',
          id,
          address,
          before,
        );
      }),

    thresholds: () =>
      db.read(function* () {
        const rows = yield* all('SELECT * FROM technique');
        return new Map(rows.map((row) => [inForce(row), thresholdOf(row)] as const));
      }),

    setThreshold: (technique, threshold) =>
      db.write(function* () {
        const key = yield* keyOf(technique);
        const known = yield* get('SELECT * FROM technique WHERE technique = ?', key);
        const newest = newerVersion(known === undefined ? key : inForce(known), technique);
        yield* run(
          `INSERT INTO technique (technique, threshold, threshold_unit, active_at, in_force) VALUES (?, ?, ?, ${db.dialect.now}, ?)
           ON CONFLICT (technique) DO UPDATE SET threshold = excluded.threshold,
             threshold_unit = excluded.threshold_unit, active_at = excluded.active_at, idle = 0,
             in_force = excluded.in_force`,
          key,
          threshold.value,
          threshold.unit,
          judgedBy(key, newest),
        );
      }),

    activeTechniques: () =>
      db.read(function* () {
        return (yield* all('SELECT * FROM technique WHERE idle = 0 ORDER BY technique')).map(inForce);
      }),

    keepActive: (technique) =>
      db.write(function* () {
        yield* run(
          `UPDATE technique SET active_at = ${db.dialect.now}, idle = 0 WHERE technique = ?`,
          yield* keyOf(technique),
        );
      }),

    retireIdle: (since) =>
      db.write(function* () {
        const retired = yield* all(
          "UPDATE technique SET idle = 1 WHERE idle = 0 AND coalesce(active_at, '') < ? RETURNING technique, in_force",
          since,
        );
        return retired.map(inForce);
      }),

    beginClean: (token) =>
      db.write(function* () {
        yield* checkPipelineToken(token);
        yield* run('UPDATE pipeline SET cleaning = 1');
      }),

    endClean: (token) =>
      db.write(function* () {
        yield* checkPipelineToken(token);
        for (const table of CLEANED) yield* run(`DELETE FROM ${table}`);
        yield* db.dialect.restartLetterIds();
        const { former_ids: former, pipeline_id: id } = (yield* get('SELECT * FROM pipeline')) ?? {};
        yield* run(
          `UPDATE pipeline SET former_ids = ?, pipeline_id = ?, bus_id = NULL, bus_address = NULL, last_event = 0,
             cleaning = 0, token = NULL, events_token = NULL`,
          JSON.stringify([...(JSON.parse(String(former)) as string[]), String(id)]),
          randomUUID(),
        );
      }),
  };
}

/** The transfer in the pipeline's row, where it is a column. */
function transferIn(row: Row | undefined): Transfer | null {
  const text = row?.['transfer'];
  if (typeof text !== 'string') return null;
  const transfer = parseTransfer(text);
  if (transfer !== undefined) return transfer;
  throw new ImgpipeError(
    'catalog_damaged',
    'the column pipeline.transfer of the catalog, which says where the pipeline was moved, is damaged: restore it from a backup',
  );
}
