import { withDeadline } from '../base/deadlines.ts';
import { ImgpipeError } from '../domain/errors.ts';
import { type ImageId, imageName } from '../domain/records.ts';
import type { Counts, StreamCounts, TechniqueCounts } from '../ports/catalog/audit.ts';
import type { Fault } from './audit-report.ts';
import { createBalance, readCommitted, readLogs } from './balance.ts';
import { checkBus } from './bind-bus.ts';
import { checkAll } from './check.ts';
import { createFaultList, type FaultList } from './fault-list.ts';
import { findLost, lostEvent, lostImage } from './find-lost.ts';
import { type GroupLag, groupLags, idleMembers } from './lag.ts';
import type { BusView, StatusParts, Totals } from './status-parts.ts';

export interface Status {
  readonly pipelineId: string;
  readonly data: string;
  readonly images: number;
  /** Images that are closed for all techniques in use. */
  readonly analyzed: number;
  readonly events: number;
  readonly alerts: number;
  readonly deadLetters: number;
  /** Images without an outcome, and events without an alert, that will be handled; null while the broker is unreachable. */
  readonly waiting: { readonly analysis: number; readonly alert: number } | null;
  /** Images waiting for analysis that are not published yet. A receiver publishes them. */
  readonly unpublished: number;
  /** How many rows and files are lost, missing, damaged or inconsistent; null while the broker is unreachable. */
  readonly lost: number | null;
  /** The first of them. */
  readonly faults: readonly Fault[];
  readonly broker: BrokerStatus;
  /** The image that has waited longest for an outcome. */
  readonly oldestOpen: (ImageId & { readonly receivedAt: string }) | null;
  /** Notes for people, as sentences. */
  readonly notes: readonly string[];
  readonly techniques: readonly TechniqueCounts[];
  readonly streams: readonly StreamCounts[];
}

export interface BrokerStatus {
  readonly address: string;
  /** Why the broker is unreachable; undefined if it is reachable. */
  readonly unreachable: string | undefined;
  /** The progress of each group; empty while the broker is unreachable. */
  readonly groups: readonly GroupLag[];
}

export interface StatusOptions {
  /** Also reads every row and every object. */
  readonly check: boolean;
  /** Called with the number of objects read so far. */
  readonly onChecked?: (objects: number) => void;
}

/** How long `status` waits for a broker that does not answer. */
const MAX_BROKER_WAIT_MS = 1200;

/**
 * The status of a pipeline, from the catalog's counters: its cost does not grow with the number of images. With `check`
 * every row and every object is read instead. In both cases the committed offsets are read first, then the catalog, then
 * the logs, so that the status is correct while stages run, too.
 */
export async function status(parts: StatusParts, options: StatusOptions): Promise<Status> {
  const { broker } = parts;
  try {
    return await statusWith(parts, options, await withinTime(readBus(parts), broker.address));
  } catch (error) {
    if (!(error instanceof ImgpipeError) || error.code !== 'broker_unavailable') throw error;
    return statusWith(parts, options, undefined, error.message);
  }
}

async function statusWith(
  parts: StatusParts,
  options: StatusOptions,
  view: BusView | undefined,
  unreachable?: string,
): Promise<Status> {
  const { catalog, store, broker } = parts;
  const counts = await catalog.counts();
  const { pipelineId, busId } = await catalog.identity();
  if (view !== undefined) checkBus(busId, view.bus, counts);
  const { totals, faults } = options.check
    ? await checkAll({ ...parts, view, ...options })
    : await summarize(parts, view, counts);
  const groups = view === undefined ? [] : await groupLags(view.bus, view.committed, await view.readLogs());
  return {
    pipelineId,
    data: store.address,
    images: totals.images,
    analyzed: totals.analyzed,
    events: totals.events,
    alerts: totals.alerts,
    deadLetters: counts.deadLetters,
    waiting: view === undefined ? null : totals.waiting,
    unpublished: counts.unpublished,
    lost: view === undefined ? null : faults.count(),
    faults: faults.first(),
    broker: { address: broker.address, unreachable, groups },
    oldestOpen: counts.oldestOpen,
    notes: idleMembers(groups, counts.streams),
    techniques: counts.techniques,
    streams: counts.streams,
  };
}

async function readBus({ catalog, broker, defaultTechnique }: StatusParts): Promise<BusView> {
  const bus = await broker.open({ create: false, withinMs: MAX_BROKER_WAIT_MS });
  const used = [...(await catalog.thresholds()).keys()];
  const committed = await readCommitted(bus, used.length === 0 ? [defaultTechnique] : used);
  return { bus, committed, readLogs: () => withinTime(readLogs(bus), broker.address) };
}

/** Rejects with `broker_unavailable` if it takes too long. */
function withinTime<T>(look: Promise<T>, address: string): Promise<T> {
  return withDeadline(MAX_BROKER_WAIT_MS, look, () => {
    return new ImgpipeError(
      'broker_unavailable',
      `broker ${address} does not answer within ${MAX_BROKER_WAIT_MS / 1000} s`,
    );
  });
}

/** The totals by the catalog's counters. Open images and events that will not be delivered become faults. */
async function summarize(
  { catalog, defaultTechnique }: StatusParts,
  view: BusView | undefined,
  counts: Counts,
): Promise<{ readonly totals: Totals; readonly faults: FaultList }> {
  const { images, events, alerts, openImages, openEvents } = counts;
  const faults = createFaultList();
  const lostImages = new Set<string>();
  let lostEvents = 0;
  if (view !== undefined) {
    const balance = async () =>
      createBalance({ busId: view.bus.id, committed: view.committed, logs: await view.readLogs(), defaultTechnique });
    for (const item of await findLost(catalog, balance)) {
      if (item.kind === 'event') lostEvents += 1;
      else lostImages.add(imageName(item.image.image));
      faults.add(item.kind === 'event' ? lostEvent(item.event) : lostImage(item.image, defaultTechnique));
    }
  }
  const waiting = { analysis: openImages - lostImages.size, alert: openEvents - lostEvents };
  return { totals: { images, analyzed: images - openImages, events, alerts, waiting }, faults };
}
