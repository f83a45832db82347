import type { Heartbeat, StageProcess } from '../../domain/heartbeats.ts';
import type { StageName } from '../../domain/reports.ts';

/** The latest heartbeat of each stage, host and process. */
export interface HeartbeatCatalog {
  /** Records heartbeats, and deletes those from before `oldest`, whose processes have died. */
  recordHeartbeats(heartbeats: readonly Heartbeat[], oldest: string): Promise<void>;
  /** Deletes the heartbeats of stages that have ended. */
  removeHeartbeats(stages: readonly StageProcess[]): Promise<void>;
  /** The heartbeats of a stage on a host, the latest first. */
  heartbeats(stage: StageName, host: string): Promise<Heartbeat[]>;
}
