import type { StageName } from '../domain/reports.ts';
import type { Heartbeat, HeartbeatCatalog } from '../ports/catalog/heartbeats.ts';

/** A process whose last heartbeat is older than this is dead or hangs. */
const FRESH_MS = 30_000;

/** Whether a stage is alive on a host, with its heartbeats there. */
export interface Liveness {
  readonly stage: StageName;
  readonly host: string;
  readonly alive: boolean;
  /** The latest heartbeat of each process with its age, newest first. */
  readonly heartbeats: readonly (Heartbeat & { readonly ageMs: number })[];
}

/** Reads only heartbeats: it is fast and needs neither broker nor store. */
export async function liveness(
  catalog: Pick<HeartbeatCatalog, 'heartbeats'>,
  { stage, host, freshMs = FRESH_MS }: { stage: StageName; host: string; freshMs?: number },
): Promise<Liveness> {
  const now = Date.now();
  const heartbeats = (await catalog.heartbeats(stage, host)).map((each) => ({
    ...each,
    // A heartbeat from the future was written before the clock was set back.
    ageMs: Math.abs(now - Date.parse(each.at)),
  }));
  return { stage, host, alive: heartbeats.some(({ ageMs }) => ageMs < freshMs), heartbeats };
}
