import { LockLost } from '../../domain/errors.ts';
import type { Catalog } from '../../ports/catalog/catalog.ts';
import type { Tables } from './tables.ts';

/** Throws `LockLost` unless this is the token of the exclusive holder of the pipeline's lock. */
export function checkPipelineToken({ pipeline }: Tables, token: string): void {
  if (pipeline.token !== token) throw new LockLost();
}

/** Throws `LockLost` unless this is the token of the holder of the lock of the events. */
export function checkEventsToken({ pipeline }: Tables, token: string): void {
  if (pipeline.eventsToken !== token) throw new LockLost();
}

/** The methods with which holders of the shared lock write. */
const SHARED_WRITES = [
  'setBus',
  'setThreshold',
  'keepActive',
  'retireIdle',
  'fenceStream',
  'writeImages',
  'nextImageAttempt',
  'withdrawImages',
  'addOutcomes',
  'nextEventAttempt',
  'markEventsReady',
  'fenceEvents',
  'markEventsPublished',
  'addAlerts',
  'nextAlertAttempt',
  'markAlertsReady',
  'addDeadLetters',
  'replayImages',
  'replayEvents',
  'dropDeadLetters',
  'removeDeadLetters',
  'recordHeartbeats',
  'removeHeartbeats',
] as const satisfies readonly (keyof Catalog)[];

/** The same catalog, whose writes first check what `Catalog.forPipeline` promises. */
export function catalogOfPipeline<T extends Catalog>(
  catalog: T,
  tables: Tables,
  pipelineId: string,
  onLost?: () => void,
): T {
  const checked = SHARED_WRITES.map((name) => {
    const write = catalog[name] as (...args: unknown[]) => Promise<unknown>;
    const checkedWrite = async (...args: unknown[]) => {
      const { pipeline } = tables;
      if (pipeline.pipelineId !== pipelineId || pipeline.token !== null) {
        onLost?.();
        throw new LockLost();
      }
      return write(...args);
    };
    return [name, checkedWrite];
  });
  return { ...catalog, ...Object.fromEntries(checked) };
}
