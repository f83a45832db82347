import { withDeadline } from '../base/deadlines.ts';
import { ImgpipeError } from '../domain/errors.ts';
import { type ImageId, imageName } from '../domain/records.ts';
import type { Counts, StreamCounts, TechniqueCounts } from '../ports/catalog/audit.ts';
import {
  type OpenRows,
  undeliveredEvents,
  undeliveredImages,
  undeliveredStreams,
  viewBus,
} from '../stages/reconcile/undelivered.ts';
import type { Fault } from './audit-report.ts';
import { checkBus } from './bind-bus.ts';
import { checkAll } from './check.ts';
import { createFaultList, type FaultList } from './fault-list.ts';
import { type GroupLag, groupLags, idleMembers } from './lag.ts';
import { refuseOtherStore } from './other-store.ts';
import type { OpenCounts, StatusParts, StatusView, Totals } from './status-parts.ts';

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
  /** Images whose files are odd: notes say what is. */
  readonly oddImages: number;
  /** Images without an outcome, and events without an alert; null while the broker is unreachable. */
  readonly waiting: OpenCounts | null;
  /** Those among them whose messages will not be delivered: stages publish them again. Null while the broker is unreachable. */
  readonly republished: OpenCounts | null;
  /** Images waiting for analysis that have no position. */
  readonly unpublished: number;
  /** How many rows and files are lost, missing, damaged or inconsistent; null while the broker is unreachable. */
  readonly lost: number | null;
  /** The first of them. */
  readonly faults: readonly Fault[];
  readonly catalog: { readonly address: string };
  /** `unreachable` says why the store is out of reach, or has none of the pipeline's images; undefined if neither is so. */
  readonly store: { readonly address: string; readonly unreachable: string | undefined };
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
  /** Also reads every row, and compares every object with it. */
  readonly check: boolean;
  /** Reads every object, even if the store knows its digest. */
  readonly deep?: boolean;
  /** Called with the number of objects read so far. */
  readonly onChecked?: (objects: number) => void;
  /** The longest that an answer of the bus may take. The bus itself rejects once its broker is silent. */
  readonly maxBusMs?: number;
}

const MAX_BUS_MS = 120_000;

/**
 * The status of a pipeline, from the catalog's counters: its cost does not grow with the number of images. With `check`
 * every row is read and every object compared with it instead. In both cases the committed offsets are read first, then the catalog, then
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
  view: StatusView | undefined,
  unreachable?: string,
): Promise<Status> {
  const { catalog, store, broker } = parts;
  const noStore = await problemOf(parts, options);
  const counts = await catalog.counts();
  const identity = await catalog.identity();
  if (view !== undefined) checkBus(identity, view.bus, counts);
  const { totals, faults } = options.check
    ? await checkAll({ ...parts, view, ...options })
    : await summarize(parts, view, counts);
  const groups = view === undefined ? [] : await groupLags(view.bus, view.committed, await view.readLogs());
  return {
    pipelineId: identity.pipelineId,
    data: parts.data,
    images: totals.images,
    analyzed: totals.analyzed,
    events: totals.events,
    alerts: totals.alerts,
    deadLetters: counts.deadLetters,
    droppedLetters: counts.droppedLetters,
    discardedLetters: counts.discardedLetters,
    oddImages: counts.oddImages,
    waiting: view === undefined ? null : totals.waiting,
    republished: view === undefined ? null : totals.republished,
    unpublished: counts.unpublished,
    lost: view === undefined ? null : faults.count(),
    faults: faults.first(),
    catalog: { address: catalog.address },
    store: { address: store.address, unreachable: noStore },
    broker: { address: broker.address, unreachable, groups },
    oldestOpen: counts.oldestOpen,
    notes: idleMembers(groups, counts.streams),
    techniques: counts.techniques,
    streams: counts.streams,
  };
}

/** Why the store is out of reach, or has none of the pipeline's images. A check throws that. */
async function problemOf(parts: StatusParts, { check }: StatusOptions): Promise<string | undefined> {
  try {
    await refuseOtherStore(parts);
    return undefined;
  } catch (error) {
    if (check || !(error instanceof ImgpipeError)) throw error;
    return error.message;
  }
}

async function readBus(
  { catalog, broker, defaultTechnique }: StatusParts,
  { maxBusMs = MAX_BUS_MS }: StatusOptions,
): Promise<StatusView> {
  const withinTime = <T>(read: Promise<T>) => withDeadline(maxBusMs, read, () => noAnswer(broker.address, maxBusMs));
  const bus = await withinTime(broker.open({ check: false }));
  const view = await withinTime(viewBus(catalog, bus, defaultTechnique));
  return {
    ...view,
    bus,
    readLogs: () => withinTime(view.readLogs()),
    deliveries: () => withinTime(view.deliveries()),
  };
}

function noAnswer(address: string, afterMs: number): ImgpipeError {
  return new ImgpipeError('broker_unavailable', `broker ${address} does not answer within ${afterMs / 1000} s`);
}

/** The totals by the catalog's counters. What rows and files lack is found only by `--check`. */
async function summarize(
  { catalog }: StatusParts,
  view: StatusView | undefined,
  counts: Counts,
): Promise<{ readonly totals: Totals; readonly faults: FaultList }> {
  const { images, events, alerts, openImages, openEvents } = counts;
  const waiting = { analysis: openImages, alert: openEvents };
  const republished = view === undefined ? { analysis: 0, alert: 0 } : await countUndelivered(catalog, view);
  const totals = { images, analyzed: images - openImages, events, alerts, waiting, republished };
  return { totals, faults: createFaultList() };
}

async function countUndelivered(catalog: OpenRows, view: StatusView): Promise<OpenCounts> {
  const images = new Set<string>();
  for (const stream of await undeliveredStreams(catalog, view, view.techniques)) {
    for (const technique of view.techniques) {
      for await (const page of undeliveredImages(catalog, view, technique, stream)) {
        for (const { image } of page) images.add(imageName(image));
      }
    }
  }
  let events = 0;
  for await (const page of undeliveredEvents(catalog, view)) events += page.length;
  return { analysis: images.size, alert: events };
}
