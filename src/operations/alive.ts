import type { Heartbeat } from '../domain/heartbeats.ts';
import type { StageName } from '../domain/reports.ts';
import type { HeartbeatCatalog } from '../ports/catalog/heartbeats.ts';

/** A heartbeat that is older than this tells of a process that has died or hangs. */
const FRESH_MS = 30_000;

/** Whether a stage of this name lives on a host, and what is known of it there. */
export interface Liveness {
  readonly stage: StageName;
  readonly host: string;
  readonly alive: boolean;
  /** The latest of each process first, with its age. */
  readonly heartbeats: readonly (Heartbeat & { readonly ageMs: number })[];
}

/** Looks at the heartbeats alone, so that it is quick and asks nobody. */
export async function liveness(
  catalog: Pick<HeartbeatCatalog, 'heartbeats'>,
  { stage, host, freshMs = FRESH_MS }: { stage: StageName; host: string; freshMs?: number },
): Promise<Liveness> {
  const now = Date.now();
  const heartbeats = (await catalog.heartbeats(stage, host)).map((each) => ({
    ...each,
    // One from the future is of before the clock was set back: the further off, the longer ago.
    ageMs: Math.abs(now - Date.parse(each.at)),
  }));
  return { stage, host, alive: heartbeats.some(({ ageMs }) => ageMs < freshMs), heartbeats };
}
