import type { Catalog } from '../ports/catalog/catalog.ts';
import type { Broker, EventBus } from '../ports/event-bus.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { AuditTotals } from './audit-report.ts';
import type { Committed, Logs } from './balance.ts';

export interface StatusParts {
  readonly catalog: Catalog;
  readonly store: ObjectStore;
  readonly broker: Broker;
  /** The technique that images wait for while none is in use. */
  readonly defaultTechnique: string;
}

/** The state of the broker: the committed offsets, read once at the start, and the logs, read on each call. */
export interface BusView {
  readonly bus: EventBus;
  readonly committed: Committed;
  readLogs(): Promise<Logs>;
}

/** The totals, and how many open images and events will be handled. */
export interface Totals extends AuditTotals {
  readonly waiting: { readonly analysis: number; readonly alert: number };
}
