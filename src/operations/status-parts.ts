import type { Catalog } from '../ports/catalog/catalog.ts';
import type { Broker, EventBus } from '../ports/event-bus.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { AuditTotals } from './audit-report.ts';
import type { Committed, Logs } from './balance.ts';

export interface StatusParts {
  readonly catalog: Catalog;
  readonly store: ObjectStore;
  readonly broker: Broker;
  /** What images are owed to while no technique is in use. */
  readonly defaultTechnique: string;
}

/** What the broker says: the committed offsets as they were at first, and the logs whenever they are asked for. */
export interface BusView {
  readonly bus: EventBus;
  readonly committed: Committed;
  readLogs(): Promise<Logs>;
}

/** What is open, and what of it will come. */
export interface Totals extends AuditTotals {
  readonly waiting: { readonly analysis: number; readonly alert: number };
}
