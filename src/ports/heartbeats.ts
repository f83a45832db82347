import type { Heartbeat, StageProcess } from '../domain/heartbeats.ts';
import type { StageName } from '../domain/reports.ts';

/** The rows of heartbeats: of each stage, host and process the latest. */
export interface HeartbeatRows {
  /** Keeps heartbeats, and forgets those from before `oldest`: of processes that have died. */
  beat(heartbeats: readonly Heartbeat[], oldest: string): Promise<void>;
  /** Forgets the heartbeats of stages that have ended in order. */
  endBeats(stages: readonly StageProcess[]): Promise<void>;
  /** The heartbeats of a stage on a host, the latest first. */
  heartbeats(stage: StageName, host: string): Promise<Heartbeat[]>;
}
