import type { StageName } from '../../domain/reports.ts';

/** A stage in a process. */
export interface StageProcess {
  readonly stage: StageName;
  /** The name of the process table that the process is in: a host's or a container's. */
  readonly host: string;
  readonly process: number;
}

/** The last time at which a stage's process was known to be alive, by the clock of the catalog. */
export interface Heartbeat extends StageProcess {
  readonly at: string;
}

/** The latest heartbeat of each stage, host and process. */
export interface HeartbeatCatalog {
  /** Records heartbeats, and deletes those from before `oldest`, whose processes have died. */
  recordHeartbeats(heartbeats: readonly Heartbeat[], oldest: string): Promise<void>;
  /** Deletes the heartbeats of stages that have ended. */
  removeHeartbeats(stages: readonly StageProcess[]): Promise<void>;
  /** The heartbeats of a stage in a process table, the latest first. */
  heartbeats(stage: StageName, host: string): Promise<Heartbeat[]>;
}
