import type { Catalog } from '../ports/catalog/catalog.ts';
import type { Broker, EventBus } from '../ports/event-bus.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { BusView } from '../stages/reconcile/undelivered.ts';
import type { AuditTotals } from './audit-report.ts';

export interface StatusParts {
  /** The data folder. */
  readonly data: string;
  readonly catalog: Catalog;
  readonly store: ObjectStore;
  readonly broker: Broker;
  /** The technique that images wait for while none is in use. */
  readonly defaultTechnique: string;
}

/** The view of the broker that a status is made from. */
export interface StatusView extends BusView {
  readonly bus: EventBus;
}

/** Open images, which wait for analysis, and open events, which wait for an alert. */
export interface OpenCounts {
  readonly analysis: number;
  readonly alert: number;
}

/** The totals, what is open, and what of it will be published again. */
export interface Totals extends AuditTotals {
  readonly waiting: OpenCounts;
  readonly republished: OpenCounts;
}
