import { randomUUID } from 'node:crypto';
import { ImgpipeError, LockLost, Stopped } from '../../domain/errors.ts';
import type { Counts } from '../../ports/catalog/audit.ts';
import type { Lock } from '../../ports/catalog/locks.ts';
import type { PipelineIdentity } from '../../ports/catalog/pipeline.ts';
import type { Fault } from '../audit-report.ts';
import { exclusively } from '../exclusively.ts';
import { createFaultList, type FaultList } from '../fault-list.ts';
import { refuseOtherStore } from '../other-store.ts';
import { refuseCopy } from '../resolve-location.ts';
import { type CopiedObjects, copyObjects } from './copy-objects.ts';
import { copyRows } from './copy-rows.ts';
import { type CopyEnd, type TargetState, targetStateOf } from './target-state.ts';

/** The moments at which a copy has just made something durable. Tests stop a process at them. */
export const COPY_STEPS = [
  'copy:begun',
  'copy:objects',
  'copy:removed',
  'copy:rows',
  'copy:complete',
  'copy:marked',
  'copy:opened',
] as const;

export type CopyStep = (typeof COPY_STEPS)[number];

/** How far a copy is. */
export type CopyProgress =
  | { readonly phase: 'objects'; readonly objects: number; readonly of: number }
  | { readonly phase: 'rows'; readonly rows: number };

export interface CopyParts {
  readonly source: CopyEnd;
  /** Opens the target of this pipeline, and creates it if there is none. */
  openTarget(pipelineId: string): Promise<CopyEnd>;
  /** Checks before anything is copied that the pipeline can work on the bus at the target. */
  checkBus?(pipeline: PipelineIdentity): Promise<void>;
  /** The options with which the pipeline is used at the target. */
  readonly to: string;
  /** The address of the bus at the target, with the prefix of its topics; undefined for an embedded one, which is another. */
  readonly busAddress: string | undefined;
  /** What others see as the holder of the locks: `imgpipe copy (process 123)`. */
  readonly as: string;
  /** Moves the pipeline although objects are missing or damaged, and without those. */
  readonly skipDamaged?: boolean;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: CopyProgress) => void;
  /** The copy waits for it. */
  readonly onStep?: (step: CopyStep) => void | Promise<void>;
}

export interface Copied {
  readonly pipelineId: string;
  /** What was found at the target. */
  readonly found: TargetState;
  /** Whether the pipeline is at the target now. It is not if objects are missing or damaged. */
  readonly isMoved: boolean;
  readonly objects: CopiedObjects;
  readonly rows: number;
  /** How many objects are missing or damaged at the source, and the first of them. */
  readonly damaged: number;
  readonly faults: readonly Fault[];
}

/**
 * Moves a pipeline to another catalog and store. Throws `in_use` while anything works on either end. What is interrupted goes
 * on when it is called again. The source is marked as moved before the target is opened: at each moment at most one of the
 * two is in use, and after the last step the target is.
 */
export async function copyPipeline(parts: CopyParts): Promise<Copied> {
  const { source } = parts;
  refuseCopy(await source.catalog.location());
  return locked(source, parts, async (sourceLock) => {
    const from = await source.catalog.identity();
    if (from.cleaning) throw cleaning(source);
    await refuseOtherStore(source);
    const target = await parts.openTarget(from.pipelineId);
    const { pipelineId } = from;
    const state = () => targetStateOf({ source, from, target, to: parts.to });
    // Stages may be at work at a target that has everything.
    if ((await state()) === 'finished') return { ...NOTHING, pipelineId, found: 'finished', isMoved: true };
    return locked(target, parts, async (targetLock) =>
      move({ ...parts, from, target, sourceLock, targetLock, found: await state() }),
    );
  });
}

const NOTHING = { objects: { copied: 0, present: 0 }, rows: 0, damaged: 0, faults: [] };

interface MoveParts extends CopyParts {
  readonly from: PipelineIdentity;
  readonly target: CopyEnd;
  readonly found: TargetState;
  readonly sourceLock: HeldLock;
  readonly targetLock: HeldLock;
}

type HeldLock = Pick<Lock, 'token' | 'lost'>;

async function move(parts: MoveParts): Promise<Copied> {
  const { source, target, from, found, to, sourceLock, targetLock, onStep } = parts;
  const { pipelineId } = from;
  const open = async () => {
    await target.catalog.setTransfer(null, targetLock.token);
    await onStep?.('copy:opened');
  };
  if (found === 'unopened') {
    await open();
    return { ...NOTHING, pipelineId, found, isMoved: true };
  }
  await parts.checkBus?.(from);
  const id = await begin(parts);
  await onStep?.('copy:begun');
  const faults = createFaultList();
  const objects = await moveObjects(parts, faults);
  const damaged = { damaged: faults.count(), faults: faults.first() };
  if (faults.count() > 0 && parts.skipDamaged !== true) {
    return { pipelineId, found, isMoved: false, objects, rows: 0, ...damaged };
  }
  const rows = await moveRows(parts);
  await onStep?.('copy:complete');
  await source.catalog.setTransfer({ state: 'moved', id, pipelineId, to }, sourceLock.token);
  await onStep?.('copy:marked');
  await open();
  return { pipelineId, found, isMoved: true, objects, rows, ...damaged };
}

/** Lets nothing work at the target until it is complete. Resolves with the id of the transfer. */
async function begin({ source, target, from: { pipelineId }, found, targetLock }: MoveParts): Promise<string> {
  const { transfer } = await target.catalog.identity();
  if (found === 'unfinished' && transfer !== null) return transfer.id;
  const id = randomUUID();
  const from = source.catalog.address;
  await target.catalog.setTransfer({ state: 'arriving', id, pipelineId, from }, targetLock.token);
  return id;
}

function moveObjects(parts: MoveParts, faults: FaultList): Promise<CopiedObjects> {
  const { source, target, onProgress, onStep } = parts;
  return source.catalog.snapshot(async (pages) => {
    const of = objectCount(await pages.counts());
    return copyObjects({
      pages,
      catalog: source.catalog,
      from: source.store,
      to: target.store,
      faults,
      onPage: async ({ copied, present }) => {
        onProgress?.({ phase: 'objects', objects: copied + present, of });
        await onStep?.('copy:objects');
        checkGoesOn(parts);
      },
    });
  });
}

/** How many objects a pipeline has, but for its masks, of which there are few. */
export function objectCount({ images, events, alerts }: Pick<Counts, 'images' | 'events' | 'alerts'>): number {
  return images + 2 * events + alerts;
}

function moveRows(parts: MoveParts): Promise<number> {
  const { source, target, from, busAddress, targetLock, onProgress, onStep } = parts;
  let isFirst = true;
  return copyRows({
    from: source.catalog,
    to: target.catalog,
    token: targetLock.token,
    keepBus: busAddress !== undefined && from.busAddress === busAddress,
    onBatch: async (rows) => {
      onProgress?.({ phase: 'rows', rows });
      await onStep?.(isFirst ? 'copy:removed' : 'copy:rows');
      isFirst = false;
      checkGoesOn(parts);
    },
  });
}

/** Throws once the copy is to stop, or one of its locks is lost. */
function checkGoesOn({ signal, sourceLock, targetLock }: MoveParts): void {
  if (sourceLock.lost.aborted || targetLock.lost.aborted) throw new LockLost();
  if (signal.aborted) throw new Stopped();
}

function locked<T>({ catalog }: CopyEnd, { as }: CopyParts, work: (lock: HeldLock) => Promise<T>): Promise<T> {
  const { address } = catalog;
  const inUse = (holder: string) => `${address} is in use by ${holder}: stop that first`;
  return exclusively({ catalog, as, address, inUse }, work);
}

function cleaning({ catalog }: CopyEnd): ImgpipeError {
  return new ImgpipeError(
    'clean_unfinished',
    `a clean of ${catalog.address} was interrupted: run 'imgpipe clean' again`,
  );
}
