import { withDeadline } from '../base/deadlines.ts';
import { ImgpipeError } from '../domain/errors.ts';
import type { ImageId } from '../domain/records.ts';
import type { Catalog } from '../ports/catalog/catalog.ts';
import type { Audit, Fault, StreamFigures, TechniqueFigures } from '../ports/catalog/former-audit.ts';
import type { Broker } from '../ports/event-bus.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { type Balance, balance, readCommitted, readLogs } from './balance.ts';
import { checkBus } from './bind-bus.ts';
import { type GroupLag, groupLags, idleMembers } from './lag.ts';
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
  /** Null while the broker is out of reach, as is whether anything is lost. */
  readonly waiting: Balance['waiting'] | null;
  /** Of those that wait for analysis: not published yet. A receiver does that. */
  readonly unpublished: number;
  /** All that is missing, damaged or does not fit together. */
  readonly faults: readonly Fault[];
  readonly broker: BrokerStatus;
  /** The image that has waited longest for an outcome. */
  readonly oldestOpen: (ImageId & { readonly receivedAt: string }) | null;
  /** What is worth knowing, in words. */
  readonly notes: readonly string[];
  readonly techniques: readonly TechniqueFigures[];
  readonly streams: readonly StreamFigures[];
}

/** Whoever asks how it stands is not kept waiting for a broker that does not answer. */
const MAX_LOOK_MS = 1200;

export interface BrokerStatus {
  readonly address: string;
  /** Undefined where it answers; else why it does not. */
  readonly unreachable: string | undefined;
  /** How far each group has come; empty while the broker is out of reach. */
  readonly groups: readonly GroupLag[];
}

export interface StatusParts {
  readonly catalog: Catalog;
  readonly store: ObjectStore;
  readonly broker: Broker;
  /** What images wait for where no analyzer has ever worked. */
  readonly defaultTechnique: string;
}

/** What the bus says, and when: the committed offsets before the catalog's snapshot, the logs after it. */
interface BusView {
  readonly audit: Audit;
  readonly balance: Balance | undefined;
  readonly broker: BrokerStatus;
}

/**
 * How the pipeline stands, and whether its counts close. With `check` it reads every file as well. The committed
 * offsets are read first, then one snapshot of the catalog, then the logs: so a pipeline at work is told right too.
 */
export async function status(
  parts: StatusParts,
  options: { check: boolean; onChecked?: (files: number) => void },
): Promise<Status> {
  const { catalog, store } = parts;
  const { audit, balance, broker } = await lookAt(parts);
  const files = options.check ? await verifyFiles(catalog, store, options.onChecked) : [];
  return {
    pipelineId: (await catalog.identity()).pipelineId,
    data: store.address,
    images: audit.images,
    analyzed: audit.analyzed,
    events: audit.events,
    alerts: audit.alerts,
    deadLetters: audit.deadLetters,
    waiting: balance?.waiting ?? null,
    unpublished: audit.openImages.filter(({ position }) => position === null).length,
    faults: [...(balance?.lost ?? []), ...audit.faults, ...files],
    broker,
    oldestOpen: audit.oldestOpen,
    notes: idleMembers(broker.groups, audit.streams),
    techniques: audit.techniques,
    streams: audit.streams,
  };
}

async function lookAt(parts: StatusParts): Promise<BusView> {
  const { catalog, broker, defaultTechnique } = parts;
  try {
    return await inTime(lookAtBus(parts), broker.address);
  } catch (error) {
    if (!(error instanceof ImgpipeError) || error.code !== 'broker_unavailable') throw error;
    const unheard = { address: broker.address, unreachable: error.message, groups: [] };
    return { audit: await catalog.audit(defaultTechnique), balance: undefined, broker: unheard };
  }
}

async function lookAtBus({ catalog, broker, defaultTechnique }: StatusParts): Promise<BusView> {
  const bus = await broker.open({ create: false, withinMs: MAX_LOOK_MS });
  const used = [...(await catalog.thresholds()).keys()];
  const committed = await readCommitted(bus, used.length === 0 ? [defaultTechnique] : used);
  const audit = await catalog.audit(defaultTechnique);
  checkBus((await catalog.identity()).busId, bus, audit);
  const logs = await readLogs(bus);
  const groups = await groupLags(bus, committed, logs);
  return {
    audit,
    balance: balance(audit, committed, logs, bus.id),
    broker: { address: broker.address, unreachable: undefined, groups },
  };
}

/** Rejects with `broker_unavailable` if it takes too long. */
function inTime<T>(look: Promise<T>, address: string): Promise<T> {
  return withDeadline(MAX_LOOK_MS, look, () => {
    return new ImgpipeError('broker_unavailable', `broker ${address} does not answer within ${MAX_LOOK_MS / 1000} s`);
  });
}
