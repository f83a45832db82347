import { setTimeout as sleep } from 'node:timers/promises';
import type { HeartbeatCatalog, StageProcess } from '../ports/catalog/heartbeats.ts';
import { untilStopped } from './retry.ts';

const INTERVAL_MS = 3000;
/** Heartbeats older than a day belong to dead processes and are deleted. */
const RETENTION_MS = 24 * 3_600_000;

export interface HeartbeatParts {
  readonly catalog: Pick<HeartbeatCatalog, 'recordHeartbeats' | 'removeHeartbeats'>;
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

  async function beat(): Promise<void> {
    while (!ended.signal.aborted) {
      const now = Date.now();
      const heartbeats = stages.map((stage) => ({ ...stage, at: new Date(now).toISOString() }));
      await catalog.recordHeartbeats(heartbeats, new Date(now - RETENTION_MS).toISOString()).catch(() => {});
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
