import type { StageName } from '../../domain/reports.ts';
import type { HeartbeatCatalog } from '../../ports/catalog/heartbeats.ts';
import type { SqlDatabase } from './sql-database.ts';
import { all, run, together } from './work.ts';

export function createHeartbeatRows(db: SqlDatabase): HeartbeatCatalog {
  return {
    recordHeartbeats: (heartbeats, oldest) =>
      db.writeAside(function* () {
        yield* together(heartbeats, ({ stage, host, process, at }) =>
          run(
            `INSERT INTO heartbeat VALUES (?, ?, ?, ?)
             ON CONFLICT (stage, host, process) DO UPDATE SET at = excluded.at`,
            stage,
            host,
            process,
            at,
          ),
        );
        yield* run('DELETE FROM heartbeat WHERE at < ?', oldest);
      }),

    removeHeartbeats: (stages) =>
      db.writeAside(function* () {
        yield* together(stages, ({ stage, host, process }) =>
          run('DELETE FROM heartbeat WHERE stage = ? AND host = ? AND process = ?', stage, host, process),
        );
      }),

    heartbeats: (stage, host) =>
      db.read(function* () {
        const rows = yield* all(
          'SELECT * FROM heartbeat WHERE stage = ? AND host = ? ORDER BY at DESC, process',
          stage,
          host,
        );
        return rows.map((row) => ({
          stage: String(row['stage']) as StageName,
          host: String(row['host']),
          process: Number(row['process']),
          at: String(row['at']),
        }));
      }),
  };
}
