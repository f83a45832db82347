import { setTimeout as sleep } from 'node:timers/promises';
import type { CatalogClock } from '../ports/catalog/clock.ts';
import type { HeartbeatCatalog, StageProcess } from '../ports/catalog/heartbeats.ts';
import { untilStopped } from './retry.ts';

const INTERVAL_MS = 3000;
/** Heartbeats older than a day belong to dead processes and are deleted. */
const RETENTION_MS = 24 * 3_600_000;

export interface HeartbeatParts {
  readonly catalog: CatalogClock & Pick<HeartbeatCatalog, 'recordHeartbeats' | 'removeHeartbeats'>;
  readonly stages: readonly StageProcess[];
  readonly everyMs?: number;
}

/**
 * Writes heartbeats of stages while the work runs, also while it waits. A heartbeat that cannot be written is skipped:
 * the work goes on, and reports the problem itself.
 */
export async function withHeartbeat<T>(
  { catalog, stages, everyMs = INTERVAL_MS }: HeartbeatParts,
  work: () => Promise<T>,
): Promise<T> {
  if (stages.length === 0) return work();
  const ended = new AbortController();

  async function record(): Promise<void> {
    const at = await catalog.now();
    const oldest = new Date(Date.parse(at) - RETENTION_MS).toISOString();
    await catalog.recordHeartbeats(
      stages.map((stage) => ({ ...stage, at })),
      oldest,
    );
  }

  async function beat(): Promise<void> {
    while (!ended.signal.aborted) {
      await record().catch(() => {});
      await sleep(everyMs, undefined, { signal: ended.signal }).catch(() => {});
    }
  }

  const beating = beat();
  try {
    return await work();
  } finally {
    ended.abort();
    // A catalog that stays locked must not keep the stage from ending.
    const last = beating.then(() => catalog.removeHeartbeats(stages));
    await untilStopped(last, ended.signal).catch(() => {});
  }
}
