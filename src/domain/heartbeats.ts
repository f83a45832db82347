import type { StageName } from './reports.ts';

/** A stage in a process of a host. */
export interface StageProcess {
  readonly stage: StageName;
  readonly host: string;
  readonly process: number;
}

/** The last time at which a stage's process was known to be alive. */
export interface Heartbeat extends StageProcess {
  readonly at: string;
}
