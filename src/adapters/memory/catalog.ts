import { ImgpipeError } from '../../domain/errors.ts';
import type { Catalog } from '../../ports/catalog/catalog.ts';
import { createAlertRows } from './alert-rows.ts';
import { createAuditRows } from './audit-rows.ts';
import { createBrowsingRows } from './browsing-rows.ts';
import { createDeadLetterRows } from './dead-letter-rows.ts';
import { createFaults, type MemoryCatalogFaults } from './faults.ts';
import { catalogOfPipeline } from './fences.ts';
import { createHeartbeatRows } from './heartbeat-rows.ts';
import { createImageRows } from './image-rows.ts';
import { createLocation } from './location.ts';
import { createMemoryLocks, type LockTable } from './locks.ts';
import { createOutcomeRows } from './outcome-rows.ts';
import { createPipelineRows } from './pipeline-rows.ts';
import { newTables, type Tables } from './tables.ts';

/** State that several catalogs can share, as if each were in a separate process. */
export interface MemoryCatalogState {
  readonly tables: Tables;
  readonly locks: LockTable;
}

export interface MemoryCatalog extends Catalog {
  readonly faults: MemoryCatalogFaults;
  /**
   * Revokes a lock from all its holders, as a dropped connection does: their `lost` fires. `unnoticed`: it does not yet, as
   * in a process that is paused.
   */
  loseLocks(name: string, options?: { readonly unnoticed: boolean }): void;
}

export function newMemoryCatalogState(): MemoryCatalogState {
  return { tables: newTables(), locks: new Map() };
}

/** A catalog in memory, for tests. It keeps the port's contract, except that nothing survives the process. */
export function createMemoryCatalog(state = newMemoryCatalogState()): MemoryCatalog {
  const { tables } = state;
  const locks = createMemoryLocks(state.locks);
  const catalog: MemoryCatalog = {
    address: 'memory',
    lock: locks.lock,
    now: async () => new Date().toISOString(),
    ...createPipelineRows(tables),
    ...createLocation(tables),
    ...createImageRows(tables),
    ...createOutcomeRows(tables),
    ...createAlertRows(tables),
    ...createDeadLetterRows(tables),
    ...createHeartbeatRows(tables),
    ...createBrowsingRows(tables),
    ...createAuditRows(tables),
    verify: async () => {
      if (tables.replaced) throw new ImgpipeError('catalog_replaced', 'the catalog in memory was replaced');
    },
    faults: createFaults(tables),
    loseLocks: locks.lose,
    forPipeline: (pipelineId, onLost) => catalogOfPipeline(catalog, tables, pipelineId, onLost),
    close: async () => locks.releaseAll(),
  };
  return catalog;
}
