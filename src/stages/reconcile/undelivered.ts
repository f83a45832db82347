import { isDeliverable } from '../../domain/record-positions.ts';
import type { AuditCatalog, OpenEvent, OpenImage } from '../../ports/catalog/audit.ts';
import type { PipelineCatalog } from '../../ports/catalog/pipeline.ts';
import type { EventBus } from '../../ports/event-bus.ts';
import { type Committed, type Deliveries, deliveriesOf, type Logs, readCommitted, readLogs } from './deliveries.ts';

export type OpenRows = Pick<AuditCatalog, 'undeliverableStreams' | 'undeliverableImages' | 'undeliverableEvents'>;

/** The bus as it was when the committed offsets were read, which comes before the catalog is read. */
export interface BusView {
  /** The techniques that images wait for: those that are active, or `[null]` while none is in use. */
  readonly techniques: readonly (string | null)[];
  readonly committed: Committed;
  /** Reads the logs, and says what will be delivered. */
  deliveries(): Promise<Deliveries>;
  readLogs(): Promise<Logs>;
}

/** Reads the committed offsets of all techniques in use. */
export async function viewBus(
  catalog: Pick<PipelineCatalog, 'thresholds' | 'activeTechniques'>,
  bus: Pick<EventBus, 'id' | 'committed' | 'logs'>,
  defaultTechnique: string,
): Promise<BusView> {
  const isInUse = (await catalog.thresholds()).size > 0;
  const active = await catalog.activeTechniques();
  const committed = await readCommitted(bus, isInUse ? active : [defaultTechnique]);
  const logsOf = () => readLogs(bus);
  return {
    techniques: isInUse ? active : [null],
    committed,
    readLogs: logsOf,
    deliveries: async () => deliveriesOf({ busId: bus.id, committed, logs: await logsOf(), defaultTechnique }),
  };
}

/** How many rows are looked up together. A page with fewer is the last: what is added meanwhile is for the next round. */
const PAGE = 1000;

/** The streams with images whose messages will not be delivered, as far as that is known without their locks. */
export async function undeliveredStreams(
  catalog: OpenRows,
  { deliveries }: BusView,
  techniques: readonly (string | null)[],
): Promise<string[]> {
  const now = await deliveries();
  const streams = new Set<string>();
  for (const technique of techniques) {
    for (const stream of await catalog.undeliverableStreams(technique, now.images(technique))) streams.add(stream);
  }
  return [...streams].sort();
}

/** The open images of a stream whose messages will not be delivered to a technique, by number and in pages. */
export async function* undeliveredImages(
  catalog: OpenRows,
  { deliveries }: BusView,
  technique: string | null,
  stream: string,
): AsyncGenerator<OpenImage[]> {
  let latest = await deliveries();
  for (let after = 0; ; ) {
    const page = await catalog.undeliverableImages(technique, latest.images(technique), stream, after, PAGE);
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.image.number;
    latest = await deliveries();
    const deliverable = latest.images(technique);
    yield page.filter(({ position }) => !isDeliverable(position, deliverable));
    if (page.length < PAGE) return;
  }
}

/** The open events whose messages will not be delivered, by number and in pages. */
export async function* undeliveredEvents(catalog: OpenRows, { deliveries }: BusView): AsyncGenerator<OpenEvent[]> {
  let latest = await deliveries();
  for (let after = 0; ; ) {
    const page = await catalog.undeliverableEvents(latest.events, after, PAGE);
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.number;
    latest = await deliveries();
    const { eventWaits } = latest;
    yield page.filter((event) => !eventWaits(event));
    if (page.length < PAGE) return;
  }
}
