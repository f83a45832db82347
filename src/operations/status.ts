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
  /** Dead letters that have not been dropped. */
  readonly deadLetters: number;
  readonly droppedLetters: number;
  /** Dead letters of messages alone that were deleted, because there were too many. */
  readonly discardedLetters: number;
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
  /** The longest that an answer of the bus may take. The bus itself rejects once its broker is silent. */
  readonly maxBusMs?: number;
}

const MAX_BUS_MS = 120_000;

/**
 * The status of a pipeline, from the catalog's counters: its cost does not grow with the number of images. With `check`
 * every row and every object is read instead. In both cases the committed offsets are read first, then the catalog, then
 * the logs, so that the status is correct while stages run, too.
 */
export async function status(parts: StatusParts, options: StatusOptions): Promise<Status> {
  try {
    return await statusWith(parts, options, await readBus(parts, options));
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
  const faults = createFaultList();
  const counts = await catalog.counts();
  const { pipelineId, busId } = await catalog.identity();
  if (view !== undefined) checkBus(busId, view.bus, counts);
  const totals = options.check
    ? await checkAll({ ...parts, view, ...options }, faults)
    : await summarize(parts, view, counts, faults);
  const groups = view === undefined ? [] : await groupLags(view.bus, view.committed, await view.readLogs());
  return {
    pipelineId,
    data: store.address,
    images: totals.images,
    analyzed: totals.analyzed,
    events: totals.events,
    alerts: totals.alerts,
    deadLetters: counts.deadLetters,
    droppedLetters: counts.droppedLetters,
    discardedLetters: counts.discardedLetters,
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

async function readBus(
  { catalog, broker, defaultTechnique }: StatusParts,
  { maxBusMs = MAX_BUS_MS }: StatusOptions,
): Promise<BusView> {
  const withinTime = <T>(read: Promise<T>) => withDeadline(maxBusMs, read, () => noAnswer(broker.address, maxBusMs));
  const bus = await withinTime(broker.open({ create: false }));
  const used = [...(await catalog.thresholds()).keys()];
  const committed = await withinTime(readCommitted(bus, used.length === 0 ? [defaultTechnique] : used));
  return { bus, committed, readLogs: () => withinTime(readLogs(bus)) };
}

function noAnswer(address: string, afterMs: number): ImgpipeError {
  return new ImgpipeError('broker_unavailable', `broker ${address} does not answer within ${afterMs / 1000} s`);
}

/** The totals by the catalog's counters. Open images and events that will not be delivered become faults. */
async function summarize(
  { catalog, defaultTechnique }: StatusParts,
  view: BusView | undefined,
  counts: Counts,
  faults: FaultList,
): Promise<Totals> {
  const { images, events, alerts, openImages, openEvents } = counts;
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
  return {
    images,
    analyzed: images - openImages,
    events,
    alerts,
    waiting: { analysis: openImages - lostImages.size, alert: openEvents - lostEvents },
  };
}
