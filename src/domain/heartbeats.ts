import type { StageName } from './reports.ts';

/** Which stage it is, and in which process of which host. */
export interface StageProcess {
  readonly stage: StageName;
  readonly host: string;
  readonly process: number;
}

/** A stage's process was alive at this time. */
export interface Heartbeat extends StageProcess {
  readonly at: string;
}
