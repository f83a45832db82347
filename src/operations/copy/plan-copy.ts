import { refuseCopy } from '../resolve-location.ts';
import { refuseTransfer } from '../transfers.ts';
import { objectCount } from './copy.ts';
import { type CopyEnd, type TargetState, targetStateOf } from './target-state.ts';

/** What a copy would move. */
export interface CopyPlan {
  readonly pipelineId: string;
  readonly found: TargetState;
  readonly images: number;
  readonly events: number;
  readonly alerts: number;
  readonly deadLetters: number;
  /** How many objects the pipeline has, besides its masks. */
  readonly objects: number;
}

export interface PlanCopyParts {
  readonly source: CopyEnd;
  /** Undefined if there is nothing yet. */
  readonly target: CopyEnd | undefined;
  /** The options with which the pipeline is used at the target. */
  readonly to: string;
}

/** What a copy would do. Throws what the copy would throw, except `in_use`. */
export async function planCopy({ source, target, to }: PlanCopyParts): Promise<CopyPlan> {
  refuseCopy(await source.catalog.location());
  const from = await source.catalog.identity();
  if (target === undefined) refuseTransfer(from, source.catalog.address);
  const found = target === undefined ? 'new' : await targetStateOf({ source, from, target, to });
  const counts = await source.catalog.counts();
  return {
    pipelineId: from.pipelineId,
    found,
    images: counts.images,
    events: counts.events,
    alerts: counts.alerts,
    deadLetters: counts.deadLetters + counts.droppedLetters,
    objects: objectCount(counts),
  };
}
