import { isProcessAlive } from '../base/process-alive.ts';
import { processTable, tableName } from '../base/process-table.ts';
import type { StageName } from '../domain/reports.ts';
import type { CatalogClock } from '../ports/catalog/clock.ts';
import type { Heartbeat, HeartbeatCatalog } from '../ports/catalog/heartbeats.ts';

/** A process whose last heartbeat is older than this is dead or hangs. */
const FRESH_MS = 30_000;

/** Whether a stage is alive on this host or, in a container, in this one; with its heartbeats there. */
export interface Liveness {
  readonly stage: StageName;
  readonly host: string;
  readonly inContainer: boolean;
  readonly alive: boolean;
  /** The latest heartbeat of each process with its age, newest first. */
  readonly heartbeats: readonly (Heartbeat & { readonly ageMs: number })[];
}

/** Reads only heartbeats: it is fast and needs neither broker nor store. */
export async function liveness(
  catalog: CatalogClock & Pick<HeartbeatCatalog, 'heartbeats'>,
  { stage, freshMs = FRESH_MS }: { stage: StageName; freshMs?: number },
): Promise<Liveness> {
  const now = Date.parse(await catalog.now());
  const table = processTable();
  const heartbeats = (await catalog.heartbeats(stage, tableName(table))).map((each) => ({
    ...each,
    // A heartbeat from the future was written before the clock was set back.
    ageMs: Math.abs(now - Date.parse(each.at)),
  }));
  const alive = heartbeats.some(({ ageMs, process }) => ageMs < freshMs && isProcessAlive(process));
  return { stage, host: table.host, inContainer: table.isContainer, alive, heartbeats };
}
