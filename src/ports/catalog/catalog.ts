import type { AlertCatalog } from './alerts.ts';
import type { AuditCatalog } from './audit.ts';
import type { BrowsingCatalog } from './browsing.ts';
import type { CatalogClock } from './clock.ts';
import type { DeadLetterCatalog } from './dead-letters.ts';
import type { HeartbeatCatalog } from './heartbeats.ts';
import type { ImageCatalog } from './images.ts';
import type { LocationCatalog } from './location.ts';
import type { Locks } from './locks.ts';
import type { OpenedCatalog } from './opened.ts';
import type { OutcomeCatalog } from './outcomes.ts';
import type { PipelineCatalog } from './pipeline.ts';

/**
 * Everything that the pipeline knows. A function takes the parts that it needs; only what opens and closes a catalog
 * takes the whole.
 *
 * Each write is one durable transaction, keyed and conditional on the state before, so that repeating it changes
 * nothing. Numbers have no holes: a row gets its number in the transaction that adds it. Errors are `ImgpipeError`s:
 * `catalog_unavailable`, `disk_full` and `no_permission` are transient, `catalog_damaged`,
 * `catalog_newer` and `catalog_replaced` are fatal.
 */
export interface Catalog
  extends Locks,
    OpenedCatalog,
    LocationCatalog,
    CatalogClock,
    PipelineCatalog,
    ImageCatalog,
    OutcomeCatalog,
    AlertCatalog,
    DeadLetterCatalog,
    HeartbeatCatalog,
    BrowsingCatalog,
    AuditCatalog {
  /** Where it is, for people: the path of its file, or `postgres://host:port/database`. */
  readonly address: string;
  /**
   * The same catalog as a holder of the shared lock of the pipeline uses it. Before a write changes anything, in its own
   * transaction, it throws `LockLost` and calls `onLost` if the pipeline has another id by now, or an exclusive holder
   * has fenced it: the shared lock must have been lost meanwhile.
   */
  forPipeline(pipelineId: string, onLost?: () => void): Catalog;
  /** Frees what the catalog holds, its locks included. */
  close(): Promise<void>;
}
