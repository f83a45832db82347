import type { Catalog, Fault, StreamFigures, TechniqueFigures } from '../ports/catalog.ts';
import type { EventBus } from '../ports/event-bus.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { balance, readCommitted } from './balance.ts';
import { verifyFiles } from './verify-files.ts';

export interface Status {
  readonly pipelineId: string;
  readonly data: string;
  readonly images: number;
  /** Images that are closed for all techniques in use. */
  readonly analyzed: number;
  readonly events: number;
  readonly alerts: number;
  readonly deadLetters: number;
  readonly waiting: { readonly analysis: number; readonly alert: number };
  /** Of those that wait for analysis: not published yet. A receiver does that. */
  readonly unpublished: number;
  /** All that is missing, damaged or does not fit together. */
  readonly faults: readonly Fault[];
  readonly broker: string;
  readonly techniques: readonly TechniqueFigures[];
  readonly streams: readonly StreamFigures[];
}

export interface StatusParts {
  readonly catalog: Catalog;
  readonly store: ObjectStore;
  readonly bus: EventBus;
  /** What images wait for where no analyzer has ever worked. */
  readonly defaultTechnique: string;
}

/**
 * How the pipeline stands, and whether its counts close. With `check` it reads every file as well. The committed
 * offsets are read first, then one snapshot of the catalog, then the logs: so a pipeline at work is told right too.
 */
export async function status(
  { catalog, store, bus, defaultTechnique }: StatusParts,
  options: { check: boolean; onChecked?: (files: number) => void },
): Promise<Status> {
  const used = [...(await catalog.thresholds()).keys()];
  const committed = await readCommitted(bus, used.length === 0 ? [defaultTechnique] : used);
  const audit = await catalog.audit(defaultTechnique);
  const { waiting, lost } = await balance(audit, committed, bus);
  const files = options.check ? await verifyFiles(catalog, store, options.onChecked) : [];
  return {
    pipelineId: (await catalog.identity()).pipelineId,
    data: store.address,
    images: audit.images,
    analyzed: audit.analyzed,
    events: audit.events,
    alerts: audit.alerts,
    deadLetters: audit.deadLetters,
    waiting,
    unpublished: audit.openImages.filter(({ place }) => place === null).length,
    faults: [...lost, ...audit.faults, ...files],
    broker: bus.address,
    techniques: audit.techniques,
    streams: audit.streams,
  };
}
