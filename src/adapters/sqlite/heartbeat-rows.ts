import type { StageName } from '../../domain/reports.ts';
import type { HeartbeatCatalog } from '../../ports/catalog/heartbeats.ts';
import type { Database } from './database.ts';

export function createHeartbeatRows(db: Database): HeartbeatCatalog {
  return {
    recordHeartbeats: (heartbeats, oldest) =>
      db.write(() => {
        for (const { stage, host, process, at } of heartbeats) {
          db.run('INSERT OR REPLACE INTO heartbeat VALUES (?, ?, ?, ?)', stage, host, process, at);
        }
        db.run('DELETE FROM heartbeat WHERE at < ?', oldest);
      }),

    removeHeartbeats: (stages) =>
      db.write(() => {
        for (const { stage, host, process } of stages) {
          db.run('DELETE FROM heartbeat WHERE stage = ? AND host = ? AND process = ?', stage, host, process);
        }
      }),

    heartbeats: async (stage, host) =>
      db
        .all('SELECT * FROM heartbeat WHERE stage = ? AND host = ? ORDER BY at DESC, process', stage, host)
        .map((row) => ({
          stage: String(row['stage']) as StageName,
          host: String(row['host']),
          process: Number(row['process']),
          at: String(row['at']),
        })),
  };
}
