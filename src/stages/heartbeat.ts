import { setTimeout as sleep } from 'node:timers/promises';
import type { StageProcess } from '../domain/heartbeats.ts';
import type { HeartbeatCatalog } from '../ports/catalog/heartbeats.ts';
import { untilStopped } from './retry.ts';

const EVERY_MS = 3000;
/** A process that has left no later one for a day is dead, and need not be told of any more. */
const KEPT_MS = 24 * 3_600_000;

export interface HeartbeatParts {
  readonly catalog: Pick<HeartbeatCatalog, 'recordHeartbeats' | 'removeHeartbeats'>;
  readonly stages: readonly StageProcess[];
  readonly everyMs?: number;
}

/**
 * Keeps the heartbeats of stages while the work lasts, also while it waits. One that cannot be written is left out: the
 * work itself tells what is wrong, and goes on.
 */
export async function withHeartbeat<T>(
  { catalog, stages, everyMs = EVERY_MS }: HeartbeatParts,
  work: () => Promise<T>,
): Promise<T> {
  if (stages.length === 0) return work();
  const ended = new AbortController();

  async function beat(): Promise<void> {
    while (!ended.signal.aborted) {
      const now = Date.now();
      const heartbeats = stages.map((stage) => ({ ...stage, at: new Date(now).toISOString() }));
      await catalog.recordHeartbeats(heartbeats, new Date(now - KEPT_MS).toISOString()).catch(() => {});
      await sleep(everyMs, undefined, { signal: ended.signal }).catch(() => {});
    }
  }

  const beating = beat();
  try {
    return await work();
  } finally {
    ended.abort();
    // A catalog that another holds for long keeps no stage from ending.
    const last = beating.then(() => catalog.removeHeartbeats(stages));
    await untilStopped(last, ended.signal).catch(() => {});
  }
}
