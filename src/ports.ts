/**
 * The ports: what the stages need of the world. `createPipeline` takes a program's `ImageSource` and `CustomTechnique`.
 * The in-memory adapters keep the promises of their ports, for tests.
 */
export { createMemoryCatalog, type MemoryCatalog, newMemoryCatalogState } from './adapters/memory/catalog.ts';
export { createMemoryBus, type MemoryBus, newMemoryBusState } from './adapters/memory/event-bus.ts';
export {
  createMemoryObjectStore,
  type MemoryObjectStore,
  newMemoryStoreState,
} from './adapters/memory/object-store.ts';
export type { Mask } from './analysis/mask.ts';
export type { Pixels } from './analysis/pixels.ts';
export type { Message } from './domain/messages.ts';
export type * from './domain/records.ts';
export type { Threshold, ThresholdUnit } from './domain/threshold.ts';
export type * from './ports/catalog/alerts.ts';
export type * from './ports/catalog/audit.ts';
export type * from './ports/catalog/browsing.ts';
export type { Catalog } from './ports/catalog/catalog.ts';
export type * from './ports/catalog/dead-letters.ts';
export type * from './ports/catalog/heartbeats.ts';
export type * from './ports/catalog/images.ts';
export type * from './ports/catalog/locks.ts';
export type * from './ports/catalog/outcomes.ts';
export type * from './ports/catalog/pipeline.ts';
export type * from './ports/comparator.ts';
export type * from './ports/event-bus.ts';
export type * from './ports/image-source.ts';
export type * from './ports/object-store.ts';
export type * from './ports/technique.ts';
export type * from './ports/thumbnails.ts';
